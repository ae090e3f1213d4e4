# SPDX-License-Identifier: Apache-2.0
"""Builds images, runs them under -icount with a plugin, and reads what they and it say."""
import bisect
import json
import os
import subprocess
import sys
from typing import NamedTuple

from figures import HERE, TOP
from tenon import errors
from tenon.elf import Elf

OUT = os.path.join(TOP, "build", "bench")
TNIMAGE = os.path.join(TOP, "tools", "tnimage")
QEMU_TIMEOUT = 600  # only against a machine that hangs
# Where Mortise is linked (docs/architecture.md, EL2): what executes there is EL2.
EL2 = (0x200000, 0x400000)
EVERYWHERE = (0, 1 << 63)
VIRT = "qemu-virt"
BOARDS = ["qemu-virt", "qemu-virt-gicv2", "zcu102"]

# The order in which window.c prints.
KINDS = ["other", "dsb", "isb", "dmb", "sysreg", "call", "eret", "exclusive", "branch", "memory"]
# What a bare instruction count hides, in the order in which tables have it.
EVENTS = ("dsb", "isb", "dmb", "sysreg", "call", "eret", "exclusive", "device")
MISSES = ["l1i", "l1d", "l2", "utlb", "tlb"]


def say(text):
    """Progress, for who waits."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def shown_events(events):
    """What of the events of a window or Hit a Figure has."""
    return {kind: events[kind] for kind in EVENTS if events[kind]}


class Image:
    """A built image: its path, the build report, and its components' files."""

    def __init__(self, path, report, folder):
        self.path, self.report, self.folder = path, report, folder
        self.components = {part["name"]: part for part in report["components"]}
        for part in report["components"]:
            part["elf"] = os.path.join(folder, part["elf"])

    @property
    def program(self):
        """The first component that is not Mortise: the application's."""
        return next(part for part in self.report["components"] if part["layer"] != "hv")

    def sources(self, part):
        """The application's own sources of a component."""
        with open(os.path.join(self.folder, "compile_commands.json"), encoding="utf-8") as file:
            return [entry["file"] for entry in json.load(file)
                    if entry.get("output", "").startswith(f"{part['name']}/obj/app/")]

    def symbols(self, part=None):
        """Addresses of a component's symbols by name."""
        part = part or self.program
        return {name: symbol.value for name, symbol in Elf(part["elf"]).by_name.items()}


class Functions:
    """Names of functions by address, over all components of an image."""

    def __init__(self, image):
        self.starts, self.ranges = [], []
        for part in image.report["components"]:
            # Assembly has labels without a size or a type: every named address of text counts,
            # but not what the linker script defines.
            elf = Elf(part["elf"])
            text = {index: section for index, section in enumerate(elf.sections)
                    if section.flags & 4}
            self.ranges += [(section.address, section.address + section.size)
                            for section in text.values()]
            self.starts += [(symbol.value, symbol.name) for symbol in elf.symbols
                            if symbol.section in text and symbol.name
                            and not symbol.name.startswith(("$", "__"))]
        self.starts.sort()
        self.keys = [start for start, _ in self.starts]

    def name(self, address):
        """The function that an instruction belongs to. Before the MMU is on Mortise runs where
        it was loaded, which is its own address but for a multiple of 2 MiB."""
        if not any(low <= address < high for low, high in self.ranges):
            address = address % EL2[0] + EL2[0]
        at = bisect.bisect_right(self.keys, address) - 1
        return self.starts[at][1] if at >= 0 else "?"

    def count(self, executed):
        """{function: count} of (address, times) pairs, in the order of first appearance."""
        sums = {}
        for address, times in executed:
            name = self.name(address)
            sums[name] = sums.get(name, 0) + times
        return sums


def build(source, name, board, *options, quiet=False):
    """Build one image, "folder/name" (a name is part of the image, so it counts); tnimage's own
    message is the error, and is shown unless quiet."""
    path = os.path.join(OUT, board, f"{name}.img")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    done = subprocess.run([TNIMAGE, "build", source, "--board", board, "-o", path, *options],
                          check=False, cwd=TOP, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL if quiet else None)
    if done.returncode != errors.OK:
        raise errors.Refusal(done.returncode, f"{source} for {board} was not built; "
                             f"options: {' '.join(options)}")
    folder = os.path.join(os.path.dirname(path), ".tn", os.path.basename(name))
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
        return Image(path, json.load(file), folder)


def plugin(*sources):
    """Compile a plugin, with insn.c, which each needs; returns the path of the shared object."""
    sources += ("insn.c",)
    so = os.path.join(OUT, sources[0].replace(".c", ".so"))
    os.makedirs(OUT, exist_ok=True)
    subprocess.run(["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared",
                    "-o", so, *(os.path.join(HERE, source) for source in sources)], check=True)
    return so


