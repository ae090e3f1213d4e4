# SPDX-License-Identifier: Apache-2.0
"""The tables in which figures are shown: title, what is said above, in which order."""
from dataclasses import dataclass, field

from figures import Figure
from peers import BESIDE


@dataclass
class Table:
    """A table's heading, and its cells by line and column."""
    name: str
    title: str
    note: str
    cells: dict = field(default_factory=dict)  # {(line, column): Figure}
    lines: list = field(default_factory=list)
    columns: list = field(default_factory=list)

    def add(self, figure):
        """Put a figure where it belongs; lines and columns come in the order of arrival."""
        if figure.line not in self.lines:
            self.lines.append(figure.line)
        if figure.column not in self.columns:
            self.columns.append(figure.column)
        self.cells[figure.line, figure.column] = figure

    def beside(self, line):
        """[(name, figure)] of peers for a line."""
        names, figures = BESIDE.get(self.name, ((), {}))
        return list(zip(names, figures.get(line, ())))


MODEL = ("The output of a model, not of a measurement: an in-order, dual-issue core with the "
         "caches and TLBs of an RK3568 (Cortex-A55), tools/bench/model.c.")
# In the order in which they are shown.
HEADINGS = {
    "hello": ("The smallest program", "`hello` with newlib's `puts`."),
    "hello-events": ("What the count of a boot hides", "From the boot loader's jump to `main`: "
                     "barriers, system-register accesses, calls of the firmware or of Mortise, "
                     "exception returns, exclusives, accesses to devices."),
    "kernel": ("Operations of Tenon", "From the C call to the first instruction after it, or in "
               "the thread or handler that it leads to."),
    "kernel-events": ("What an instruction count hides", "Of each operation above, in the mode "
                      "`tenon` with FP registers of threads: barriers, system-register accesses, "
                      "exclusives, exception returns, accesses to devices."),
    "kernel-model": ("The same, in cycles of the model", MODEL),
    "options": ("Operations of Tenon, built with options", "Bare, with FP registers of threads. On "
                "two CPUs all threads are on one: what is more is the lock of the kernel, and the "
                "look at the other CPU."),
    "masked": ("Interrupts off", "The longest time for which the kernel masks interrupts under a "
               "load, measured by itself (option TN_MASK_WATCH, whose marks are in the figure); "
               "linear in the number of distinct priorities that wait for one object, 200 here."),
    "metric": ("Thread-Metric", "Its seven loops, written anew (tools/bench/metric.h): instructions "
               "for a counted operation. Over Tenon's own interface, and over POSIX, where blocks "
               "are malloc's and a thread is suspended by a semaphore (limit of that row: the best "
               "peer)."),
    "hypercalls": ("Hypercalls", "Instructions at EL2 for one."),
    "hypercalls-events": ("What the count of a hypercall hides", "On qemu-virt, at EL2: barriers, "
                          "system-register accesses, exception returns, accesses to devices."),
    "bypass": ("Interrupts of a bypass program", "With Mortise under it."),
    "bypass-events": ("What the count of a bypass interrupt hides", "On qemu-virt."),
    "lifecycle": ("Life of a partition", "A bypass program and one on Tenon, started, paused, "
                  "resumed, restarted and stopped by another partition: what the caller's CPU executes at EL2 "
                  "in the call, or both CPUs up to the end. A start is the call, the firmware's "
                  "CPU_ON, tables, entry; a stop the interrupt that ends it and the clearing of "
                  "its memory. A fault: with its report, up to the next life. A program that "
                  "is created comes from a file in the creator's memory: one call that checks it, "
                  "then one that copies a page and its CRC; destroyed, its memory is cleared."),
    "lifecycle-events": ("What the count of a life hides", "Of the bypass program, at EL2."),
    "pool": ("CPUs that partitions share", "Two instances of a pool, of bypass mode, one more urgent "
             "than the other but where they yield; what Mortise executes on their CPU. An interrupt "
             "of who runs goes into a list register, and its end causes no exit. A timer that is "
             "due while another runs is two interrupts: the pool's timer, which brings its owner "
             "back, and its own."),
    "pool-events": ("What the count of a shared CPU hides", "At EL2."),
    "channels": ("Channels between partitions", "One message or value sent or taken, the C call "
                 "included; Mortise has no part but in the doorbell, whose receiver is "
                 "interrupted without it."),
    "channels-events": ("What the count of a message hides", "Of the sender; in the doorbell the "
                        "hypercall and Mortise's part are in it."),
    "table1": ("Table 1: lines and bytes of the smallest complete system", "Mortise, Tenon and "
               "`hello`, by top folder; lines without comments and empty ones, headers counted, "
               "each library once."),
    "table1-examples": ("Table 1 of each example", "Lines and bytes of each component: Mortise and "
                        "the partitions, each with its libraries."),
    "mortise": ("Mortise beside other hypervisors", "As it is for `hello`, and for Linux, Tenon and a "
                "loop in one image (examples/mixed)."),
    "table2": ("Table 2: micro-libraries that Mortise and Tenon share", "From the build reports "
               "of all examples."),
    "examples": ("Image sizes of all examples", "In each mode that they build in."),
    "build": ("Build times", "`hello`, on a machine that does other work, too: to be read as an "
              "order of magnitude."),
    "table3": ("Table 3: boot", "From the boot loader's jump, of all CPUs, which take turns here; one "
               "instruction is one nanosecond of virtual time. Application: `main`, or Linux's "
               "first user instruction. Mortise is ready after it has checked the whole image, "
               "for Linux 33 MB."),
    "table3-events": ("What the count of Table 3 hides", "Up to the application, of the programs "
                      "without Linux; beside Linux the next table has Mortise's part."),
    "linux": ("Linux on Mortise", "What Mortise executes from Linux's first instruction to its "
              "first in user space."),
    "linux-events": ("What the count of Linux's exits hides", "At EL2."),
    "table4": ("Table 4: switch by number of threads", "Instructions; each thread of the same "
               "priority, 16 KiB of stack."),
    "table4-model": ("Table 4 in cycles of the model", MODEL),
    "table5": ("Table 5: preemption", "A thread resumes a more urgent one, up to that one's "
               "first instruction."),
    "table5-model": ("Table 5 in cycles of the model", MODEL),
    "table6": ("Table 6: bare, on Mortise, beside another", "The same operation in each "
               "place; beside Linux, which boots meanwhile, and beside a partition that never "
               "rests both CPUs run at once: the median of 200."),
    "colours": ("Interference in the shared cache, by a model", "A control loop reads a table of "
                "128 KiB in each of 50 cycles, and a neighbour writes 4 MiB again and again "
                "meanwhile; accesses and misses a cycle, start-up included. Not a measurement: the "
                "caches of tools/bench/shared.c, 32 KiB for each CPU and 1 MiB for all, LRU, fed with "
                "the physical addresses of each access. Coloured: 4 of the 16 page colours are the "
                "loop's, 10 the neighbour's; then 2 Mortise's own, too (key colours, docs/architecture.md). "
                "Mortise: its data and tables, by loads and stores on the CPU of the loop."),
    "figure8": ("Figure 8: phases of an interrupt", "Save: vector to acknowledge. Dispatch: "
                "acknowledge to handler, and handler's return to end of interrupt. Restore: the "
                "rest. From the trace of one interrupt."),
    "figure9": ("Figure 9: a timer's cost by the number of timers", "Tickless, and with a "
                "tick of 1 kHz (option TN_TICK_HZ), where starting one touches no comparator; one "
                "that expires is the whole interrupt, nothing due the tick alone."),
    "periods": ("Timers of random periods, and in random order", "A period: the median of the whole "
                "interrupt at which one of so many periodic timers expires and starts again; the most "
                "is one at which timers that wait for later come closer together, a part of them "
                "at a time. Overdue: of as many that came due while interrupts were masked, one, "
                "with the time that threads get meanwhile, here a loop that waits; what grows is "
                "the number of digits in which their deadlines differ, at most 16."),
    "figure9-model": ("Figure 9 in cycles of the model", MODEL),
}
# Tables whose events are shown, and of which column.
EVENTS = {"kernel": "tenon, FP on", "hypercalls": "qemu-virt", "bypass": "qemu-virt",
          "channels": "sender", "hello": "to main", "lifecycle": "bypass",
          "table3": "application", "linux": "on Mortise", "pool": "qemu-virt"}


def of(figures):
    """The tables that have figures, in order; unknown ones come last under their own name."""
    tables = {name: Table(name, *heading) for name, heading in HEADINGS.items()}
    for figure in figures:
        table = tables.setdefault(figure.table, Table(figure.table, figure.table, ""))
        table.add(figure)
        if figure.column == EVENTS.get(figure.table):
            name = f"{figure.table}-events"
            for event, count in figure.events.items():
                tables[name].add(Figure(name, figure.line, event, count, ""))
    return [table for table in tables.values() if table.cells]


def number(value):
    """A figure as people read it."""
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.2f}"
    return f"{value:.0f}"
