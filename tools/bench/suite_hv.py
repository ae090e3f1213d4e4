# SPDX-License-Identifier: Apache-2.0
"""What Mortise executes, and the bypass runtime's interrupts."""
import measure
from figures import Figure
from measure import (BOARDS, EL2, VIRT, Counts, Row, build, rows_of, say, shown_events,
                     windows_of)
from suite_kernel import figure
from tenon import errors

CALLS = {"PSCI_VERSION by HVC": ("psci", 90, 45),
         "cheapest hypercall (IRQ enable, its own SGI)": ("cheap", 70, 30),
         "unknown function": ("unknown", 90, 45),
         "read of GICD_TYPER (emulated)": ("typer", 180, 110),
         "write of GICD_ISENABLER (emulated)": ("enabler", 400, 220),
         "SGI to oneself": ("sgi", 250, 100),
         "virtual timer interrupt, from arming to its end": ("timer", 0, 0),
         "WFI": ("wfi", 0, 0)}
# No peer has them; where one register is all there is to do the bound is the cheapest call's.
GROUPS = {"watchdog kick": ("kick", 70, 45),
          "uptime": ("uptime", 70, 40),
          "injection of an interrupt": ("inject", 70, 50),
          "read of a listed device register": ("register", None, None),
          "memory: ask for a page, cleared": ("ask", None, None),
          "memory: give a page back": ("give", None, None)}
BYPASS = {"interrupt raised -> first line of the handler": (28, 20),
          "handler's end -> interrupted code": (32, 20),
          "interrupt raised -> back, whole round": (68, 45)}


def calls(manifest, board, rows):
    """Figures of calls between labels: rows {title: (label, limit, aim)}."""
    so = measure.plugin("count.c")
    image = build(f"-ftools/bench/{manifest}.toml", manifest, board)
    addresses, points = image.symbols(), {}
    for key, _, _ in rows.values():
        points[key] = addresses[f"bench_{key}"]
        points[f"{key}_end"] = addresses[f"bench_{key}_end"]
    counts, figures = Counts(image, so, points), []
    for title, (key, limit, aim) in rows.items():
        spent = max((end.since(begin) for begin, end in zip(counts.hits[key],
                                                            counts.hits[f"{key}_end"])),
                    key=lambda window: window.el2)
        before, after = counts.functions[key], counts.functions[f"{key}_end"]
        grown = {name: count - before.get(name, 0) for name, count in after.items()
                 if count > before.get(name, 0)}
        figures.append(Figure("hypercalls", title, board, spent.el2, "instructions at EL2", limit,
                              aim, functions=grown, events=shown_events(spent.events)))
    return figures


def suite_hypercalls(quick):
    """What one hypercall executes at EL2."""
    figures = []
    for board in [VIRT] if quick else BOARDS:
        say(f"hypercalls, {board}")
        figures += calls("hypercall", board, CALLS)
    say(f"hypercalls of the other groups, {VIRT}")
    figures += calls("groups", VIRT, GROUPS)
    # On a GICv2 who is watched is an instance of a pool: another deadline, the same call.
    kick = {title: row for title, row in GROUPS.items() if row[0] == "kick"}
    return figures + ([] if quick else calls("groups", BOARDS[1], kick))


def suite_bypass(quick):
    """The bypass runtime's interrupt path."""
    so, figures = measure.plugin("window.c", "model.c"), []
    for board in [VIRT] if quick else BOARDS:
        say(f"bypass, {board}")
        image = build("tools/bench/bypass.c", "bypass", board, "--mode", "bypass")
        for row in rows_of(image, so):
            figures.append(figure("bypass", row.name, board, row, image, BYPASS[row.name]))
    return figures


def at_el2(line, column, spent, **more):
    """A figure of what was executed at EL2: the most of several windows, its events beside it."""
    most = max(spent, key=lambda window: window.el2)
    return Figure("lifecycle", line, column, most.el2, "instructions at EL2",
                  events=shown_events(most.events), **more)


def suite_restart(_quick):
    """From a partition's fault to the first instruction of its next life."""
    say("restart")
    image = build("-ftools/bench/restart.toml", "restart", VIRT)
    addresses = image.symbols()
    counts = Counts(image, measure.plugin("count.c"), {
        "guest": addresses["__image_start"], "fault": addresses["bench_fault"]},
        ends=errors.RUN)
    spent = [begin.since(fault) for begin, fault in zip(counts.hits["guest"][1:],
                                                        counts.hits["fault"])]
    if not spent:
        raise errors.Refusal(errors.RUN, "restart: the partition was not started again")
    return [at_el2("fault to the next life's first instruction", "bypass", spent)]


MARKS = ("start", "pause", "resume", "restart", "stop")
TO_MAIN = "first instruction to main"