def run(image, *qemu, icount=True, ends=errors.OK):
    """Run an image to its end, under -icount unless told; returns what it printed. `ends`: the
    status that it should end with."""
    done = subprocess.run([TNIMAGE, "run", image.path, *(["--icount"] if icount else []),
                           "--timeout", str(QEMU_TIMEOUT), "--", *qemu], cwd=TOP, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    text = done.stdout.decode(errors="replace")
    if done.returncode != ends:
        raise errors.Refusal(errors.RUN, f"{os.path.relpath(image.path, TOP)} ended with "
                             f"{done.returncode}; it printed: {text[-400:]!r}")
    return text


class Hit(NamedTuple):
    """One execution of a point: what had executed until then. `events` are at EL2, or of all."""
    all: int
    el2: int
    events: dict

    def since(self, before):
        """What executed from another one on."""
        return Hit(self.all - before.all, self.el2 - before.el2,
                   {kind: count - before.events[kind] for kind, count in self.events.items()})


class Counts:
    """What count.c saw: `hits` at each execution of a point, and what had executed when a point
    was first reached, by function. `cpus`: a point's, if of one only; `cpu`: whose instructions
    at EL2 and events count; `events`: those of which addresses, None: nobody looks."""

    def __init__(self, image, so, points, ends=errors.OK, profile=True, cpus=None,
                 cpu=None, events=EL2):
        log, cpus = image.path + ".count", cpus or {}
        args = "".join(f",point={name}:{address:#x}" + (f":{cpus[name]}" if name in cpus else "")
                       for name, address in points.items())
        args += (",profile=1" if profile else "") + ("" if cpu is None else f",cpu={cpu}")
        args += f",events={events[0]:#x}:{events[1]:#x}" if events else ""
        run(image, "-plugin", f"{so},out={log},range={EL2[0]:#x}:{EL2[1]:#x}{args}", ends=ends)
        self.hits, executed, last = {}, {}, None
        with open(log, encoding="ascii") as file:
            for line in file:
                name, one, two, *more = line.split()
                if name == "=":
                    executed.setdefault(last, []).append((int(one, 16), int(two)))
                else:
                    self.hits.setdefault(name, []).append(
                        Hit(int(one), int(two), dict(zip(("device", *KINDS), map(int, more)))))
                    last = name
        names = Functions(image) if profile else None
        self.functions = {
            name: dict(sorted(names.count(pairs).items(), key=lambda item: (-item[1], item[0])))
            for name, pairs in executed.items()}


class Window:
    """One execution of a row: instructions, events beside them, cycles by the model."""

    def __init__(self, fields, empty=None):
        self.row, self.length, device = fields[:3]
        self.events = dict(zip(KINDS, fields[3:3 + len(KINDS)]), device=device)
        self.cycles = fields[3 + len(KINDS)]
        self.misses = dict(zip(MISSES, fields[4 + len(KINDS):]))
        self.trace = None
        if empty:  # what the marks themselves add
            self.length -= empty.length
            self.cycles -= empty.cycles
            self.events = {kind: value - empty.events[kind] for kind, value in self.events.items()}


class Row:
    """One row of a benchmark table: what the target said and the windows that the plugin saw."""

    def __init__(self, result, windows):
        self.name, self.result = result["name"], result
        self.windows = sorted(windows, key=lambda window: (window.length, window.cycles))

    @property
    def median(self):
        """Of the windows of the median length, the one of the median cycles."""
        length = self.windows[(len(self.windows) - 1) // 2].length
        same = [window for window in self.windows if window.length == length]
        return same[(len(same) - 1) // 2]

    @property
    def trace(self):
        """Addresses that a window of the median length executed."""
        length = self.median.length
        return next((w.trace for w in self.windows if w.trace and w.length == length), [])

    @property
    def cycles(self):
        """Cycles by the model of the median window."""
        return self.median.cycles


def windows_of(image, so, *qemu, part=None, cpu=0, icount=True):
    """Run a <tn/bench.h> program with window.c; (what it printed, {row: [Window]})."""
    symbols = image.symbols(part)
    log = f"{image.path}.windows.{cpu}"
    args = ",".join(f"{key}={symbols['tn_bench_' + key]:#x}" for key in ("first", "last", "row"))
    text = run(image, "-plugin", f"{so},out={log},model=1,cpu={cpu},{args}", *qemu,
               icount=icount)
    windows, empty, window = {}, None, None
    with open(log, encoding="ascii") as file:
        for line in file:
            fields = line.split()[1:]
            if line[0] == "T":
                window.trace = [int(word, 16) for word in fields]
                continue
            fields = [int(word) for word in fields]
            window = Window(fields, empty if fields[0] else None)
            if fields[0]:
                windows.setdefault(window.row, []).append(window)
            elif empty is None or window.length <= empty.length:
                empty = window
    return text, windows


def rows_of(image, so, *qemu):
    """A Row for each row of a program that runs alone, in order."""
    text, windows = windows_of(image, so, *qemu)
    rows = []
    for line in text.splitlines():
        if line.startswith("bench: "):
            result = json.loads(line[len("bench: "):])
            if not result["ok"]:
                raise errors.Refusal(errors.RUN, f"{os.path.relpath(image.path, TOP)}: "
                                     f"{result['name']}: its check failed")
            rows.append(Row(result, windows.get(len(rows) + 1, [])))
    for row in rows:
        check_row(image, row)
    return rows


def check_row(image, row):
    """The plugin and the target count the same, or one of them is wrong."""
    if row.name.startswith("("):
        return
    lengths = [window.length for window in row.windows]
    said = [row.result[what] for what in ("n", "min", "median", "max")]
    seen = [len(lengths), lengths[0], row.median.length, lengths[-1]] if lengths else [0] * 4
    # A row may have more windows than samples: of each it gave the last.
    if said != seen if seen[0] == said[0] else not set(said[1:]) <= set(lengths):
        raise errors.Refusal(errors.RUN, f"{os.path.relpath(image.path, TOP)}: {row.name}: the "
                             f"target counted n, min, median, max {said}, the plugin {seen}")
