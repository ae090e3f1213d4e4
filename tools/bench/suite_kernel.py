# SPDX-License-Identifier: Apache-2.0
"""Tenon's operations: the peers' rows, switches, timers, interrupt phases."""
import measure
from figures import Figure
from measure import VIRT, build, rows_of, say, shown_events
from tenon import errors
from tenon.elf import Elf

# Rows of tools/bench/tenon.c: (limit, aim). The last is for 200 timers together.
BOUNDS = {
    "yield, 2 threads": (60, 40), "yield, 100 threads": (60, 40),
    "yield, nobody else ready": (23, 12), "semaphore give -> higher thread": (110, 70),
    "higher blocks on semaphore -> giver": (95, 60), "resume -> higher thread": (85, 55),
    "message 16 B -> higher thread": (130, 85), "interrupt -> handler": (28, 20),
    "handler's end -> thread": (32, 20), "interrupt, whole round": (68, 45),
    "interrupt -> higher thread woken": (200, 130), "semaphore give": (14, 8),
    "semaphore take": (13, 8), "mutex lock": (20, 8), "mutex unlock": (25, 8),
    "queue send 16 B": (50, 30), "queue receive 16 B": (48, 30),
    "start a timer, 0 others": (60, 40), "start a timer, 200 others": (60, 40),
    "stop a timer, 200 others": (40, 16), "200 timers expire, all": (5000, 3600)}
# Ticks a second where rows are with a fixed tick, what a kernel commonly has.
TICK_HZ = "1000"


def program(source, mode, fp, so, *words):
    """Rows of a benchmark program in one configuration, and its image; `words`: more options."""
    name = "-".join([source.replace(".c", ""),
                     *(word for word in words if word[0] != "-")]).replace("=", "-")
    say(f"{name}, {mode}, FP {fp}")
    image = build(f"tools/bench/{source}", f"{mode}-fp-{fp}/{name}", VIRT, "--mode", mode,
                  "-O", "2", "--set", f"TN_FP={'n' if fp == 'off' else 'y'}",
                  "-D", f"TOUCH={int(fp == 'touched')}", *words)
    return image, [row for row in rows_of(image, so) if not row.name.startswith("(")]


def figure(table, line, column, row, image, bounds=(None, None)):
    """A Row as a Figure with its events, functions and cycles."""
    window, names = row.median, measure.Functions(image)
    return Figure(table, line, column, row.result["median"],
                  "instructions" if row.result["max"] == row.result["median"] else
                  f"instructions, at most {row.result['max']}", *bounds,
                  events=shown_events(window.events),
                  functions=names.count((address, 1) for address in row.trace))


def modelled(table, line, column, row):
    """What the model says beside it; a model's output is no exact figure."""
    return Figure(table, line, column, row.cycles, "cycles by the model", exact=False,
                  events={f"miss {what}": row.median.misses[what] for what in measure.MISSES
                          if row.median.misses[what]})


def suite_kernel(quick):
    """The rows of tenon.c, bare and on Mortise, with and without FP registers of threads."""
    so, figures = measure.plugin("window.c", "model.c"), []
    for mode in ("tenon",) if quick else ("tenon", "bare"):
        for fp in ("on", "off"):
            image, rows = program("tenon.c", mode, fp, so)
            for row in rows:
                bounds = BOUNDS.get(row.name, (None, None))
                figures.append(figure("kernel", row.name, f"{mode}, FP {fp}", row, image, bounds))
                if not quick:
                    figures.append(modelled("kernel-model", row.name, f"{mode}, FP {fp}", row))
                if row.name == "interrupt, whole round":
                    figures += phases(image, row, f"{mode}, FP {fp}")
    if not quick:
        # A tick in a window is no part of the operation: the median has none.
        image, rows = program("tenon.c", "tenon", "on", so,
                              "--set", f"TN_TICK_HZ={TICK_HZ}")
        figures += [figure("kernel", row.name, "tenon, FP on, tick", row, image,
                           BOUNDS.get(row.name, (None, None))) for row in rows]
    return figures


ERET = 0xd69f03e0
# GICv3: MRS of ICC_IAR1_EL1 and MSR of ICC_EOIR1_EL1, without their register.
ACKNOWLEDGE, END = 0xd538cc00, 0xd518cc20


def code_of(part):
    """{address: instruction} of a component's text."""
    elf = Elf(part["elf"])
    code = {}
    for section in elf.sections:
        if section.flags & 4 and section.kind != 8:
            data = elf.content(section)
            code.update((section.address + at, int.from_bytes(data[at:at + 4], "little"))
                        for at in range(0, len(data) - 3, 4))
    return code


