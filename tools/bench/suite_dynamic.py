# SPDX-License-Identifier: Apache-2.0
"""Dynamic mode: CPUs that instances share, and partitions that are created while others run."""
import os
import subprocess

import measure
import suite_linux
from figures import HERE, TOP, Figure
from measure import OUT, VIRT, Counts, build, say, shown_events
from suite_kernel import ERET, code_of
from tenon import errors

POOL_BOARDS = [VIRT, "qemu-virt-gicv2"]
# What pool.c's instance `a` does: {title: (mark, returns from EL2 to leave out, where it ends: at
# the next return, or in a handler; limit, aim)}.
STEPS = {
    "yield to a peer": ("mark_yield", 0, "eret", None, None),
    "yield, nobody else ready": ("mark_yield_alone", 0, "eret", None, None),
    "virtual timer interrupt": ("mark_timer", 0, "on_timer", 180, 100),
    "WFI, the CPU sleeps, the timer's interrupt": ("mark_wfi_alone", 0, "on_timer", None, None),
    "WFI, another ready: to that one": ("mark_wfi", 0, "eret", None, None),
    "WFI, another runs, the timer's interrupt, back": ("mark_wfi", 0, "on_timer", None, None),
    "its sleep is over while another runs: to it": ("mark_sleep", 1, "eret", None, None),
    "device interrupt of who runs": ("mark_bell", 0, "on_bell", 180, 100),
    "device interrupt of one in WFI, another runs: to its handler":
        ("mark_bell_wfi", 1, "on_bell", None, None),
    "device interrupt of one less urgent: back to who runs":
        ("mark_bell_other", 0, "eret", None, None),
    "sleep, one ready has an interrupt: to its handler": ("mark_give", 0, "on_bell", None, None),
    "budget used up: to another": ("mark_budget", 0, "eret", None, None),
    "budget renewed: back to it": ("mark_budget", 1, "eret", None, None),
}


class Trips:
    """What count.c saw of a program with marks on one CPU, with each return from EL2."""

    def __init__(self, image, part, cpu):
        symbols = image.symbols(image.components[part])
        points = {name: address for name, address in symbols.items()
                  if name.startswith(("mark_", "on_"))}
        points |= {f"eret{at}": address for at, address in enumerate(
            address for address, word in code_of(image.components["mortise"]).items()
            if word == ERET)}
        counts = Counts(image, measure.plugin("count.c"), points, profile=False,
                        cpus=dict.fromkeys(points, cpu), cpu=cpu)
        self.hits = sorted(((hit, "eret" if name.startswith("eret") else name)
                            for name, hits in counts.hits.items() if name != "end"
                            for hit in hits), key=lambda pair: pair[0].all)

    def after(self, at, name):
        """The place in `hits` of the next one of a point."""
        for place in range(at + 1, len(self.hits)):
            if self.hits[place][1] == name:
                return place
        raise errors.Refusal(errors.RUN, f"the program did not come to '{name}'")

    def window(self, begin, end):
        """What was executed between two places; a return itself belongs to what ends with it."""
        spent = self.hits[end][0].since(self.hits[begin][0])
        one = (self.hits[end][1] == "eret") - (self.hits[begin][1] == "eret")
        events = dict(spent.events, eret=spent.events["eret"] + one)
        return measure.Hit(spent.all, spent.el2 + one, events)

    def steps(self, mark, skip, end):
        """The windows of one of STEPS, one for each execution of its mark."""
        for place in [at for at, (_, name) in enumerate(self.hits) if name == mark]:
            begin = place
            for _ in range(skip):
                begin = self.after(begin, "eret")
            yield self.window(begin, self.after(begin, end))


def most(windows):
    """The longest."""
    return max(windows, key=lambda window: window.el2)


def moves(board):
    """An instance goes to a CPU that sleeps, up to its next instruction there; of the moves behind
    the first ones, which set the CPUs up."""
    image = build("-ftools/bench/move.toml", "move", board)
    points = {name: address for name, address in image.symbols(image.components["mover"]).items()
              if name.startswith("mark_")}
    hits = Counts(image, measure.plugin("count.c"), points, profile=False).hits
    return [end.since(begin) for begin, end in zip(hits["mark_move"][2:], hits["mark_moved"][2:])]


def suite_pool(quick):
    """Switches and interrupts of instances that share a CPU."""
    figures = []
    for board in [VIRT] if quick else POOL_BOARDS:
        say(f"pool, {board}")
        trips = Trips(build("-ftools/bench/pool.toml", "pool", board), "a", 0)
        for title, (mark, skip, end, limit, aim) in STEPS.items():
            spent = most(trips.steps(mark, skip, end))
            figures.append(Figure("pool", title, board, spent.el2, "instructions at EL2", limit,
                                  aim, events=shown_events(spent.events)))
        spent = most(moves(board))
        figures.append(Figure("pool", "to another CPU, which sleeps: both CPUs", board, spent.el2,
                              "instructions at EL2", events=shown_events(spent.events)))
    return figures


def slot_image():
    """The image whose manager carries `idle` for a slot, and the pages that are copied."""
    part = os.path.join(OUT, VIRT, "idle.part")
    subprocess.run([measure.TNIMAGE, "build", "tools/bench/idle.c", "--format", "part", "--board",
                    VIRT, "--ram", "64K", "-o", part], cwd=TOP, check=True,
                   stdout=subprocess.DEVNULL)
    sources = ", ".join(f'"{os.path.join(HERE, name)}"' for name in ("create.c", "create_part.S"))
    image = suite_linux.manifest("create", f'''
[[partition]]
name = "manager"
src = [{sources}]
cflags = ["-DPART=\\"{part}\\""]
[[partition]]
name = "slot"
mode = "slot"
cpus = [1]
ram = "64K"
''')
    return image


def suite_create(_quick):
    """A partition that is created from a file in memory, and destroyed."""
    say("create")
    image = slot_image()
    trips, figures = Trips(image, "manager", 0), []

    def calls(mark):
        """Windows of each call between a mark and mark_done; of the last execution."""
        begin = [at for at, (_, name) in enumerate(trips.hits) if name == mark][-1]
        end = trips.after(begin, "mark_done")
        places = [begin, *(at for at in range(begin, end) if trips.hits[at][1] == "eret")]
        return [trips.window(one, two) for one, two in zip(places, places[1:])]

    create, *fill = calls("mark_create")
    destroy = calls("mark_destroy")
    for title, windows in (("create: the first call", [create]), ("create: a page", fill),
                           ("destroy: a call, for 64 KiB", destroy)):
        spent = most(windows)
        figures.append(Figure("lifecycle", title, "bypass", spent.el2, "instructions at EL2",
                              events=shown_events(spent.events)))
    return figures