def of_lives(partition, lives, calls, both):
    """Figures of one partition of life.toml, in its `lives`: counts of the manager's CPU, and of
    both."""
    spent = {}

    def from_to(line, counts, life, begin, end):
        start = counts.hits["mark_start"][life]
        first = next(hit for hit in counts.hits[begin] if hit.all >= start.all)
        last = next(hit for hit in counts.hits[end] if hit.all > first.all)
        spent.setdefault(line, []).append(last.since(first))

    for life in lives:
        for mark in MARKS:
            from_to(f"{mark}: the call", calls, life, f"mark_{mark}", "mark_done")
        from_to("start: to its first instruction, both CPUs", both, life, "mark_start", "entry")
        from_to("restart: to its first instruction, both CPUs", both, life, "mark_restart",
                "entry")
        from_to(TO_MAIN, both, life, "entry", f"main_{partition}")
        from_to("stop: until its memory is clear and its CPU off, both CPUs", both, life,
                "mark_stop", "mark_over")
    to_main = max(window.all for window in spent.pop(TO_MAIN))
    return [at_el2(line, partition, windows) for line, windows in spent.items()] + [
        Figure("lifecycle", TO_MAIN, partition, to_main, "instructions")]


def calls_from_el2(so):
    """The manager's calls alone, by a program at EL2."""
    image, spent = build("-ftools/bench/life-native.toml", "life-native", VIRT), {}
    points = {name: address for name, address in
              image.symbols(image.components["manager"]).items() if name.startswith("mark_")}
    counts = Counts(image, so, points, profile=False, cpus={name: 0 for name in points}, cpu=0)
    for mark in MARKS:
        for first in counts.hits[f"mark_{mark}"]:
            last = next(hit for hit in counts.hits["mark_done"] if hit.all > first.all)
            spent.setdefault(f"{mark}: the call", []).append(last.since(first))
    return [at_el2(line, "bypass, by a program at EL2", windows) for line, windows in spent.items()]


def suite_life(_quick):
    """Partitions that another starts, pauses, resumes and stops."""
    say("life cycle")
    image = build("-ftools/bench/life.toml", "life", VIRT)
    points = {name: address for name, address in
              image.symbols(image.components["manager"]).items() if name.startswith("mark_")}
    partitions = ("bypass", "tenon")
    points["entry"] = image.symbols(image.components["bypass"])["__image_start"]
    for name in partitions:
        points[f"main_{name}"] = image.symbols(image.components[name])["main"]
    so, cpus = measure.plugin("count.c"), {name: 0 if name.startswith("mark_") else 1
                                           for name in points}
    calls, both = (Counts(image, so, points, profile=False, cpus=cpus, cpu=cpu)
                   for cpu in (0, None))
    each, figures = len(both.hits["mark_start"]) // len(partitions), []
    for at, name in enumerate(partitions):
        figures += of_lives(name, range(at * each, (at + 1) * each), calls, both)
        figures.append(Figure("lifecycle", "its memory", name, image.components[name]["ram"],
                              "bytes"))
    return figures + calls_from_el2(so)


SIZES = (8, 64, 512, 4096)
CHANNELS = [f"{kind}, {size} B" for kind in ("message", "latest value") for size in SIZES]


def channel_figure(line, column, windows, image):
    """A row of chan.c, which prints nothing: the median window, and its instructions at EL2."""
    row = Row({"name": line}, windows)
    value, names = row.median.length, measure.Functions(image)
    row.result.update(median=value, max=row.windows[-1].length)
    at_el2 = sum(EL2[0] <= address < EL2[1] for address in row.trace)
    done = figure("channels", line, column, row, image)
    done.functions = names.count((address, 1) for address in row.trace)
    return done, at_el2


def receiver_of_doorbell(image):
    """What Mortise executes on the receiver's CPU from the first ring that it handles to the last."""
    receiver = image.symbols(image.components["receiver"])
    rings = Counts(image, measure.plugin("count.c"), {"ring": receiver["on_ring"]}, profile=False,
                   cpus={"ring": 1}, cpu=1).hits.get("ring", [])
    if len(rings) < 2:
        raise errors.Refusal(errors.RUN, f"channels: the receiver handled {len(rings)} rings")
    spent = rings[-1].since(rings[0])
    return Figure("channels", "doorbell", "receiver, at EL2", spent.el2, "instructions at EL2", 0, 0,
                  events=shown_events(spent.events))


def suite_channels(_quick):
    """What sending and receiving execute, and a doorbell."""
    so, figures = measure.plugin("window.c", "model.c"), []
    image = build("-ftools/bench/chan.toml", "chan", VIRT, "-O", "2")
    for cpu, (name, column) in enumerate((("sender", "sender"), ("receiver", "receiver"))):
        say(f"channels, {name}")
        _, rows = windows_of(image, so, part=image.components[name], cpu=cpu)
        for at, line in enumerate(CHANNELS):
            if not rows.get(at + 1):
                raise errors.Refusal(errors.RUN, f"channels: {name} has no windows of '{line}'")
            done, at_el2 = channel_figure(line, column, rows[at + 1], image)
            if at_el2:
                raise errors.Refusal(errors.RUN, f"channels: {name}: '{line}' executed {at_el2} "
                                     "instructions of Mortise; a channel is memory alone")
            figures.append(done)
        if name == "sender":
            done, at_el2 = channel_figure("doorbell", column, rows[len(CHANNELS) + 1], image)
            figures += [done, Figure("channels", "doorbell", "of these at EL2", at_el2,
                                     "instructions at EL2", 150, 60)]
    return figures + [receiver_of_doorbell(image)]
