# SPDX-License-Identifier: Apache-2.0
"""What lies where: an image's file, the memory that it takes, and what each partition sees.

`file_map`, `memory_map` and `partition_map` give lists of Range without holes, in order of
address; `draw` turns one into text. svg.py draws the same lists.
"""
import math
from dataclasses import dataclass

from tenon.text import size_text

HEADERS = 0x80
# Columns that the bar of a text map may take.
BAR = 40


@dataclass(frozen=True)
class Range:
    """Bytes [start, start + size) of a map; `owner` is 'mortise', a partition, or ''."""
    start: int
    size: int
    what: str
    owner: str = ""
    access: str = ""
    others: int = 0  # bytes between that are not its own: pages of other colours

    @property
    def end(self):
        """First address behind the range."""
        return self.start + self.size

    @property
    def free(self):
        """Whether nothing lies here."""
        return self.what in ("padding", "free", "unmapped")


def fill(ranges, start, end, hole):
    """The ranges in order of address, with every hole of [start, end) named `hole`."""
    result, at = [], start
    for item in sorted((r for r in ranges if r.size), key=lambda r: (r.start, r.size)):
        if item.start > at:
            result.append(Range(at, item.start - at, hole))
        result.append(item)
        at = max(at, item.end)
    if at < end:
        result.append(Range(at, end - at, hole))
    return result


def file_ranges(image):
    """Everything that the file holds, in no order."""
    ranges = [Range(0, HEADERS, "headers", "mortise"),
              Range(image.toc["offset"], image.toc["size"], "table of contents")]
    ranges.append(Range(image.mortise["offset"], image.mortise["size"], "mortise", "mortise"))
    for partition in image.partitions:
        name = partition["name"]
        ranges.append(Range(partition["desc"]["offset"], partition["desc"]["size"],
                            f"descriptor of {name}", name))
        for number, segment in enumerate(partition["segments"]):
            more = f" {number}" if len(partition["segments"]) > 1 else ""
            ranges.append(Range(segment["offset"], segment["size"], f"{name} image{more}", name))
    if image.report["size"]:
        ranges.append(Range(image.report["offset"], image.report["size"], "build report"))
    return ranges


def file_map(image):
    """The image file, byte for byte."""
    return fill(file_ranges(image), 0, image.file_size, "padding")


def memory_map(image):
    """All memory that the image takes, as offsets from its load address."""
    ranges = [Range(0, image.file_size, "image file", "mortise", "r"),
              Range(image.hv_bss["offset"], image.hv_bss["size"], "mortise bss", "mortise", "rw")]
    shared = {}
    for partition in image.partitions:
        name = partition["name"]
        for region in partition["regions"]:
            if region["kind"] not in ("memory", "pool"):
                continue
            if "s" in region["access"]:
                shared[region["source"]] = _memory(region, "shared memory", "", "rw")
            else:
                ranges.append(_memory(region, f"{name} memory", name, region["access"]))
    return fill([*ranges, *shared.values()], 0, image.memory_size, "free")


def free_memory(image):
    """Bytes that nobody has: holes, and pages of colours that nobody has."""
    return image.memory_size - sum(r.size - r.others for r in memory_map(image) if not r.free)


def _memory(region, what, owner, access):
    """A region from its first page to the end of its last."""
    span = region.get("span", region["size"])
    return Range(region["source"], span, what + colours(region), owner, access, span - region["size"])


def colours(region):
    """` in colours 0-3`, if it has some: of 32, or of as many as the pattern repeats after."""
    mask, count = region.get("colours", 0), 32
    while count > 1 and mask >> count // 2 == mask & (1 << count // 2) - 1:
        count //= 2
        mask &= (1 << count) - 1
    numbers = [n for n in range(count) if mask >> n & 1]
    firsts = [n for n in numbers if n - 1 not in numbers]
    lasts = [n for n in numbers if n + 1 not in numbers]
    text = ",".join(f"{a}-{b}" if a < b else str(a) for a, b in zip(firsts, lasts))
    return f" in colours {text} of {count}" if region.get("colours") else ""


def partition_map(partition):
    """What a partition sees, at its guest-physical addresses; only used ranges and inner holes.

    A hole larger than 4 GiB or the space around is left out: it says nothing.
    """
    ranges = [Range(region["ipa"], region["size"], region_name(partition, region),
                    partition["name"], region["access"]) for region in partition["regions"]
              if region["kind"] != "registers" and not _is_copy(region, partition)]
    if not ranges:
        return []
    return fill(ranges, min(r.start for r in ranges), max(r.end for r in ranges), "unmapped")


def _is_copy(region, partition):
    """Whether it is what memory with colours is filled with, which is there under its own name."""
    return region["kind"] == "load" and any(
        other["kind"] == "memory" and other["ipa"] == region["ipa"] for other in partition["regions"])


def region_name(partition, region):
    """What a region is for: the report's word for it, or its kind."""
    if region.get("what"):
        return region["what"]
    if region["kind"] == "image":
        return "text" if "x" in region["access"] else "read-only data"
    return region["kind"]


def bar(item, start, total, width):
    """Where in [start, start + total) a range lies, as `width` columns; never less than one."""
    first = (item.start - start) * width // total
    last = max(first + 1, math.ceil((item.end - start) * width / total))
    mark = "·" if item.free else "█"
    first = min(first, width - 1)
    return " " * first + mark * (min(last, width) - first) + " " * (width - min(last, width))


def draw(ranges, digits=8):
    """A map as text: address, size, a bar that shows the place, access and name."""
    start, end = ranges[0].start, max(r.end for r in ranges)
    with_access = any(r.access for r in ranges)
    lines = []
    for item in ranges:
        access = f"{item.access or '-':<3}  " if with_access else ""
        lines.append(f"  {item.start:#0{digits + 2}x}  {size_text(item.size):>10}  "
                     f"│{bar(item, start, end - start, BAR)}│  {access}{item.what}")
    lines.append(f"  {end:#0{digits + 2}x}")
    return "\n".join(lines)