def phases(image, row, column):
    """Figure 8: an interrupt's phases, from the instructions that one executed.

    Save: the vector's first instruction up to the acknowledge. Dispatch: acknowledge up to the
    handler, and from its return to the end of interrupt. Restore: from there to the ERET.
    """
    code, trace = code_of(image.program), row.trace
    words = [code.get(address, 0) for address in trace]

    def first(wanted, mask, after=0):
        for at in range(after, len(words)):
            if words[at] & mask == wanted:
                return at
        raise errors.Refusal(errors.RUN, f"{row.name}, {column}: the trace of an interrupt has no "
                             f"instruction {wanted:#x}")
    handler = image.symbols()["handler_empty"]
    vectors = image.symbols()["tn_vectors"]
    entry = next(at for at, address in enumerate(trace) if 0 <= address - vectors < 0x800)
    acknowledge = first(ACKNOWLEDGE, ~31 & 0xffffffff, entry)
    begin = trace.index(handler)
    end_of_irq = first(END, ~31 & 0xffffffff, begin)
    leave = first(ERET, 0xffffffff, end_of_irq)
    back = next(at for at in range(begin, end_of_irq)
                if words[at] == 0xd65f03c0) + 1  # the handler's RET
    return [Figure("figure8", column, "save", acknowledge - entry, "instructions"),
            Figure("figure8", column, "dispatch", begin - acknowledge + end_of_irq + 1 - back,
                   "instructions"),
            Figure("figure8", column, "restore", leave - end_of_irq, "instructions")]


def suite_switch(_quick):
    """Table 4 and Table 5: switches by number of threads, preemption; FP off, on, touched."""
    so, figures = measure.plugin("window.c", "model.c"), []
    for mode in ("bare", "tenon"):
        for fp in ("off", "on", "touched"):
            image, rows = program("switch.c", mode, fp, so)
            for row in rows:
                table, _, line = row.name.rpartition(", ")
                table, line = ("table4", line) if table else ("table5", row.name)
                figures.append(figure(table, line, f"{mode}, ectx {fp}", row, image))
                figures.append(modelled(f"{table}-model", line, f"{mode}, ectx {fp}", row))
    return figures


# Thread-Metric's loops: (limit, aim), for both interfaces.
METRIC = {"cooperative": (60, 42), "preemptive": (170, 110), "interrupt": (110, 75),
          "interrupt and preemption": (290, 190), "message": (130, 85),
          "synchronisation": (40, 26), "memory": (50, 30)}
# Over POSIX the handler's sem_post() and the thread's sem_wait() have a queue of waiters and a
# cancellation point, 60 instructions that resuming a suspended thread has not: the best peer.
METRIC_POSIX = {"interrupt and preemption": (396, 290)}
METRIC_OPS = 100  # counted operations in a window: OPS in metric.h


def suite_metric(quick):
    """Thread-Metric: instructions for a counted operation."""
    so, figures = measure.plugin("window.c", "model.c"), []
    for interface in ("native", "posix"):
        for mode in ("tenon",) if quick else ("tenon", "bare"):
            for fp in ("off", "on"):
                image, rows = program(f"metric_{interface}.c", mode, fp, so)
                for row in rows:
                    bounds = METRIC[row.name]
                    if interface == "posix":
                        bounds = METRIC_POSIX.get(row.name, bounds)
                    one = figure("metric", f"{row.name}, {interface}", f"{mode}, FP {fp}", row,
                                 image, bounds)
                    one.value, one.unit = row.result["median"] / METRIC_OPS, "instructions"
                    one.events = {name: count / METRIC_OPS for name, count in one.events.items()}
                    figures.append(one)
    return figures


# Four walks over 256 waiting priorities, the worst that docs/tenon.md allows: more is a defect.
MASKED_LIMIT = 5000


def suite_masked(_quick):
    """For how long the kernel masks interrupts, as it measures itself."""
    figures = []
    for mode in ("bare", "tenon"):
        say(f"masked, {mode}")
        image = build("tools/bench/masked.c", f"{mode}/masked", VIRT, "--mode", mode, "-O", "2",
                      "--set", "TN_MASK_WATCH=y")
        names = measure.Functions(image)
        for line in measure.run(image).splitlines():
            if line.startswith("masked: "):
                load, length, where = line[len("masked: "):].rsplit(", ", 2)
                figures.append(Figure("masked", load, mode, int(length), "instructions",
                                      MASKED_LIMIT,
                                      functions={names.name(int(where, 16)): int(length)}))
    return figures


# What a kernel may be built with, and what its operations cost then.
OPTIONS = {"as it is": (), "TN_STACK_CHECK": ("--set", "TN_STACK_CHECK=y"),
           "TRACE": ("--set", "TRACE=y"), "two CPUs": ("--cpus", "2")}


def suite_options(_quick):
    """The rows of tenon.c again, in kernels built with options; on several CPUs all on one."""
    so, figures = measure.plugin("window.c", "model.c"), []
    for column, words in OPTIONS.items():
        image, rows = program("tenon.c", "bare", "on", so, *words)
        figures += [figure("options", row.name, column, row, image) for row in rows]
    return figures


def suite_timers(_quick):
    """Figure 9: what a timer costs against the number of timers, tickless and with a tick."""
    so, figures = measure.plugin("window.c", "model.c"), []
    for kind, words in (("tickless", ()), ("tick", ("--set", f"TN_TICK_HZ={TICK_HZ}"))):
        image, rows = program("timers.c", "bare", "off", so, *words)
        for row in rows:
            what, _, count = row.name.rpartition(", ")
            figures.append(figure("figure9", count, f"{what}, {kind}", row, image))
            figures.append(modelled("figure9-model", count, f"{what}, {kind}", row))
    image, rows = program("periods.c", "bare", "off", so)
    for row in rows:
        what, _, count = row.name.rpartition(", ")
        one = figure("periods", count, what, row, image)
        if what == "overdue":
            one.value, one.unit = row.result["median"] / int(count), "instructions"
        figures.append(one)
    return figures
