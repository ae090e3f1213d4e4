# SPDX-License-Identifier: Apache-2.0
"""The linked program of a partition: its memory, its capabilities, its descriptor.

Addresses come from the link (templates/partition.ld.j2), sizes from the manifest or from what
the link shows that the program needs. Guest-physical addresses throughout.
"""
import dataclasses
import struct
from dataclasses import dataclass

from tenon import alone, errors, stack
from tenon.sizes import BLOCK, PAGE, down, show, up

LAYOUT_MAGIC = 0x594c4e54
LAYOUT_OFFSET = 8  # core/abi, tn/abi/layout.h

WINDOW_SMALL = 1 << 20  # where writable memory begins, from ram_ipa
WINDOW_LARGE = 16 << 20  # with a heap that stage 2 shall map by blocks

HEAP_STDIO = 3072  # the buffers of three streams at most, 1 KiB each, come to less
HEAP_DIGITS = 16 << 10  # strtod's long numbers, for a thousand digits and some
HEAP_LARGE = 16 << 20
# An application that calls one of these has a heap of its own, not only stdio's buffers.
ALLOCATORS = frozenset((
    "malloc", "calloc", "realloc", "reallocarray", "memalign", "aligned_alloc", "valloc",
    "posix_memalign", "strdup", "strndup", "asprintf", "vasprintf", "getline", "getdelim",
    "open_memstream", "fmemopen", "sbrk", "_sbrk", "_malloc_r", "_calloc_r", "_realloc_r",
    "hcreate", "tsearch", "regcomp", "scandir", "wcsdup", "__getline", "__getdelim",
    "pthread_create", "sem_open", "mq_open", "timer_create"))
DIGITS = frozenset(("_strtod_l", "_strtorx_l"))

IRQ_PRIORITY = 0xa0
FIRST_SPI = 32  # interrupts below are each CPU's own


@dataclass
class Region:
    """One struct tn_region; `source` of image and memory regions is planned later."""
    what: str
    kind: str  # "image", "memory", "device"
    access: str  # of "rwxs"; s: another partition may have it, too
    ipa: int
    size: int
    source: int = 0
    shift: int = 0  # image: offset of its first byte in the partition's segment
    colours: int = 0  # memory: a bit for each page number modulo 32 that it may have; 0: all


