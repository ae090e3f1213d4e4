# SPDX-License-Identifier: Apache-2.0
"""Where everything lies in the image: every offset of the file and of the memory above it."""
import re
import struct
from dataclasses import dataclass, field

from tenon import errors, files, paths, program
from tenon.sizes import BLOCK, PAGE, show, up

COLOURS = 32  # TN_COLOURS
ALIGN = 8  # of the table of contents, descriptors and the report
DOORBELL = 2  # bytes of one in a descriptor


def record_sizes():
    """{struct: bytes} that core/abi promises with _Static_assert(sizeof(...) == n)."""
    found = {}
    for name in ("image.h", "partition.h"):
        text = (files.read(paths.inside("core/abi/include/tn/abi", name)) or b"").decode()
        found.update((struct, int(size)) for struct, size in
                     re.findall(r"_Static_assert\(sizeof\(struct (\w+)\) == (\d+)", text))
    return found


@dataclass
class Plan:
    """The offsets; `ranges` are (what, offset, size, in file) in order of offset."""
    mortise: bytes = b""
    bss_offset: int = 0
    bss_size: int = 0
    segments: dict = field(default_factory=dict)  # partition -> (offset, bytes)
    descriptors: dict = field(default_factory=dict)  # partition -> (offset, size)
    toc_offset: int = 0
    toc_size: int = 0
    report_offset: int = 0
    file_size: int = 0
    memory_size: int = 0
    cpu_count: int = 1
    ranges: list = field(default_factory=list)


class Gaps:
    """First fit into the holes between what is placed; what fits nowhere goes to the end."""

    def __init__(self):
        self.taken = []  # (offset, end), sorted
        self.end = 0

    def take(self, offset, size):
        """Mark a range as used."""
        self.taken = sorted([*self.taken, (offset, offset + size)])
        self.end = max(self.end, offset + size)

    def fit(self, size):
        """Place `size` bytes; returns the offset."""
        at = 0
        for start, stop in self.taken:
            if up(at, ALIGN) + size <= start:
                break
            at = max(at, stop)
        at = up(at, ALIGN)
        self.take(at, size)
        return at


def plan(mortise, guests, pools=()):
    """Plan all but the report, which says where everything is: place_report() does that."""
    cpus = [cpu for guest in guests for cpu in guest.spec.cpus]
    cpus += [cpu for item in pools for cpu in item.cpus]
    sizes = record_sizes()
    result = Plan(mortise=bytes(mortise.flat()[1]),
                  cpu_count=1 + max(cpus))
    gaps = Gaps()
    _place(result, gaps, "mortise", 0, len(result.mortise))
    for guest in guests:
        data = guest.program.patched()
        offset = up(gaps.end, PAGE)
        result.segments[guest.component.name] = (offset, data)
        _place(result, gaps, guest.component.name, offset, len(data))
        for region in guest.regions:
            if region.kind in ("image", "load"):
                region.source = offset + region.shift
    segments = 1 + len(guests)
    result.toc_size = (sizes["tn_image_toc"] + sizes["tn_image_partition"] * len(guests)
                       + sizes["tn_image_segment"] * segments)
    result.toc_offset = gaps.fit(result.toc_size)
    result.ranges.append(("toc", result.toc_offset, result.toc_size, True))
    for guest in guests:
        size = up(sizes["tn_partition_desc"] + sizes["tn_region"] * len(guest.regions)
                  + sizes["tn_irq_desc"] * len(guest.irqs)
                  + DOORBELL * len(guest.doorbells), ALIGN)
        offset = gaps.fit(size)
        result.descriptors[guest.component.name] = (offset, size)
        result.ranges.append((f"descriptor {guest.component.name}", offset, size, True))
    result.gaps = gaps
    return result


def _place(result, gaps, what, offset, size):
    gaps.take(offset, size)
    result.ranges.append((what, offset, size, True))


def place_report(result, size):
    """Place the report of this size in the file."""
    result.report_offset = result.gaps.fit(size)
    result.ranges.append(("report", result.report_offset, size, True))


def place_memory(result, machine, mortise, guests, colours=0):
    """Place what lies above the file: Mortise's .bss, with its colours, then each partition's memory."""
    result.file_size = result.gaps.end
    result.bss_offset = up(result.file_size, PAGE)
    result.bss_size = up(mortise.value("__hv_bss_end") - mortise.value("__hv_bss_start"), PAGE)
    cpus = sum(len(guest.spec.cpus) for guest in guests)
    if cpus > 1 and guests[0].spec.mode != "bare":
        # A copy for each CPU, then what they share (docs/architecture.md, "EL2").
        result.bss_size = mortise.value("__hv_slots") * result.bss_size + up(
            mortise.value("__hv_shared_end") - mortise.value("__hv_shared_start"), PAGE)
    if colours:
        _place_own(result, mortise, guests, colours)
    result.ranges.append(("mortise bss", result.bss_offset, result.bss_size, False))
    end = result.bss_offset + result.bss_size
    shared = {}  # what -> source
    for guest in guests:
        for region in guest.regions:
            if region.kind not in ("memory", "pool") or region.colours:
                continue
            if region.what in shared:
                region.source = shared[region.what]
                continue
            offset = up(end, PAGE)
            if region.size >= BLOCK:
                # Congruent addresses let stage 2 map the inner part by 2 MiB blocks.
                offset += (region.ipa - offset) % BLOCK
            region.source = offset
            end = offset + region.size
            what = f"{guest.component.name} memory"
            if "s" in region.access:
                shared[region.what] = offset
                what = region.what
            result.ranges.append((what, offset, region.size, False))
    result.memory_size = up(_place_coloured(result, end, guests), PAGE)
    _place_ram(result, machine, guests)
    result.ranges.sort(key=lambda item: item[1])
    _check(result, machine, guests)


def _place_own(result, mortise, guests, colours):
    """Mortise's memory by colours, a span that nobody else has any part of: its text and what its
    CPUs share, then each CPU's copy of .bss in the colours of its partition. hv/colour finds
    where that is in its table, struct tn_hv_colour_row of tn/hv/pages.h.
    """
    def pages(name):
        return PAGE * mortise.value(f"__hv_{name}_pages")

    masks = [guest.spec.colour_mask or colours for guest in guests for _ in guest.spec.cpus]
    masks += [colours] * (mortise.value("__hv_slots") - len(masks))
    wanted = [(colours, pages("image")), (colours, pages("shared")), *((mask, pages("bss")) for mask in masks)]
    free = _Coloured(result.bss_offset)
    rows, end = b"", 0
    for mask, size in wanted:
        first, behind = free.take(mask, size)
        rows += struct.pack("<II", first, mask)
        end = max(end, behind)
    at = mortise.value("hv_colour_rows") - mortise.value("__hv_start")
    result.mortise = result.mortise[:at] + rows + result.mortise[at + len(rows):]
    result.bss_size = end - result.bss_offset


def _place_coloured(result, end, guests):
    """Regions of memory with colours, behind everything else; returns the end."""
    free, shared = _Coloured(up(end, PAGE)), {}  # what -> source
    for guest in guests:
        for region in guest.regions:
            if region.kind != "memory" or not region.colours:
                continue
            if region.what in shared:
                region.source = shared[region.what]
                continue
            region.source, behind = free.take(region.colours, region.size)
            end = max(end, behind)
            what = f"{guest.component.name} memory"
            if "s" in region.access:
                shared[region.what] = region.source
                what = region.what
            result.ranges.append((what, region.source, behind - region.source, False))
    return end


class _Coloured:
    """Ranges of pages of some colours, interleaved: each colour has its own next free page."""

    def __init__(self, start):
        self.free = [start] * COLOURS  # of each colour, where to look for the next page

    def take(self, colours, size):
        """The first page of `size` bytes, and the end of the last."""
        mine = [colour for colour in range(COLOURS) if colours >> colour & 1]
        at = first = self._next(max(self.free[colour] for colour in mine), mine)
        for _ in range(size // PAGE):
            at = self._next(at, mine) + PAGE
        for colour in mine:
            self.free[colour] = at
        return first, at

    @staticmethod
    def _next(at, mine):
        while at // PAGE % COLOURS not in mine:
            at += PAGE
        return at


# Where a boot loader may put the image, from the beginning of RAM: U-Boot's kernel_addr_r on the
# boards here, and 2 MiB for its alignment. Mortise looks again when it boots.
LOADER = 6 << 20


def _place_ram(result, machine, guests):
    """RAM of kernels, outside the image's memory: from the end of the board's down."""
    base, end = machine.ram_span()
    least = base + LOADER + result.memory_size
    rams = [(guest, region) for guest in guests for region in guest.regions if region.kind == "ram"]
    rams.sort(key=lambda item: item[1].colours != 0)  # those with colours interleave, below the others
    for guest, region in rams:
        if region.colours:
            break
        end = (end - region.size) // BLOCK * BLOCK
        region.source = end
        _check_ram(guest, region, machine, end, least)
    coloured = [(guest, region) for guest, region in rams if region.colours]
    free, span = _Coloured(0), 0  # the pattern is the same from any multiple of BLOCK on
    for _, region in coloured:
        region.source, behind = free.take(region.colours, region.size)
        span = max(span, behind)
    end = (end - span) // BLOCK * BLOCK
    for guest, region in coloured:
        region.source += end
        _check_ram(guest, region, machine, end, least)


def _check_ram(guest, region, machine, start, least):
    if start >= least:
        return
    spec, (base, end) = guest.spec, machine.ram_span()
    few = f" in {len(spec.colours)} of {machine.colours} colours" if region.colours else ""
    raise errors.Refusal(
        errors.FIT, f"{spec.place('ram')}: partition {spec.name}: {show(region.size)} of RAM{few} do not "
        f"fit; board {machine.name} has {show(end - base)}, of which {show(least - base)} are the image's; "
        "make ram smaller" + (", or give it more colours" if few else ""))


def _check(result, machine, guests):
    limit = machine.ram[0]["size"]
    if result.memory_size > limit:
        few = [guest for guest in guests
               if any(region.colours and region.kind == "memory" for region in guest.regions)]
        if few:
            guest = max(few, key=lambda item: item.program.ram / len(item.spec.colours))
            raise errors.Refusal(
                errors.FIT, f"{guest.spec.place('colours')}: the image takes {show(result.memory_size)} "
                f"of memory, board {machine.name} has {show(limit)}: partition {guest.spec.name} needs "
                f"{show(guest.program.ram)} in {len(guest.spec.colours)} of {machine.colours} colours; "
                "give it more colours, or make it smaller")
        guest = max(guests, key=lambda item: item.program.ram)
        if guest.elf is None:
            raise errors.Refusal(
                errors.FIT, f"{guest.spec.place('ram')}: the image takes {show(result.memory_size)} of "
                f"memory, board {machine.name} has {show(limit)}; make ram smaller")
        raise errors.Refusal(
            errors.FIT, f"{guest.spec.place('ram')}: the image takes {show(result.memory_size)} of "
            f"memory, board {machine.name} has {show(limit)}; make the largest smaller: "
            f"{program.largest(guest.elf)}")