class Program:
    """One partition after its link."""

    def __init__(self, spec, elf, selection, allocates):
        self.spec = spec
        self.elf = elf
        self.selection = selection
        self.entry = elf.value("__image_start")
        self.stack_top = elf.value("__stack_top")
        self.heap_start = elf.value("__heap_start")
        self.image_end = elf.value("__image_end")
        self.rodata_shift = PAGE  # rodata is loaded one page below its address
        self.frames = stack.frames(elf)
        own = {name for label, item in selection.given.items() if label != "start"
               for name in (*item.defined, *item.local)}
        libraries = {name for lib in selection.on if lib in selection.tables
                     for name in (*selection.tables[lib].defined, *selection.tables[lib].local)}
        mine, self.recursion_extra = stack.recursion(elf, own, libraries)
        self.recursive = mine or stack.unbounded(elf, own)
        self.base, self.segment = elf.flat()
        self.stack = up(spec.stack or self._stack_needed(), PAGE)
        self.heap = self._heap(allocates)
        self.heap_end = up(self.heap_start + self.heap, PAGE)
        self._check_ram()

    def _stack_needed(self):
        least = stack.SLACK + self.frames + self.recursion_extra
        if not self.recursive:
            return least
        if self.spec.ram is None:
            return least + stack.RECURSION
        # A recursive program with little ram gets half of what is left, the heap the other.
        rest = self.spec.ram - up(len(self.segment), PAGE) - up(
            self.heap_start - self.stack_top, PAGE) - up(least, PAGE)
        return least + max(0, min(stack.RECURSION, down(rest // 2, PAGE)))

    def _heap(self, allocates):
        """Bytes of heap: what was asked for, the rest of ram, or what the program seems to need."""
        if self.spec.heap is not None:
            return self.spec.heap
        if "_sbrk" not in self.elf.by_name and "_malloc_r" not in self.elf.by_name:
            return 0
        if self.spec.ram is not None and allocates:
            return max(0, self.spec.ram - self._fixed())
        if allocates:
            return HEAP_LARGE
        return HEAP_DIGITS if self.elf.by_name.keys() & DIGITS else HEAP_STDIO

    def _fixed(self):
        """Bytes of everything but the heap, as memory is handed out: in pages."""
        return up(len(self.segment), PAGE) + self.stack + up(self.heap_start - self.stack_top, PAGE)

    def _check_ram(self):
        ram = self.spec.ram
        used = up(len(self.segment), PAGE) + self.heap_end - self.stack_bottom
        if ram is None or used <= ram:
            return
        parts = f"image {show(len(self.segment))}, stack {show(self.stack)}, " \
                f"data {show(self.heap_start - self.stack_top)}, heap {show(self.heap)}"
        raise errors.Refusal(
            errors.FIT, f"{self.spec.place('ram')}: partition {self.spec.name} needs {show(used)} "
            f"({parts}), ram is {show(ram)}; give it more, or shrink the largest: "
            f"{largest(self.elf)}")

    @property
    def stack_bottom(self):
        """The lowest byte of the stack."""
        return self.stack_top - self.stack

    @property
    def ram(self):
        """Bytes of everything that the partition takes."""
        return up(len(self.segment), PAGE) + self.heap_end - self.stack_bottom

    def window(self):
        """The offset from ram_ipa at which writable memory must begin.

        It follows from sizes that do not depend on it, so that a second link settles it.
        """
        below = up(self.image_end, PAGE) - self.entry + PAGE + self.stack
        large = self.heap_end - self.stack_bottom >= BLOCK
        return up(below, WINDOW_LARGE if large else WINDOW_SMALL)

    def segment_offset(self, name):
        """Where a read-only object is in the segment."""
        return self.elf.value(name) - self.rodata_shift - self.entry

    def patched(self):
        """The segment's bytes with struct tn_layout filled in."""
        layout = struct.pack("<IIQQ", LAYOUT_MAGIC, 24, self.stack_bottom, self.heap_end)
        segment = bytearray(self.segment)
        segment[LAYOUT_OFFSET:LAYOUT_OFFSET + len(layout)] = layout
        return bytes(segment)

    def own_regions(self):
        """text, rodata and writable memory."""
        text_end = self.elf.value("__text_end")
        regions = [Region("text", "image", "rx", self.entry, up(text_end, PAGE) - self.entry)]
        ro_start = down(self.elf.value("__rodata_start"), PAGE)
        if self.image_end > self.elf.value("__rodata_start"):
            regions.append(Region("rodata", "image", "r", ro_start,
                                  up(self.image_end, PAGE) - ro_start,
                                  shift=ro_start - self.rodata_shift - self.entry))
        regions.append(Region("memory", "memory", "rw", self.stack_bottom,
                              self.heap_end - self.stack_bottom))
        return coloured(regions, self.spec.colour_mask) if self.spec.colours else regions


def coloured(regions, mask):
    """The same in memory of these colours; what was in the image is copied there."""
    copies = [dataclasses.replace(region, what=f"{region.what} copy", kind="load", access="r")
              for region in regions if region.kind == "image"]
    return [dataclasses.replace(region, kind="memory", shift=0, colours=mask)
            for region in regions] + copies


def largest(elf, count=4):
    """The largest symbols for a message: `buffer 16 MiB, table 4 KiB`."""
    found = sorted(((s.size, s.name) for s in elf.symbols if s.size and s.section),
                   key=lambda item: (-item[0], item[1]))
    return ", ".join(f"{name} {show(size)}" for size, name in dict.fromkeys(found[:count]))


def devices(spec, machine, libraries, caps, together):
    """The device regions and the interrupts that a partition gets.

    A linked driver (a library that depends on HAS_X) gets the board's device that names it, the
    console if that is one. CAP_TIMER gives the timers' interrupts to who may use interrupts;
    on GICv2 its CPU interface too, which each CPU has its own of (`together`: it may be in
    several partitions). The manifest adds devices with their lines, and lines.
    """
    import re
    found, lines = {}, {}
    for library in libraries:
        for has in re.findall(r"\bHAS_(\w+)", library.depends):
            matching = [device for device in machine.devices
                        if device.get("driver", "").upper().replace("-", "_") == has]
            console = [device for device in matching if device.get("console")]
            for device in console or matching:
                found[device["name"]] = device
    for name in spec.devices:
        device = machine.device(name)
        found[name] = device
        for irq in device.get("irqs", []):
            lines[irq["intid"]] = bool(irq.get("edge"))
    known = machine.intids()
    if "IRQ" in caps and "TIMER" in caps:
        for key in ("virt", "phys"):
            if key in machine.timer:
                lines[machine.timer[key]] = False
    for intid in spec.irqs:
        lines[intid] = known.get(intid, False)
    regions = [Region(name, "device", "rw", device["base"], up(device["size"], PAGE),
                      device["base"]) for name, device in sorted(found.items())]
    if "IRQ" in caps and "gicc" in machine.gic:
        gicc = machine.gic["gicc"]
        # On a CPU that it shares a program has the virtual interface in the same place.
        source = machine.gic["gicv"]["base"] if spec.pool is not None else gicc["base"]
        regions.append(Region("gicc", "device", "rws" if together else "rw", gicc["base"], up(gicc["size"], PAGE),
                              source))
    if alone.is_alone(spec):
        regions += distributor(machine)
    irqs = [{"intid": intid, "edge": edge, "priority": IRQ_PRIORITY}
            for intid, edge in sorted(lines.items())]
    return regions, irqs


def distributor(machine):
    """The rest of the interrupt controller, which without a hypervisor is the program's."""
    gicd, gicr = machine.gic["gicd"], machine.gic.get("gicr")
    regions = [Region("gicd", "device", "rw", gicd["base"], up(gicd["size"], PAGE), gicd["base"])]
    if gicr:
        regions.append(Region("gicr", "device", "rw", gicr["base"],
                              up(gicr["size"] * machine.data["cpus"], PAGE), gicr["base"]))
    return regions


def check_overlap(regions, ipa_bits, place):
    """Refuse regions that share guest-physical addresses or lie outside the address space."""
    ordered = sorted((region for region in regions if region.kind != "registers"),
                     key=lambda region: region.ipa)
    for low, high in zip(ordered, ordered[1:]):
        if low.ipa + low.size > high.ipa:
            raise errors.Refusal(
                errors.FIT, f"{place}: {low.what} at {low.ipa:#x}.."
                f"{low.ipa + low.size:#x} overlaps {high.what} at {high.ipa:#x}; make ram, stack "
                "or heap smaller, or leave the device out")
    if ordered and ordered[-1].ipa + ordered[-1].size > 1 << ipa_bits:
        last = ordered[-1]
        raise errors.Refusal(
            errors.FIT, f"{place}: {last.what} ends at "
            f"{last.ipa + last.size:#x}, beyond the {ipa_bits} bits of guest-physical addresses; "
            "make ram, stack or heap smaller")


def check_starters(guests):
    """Refuse a partition that waits for a start which nobody can give."""
    for guest in guests:
        if guest.spec.start == "demand" and not any(
                "LIFECYCLE" in other.caps for other in guests if other is not guest):
            raise errors.Refusal(
                errors.CONFIG, f"{guest.spec.place('start')}: partition {guest.spec.name} waits to "
                "be started, and no other one can do that; use <tn/partition.h> in one of them, or "
                "remove this key")


def check_watchdogs(guests):
    """Refuse a watchdog that the program never kicks: it would end again and again."""
    for guest in guests:
        if guest.spec.watchdog_ms and "WATCHDOG" not in guest.caps:
            raise errors.Refusal(
                errors.CONFIG, f"{guest.spec.place('watchdog_ms')}: partition {guest.spec.name} never "
                "kicks its watchdog; call tn_watchdog_kick() of <tn/watchdog.h>, or remove this key")


def check_devices(guests):
    """Refuse a device or a line that two partitions came to have, by manifest or by driver."""
    owners = {}
    for guest in guests:
        claims = [(region.what, f"device {region.what}") for region in guest.regions
                  if region.kind == "device" and "s" not in region.access]
        claims += [(irq["intid"], f"interrupt {irq['intid']}") for irq in guest.irqs
                   if irq["intid"] >= FIRST_SPI]
        for key, what in claims:
            owner = owners.setdefault(key, guest)
            if owner is not guest:
                raise errors.Refusal(
                    errors.CONFIG, f"{guest.spec.place('devices')}: partition "
                    f"{guest.spec.name}: {what} belongs to partition {owner.spec.name}, too; "
                    "leave it out of one of them, or the library that drives it")
