# SPDX-License-Identifier: Apache-2.0
"""Every byte of an image, counted once: by library, symbol, section or partition.

A Row says what something takes in the file and in the memory above the file. The rows of an
image add up to its file_size and memory_size exactly: headers, tables, alignment and free
memory are rows, too.
"""
import os
import struct
from dataclasses import asdict, dataclass

from tenon import elf as elfs, errors, memmap

KEYS = ("lib", "symbol", "section", "partition")
STT_OBJECT = 1
SHF_WRITE = 1
SHF_EXECINSTR = 4
SECTIONS = ("text", "rodata", "data", "bss")


@dataclass
class Row:
    """One thing and its bytes; `part` is the component it belongs to, '' for the image's own."""
    part: str
    name: str
    text: int = 0
    rodata: int = 0
    data: int = 0
    bss: int = 0
    file: int = 0
    memory: int = 0


def section_row(part, name, sizes):
    """A Row from bytes by kind of section: text, rodata and data are in the file, and data and
    bss take writable memory."""
    sizes = {key: sizes.get(key, 0) for key in SECTIONS}
    return Row(part, name, **sizes, file=sizes["text"] + sizes["rodata"] + sizes["data"],
               memory=sizes["data"] + sizes["bss"])


def of_image(image, report, folder, by):
    """The rows of an image. `report` and `folder` may be None where `by` does not need them."""
    rows = []
    for component in components(image, report if by != "partition" else None):
        rows += component_rows(component, folder, by)
    rows += image_rows(image)
    total = (sum(row.file for row in rows), sum(row.memory for row in rows))
    want = (image.file_size, image.memory_size - image.file_size)
    if total != want:
        raise errors.Refusal(errors.VERIFY, f"{image.path}: the build report does not fit the "
                             f"image ({total} bytes for {want}); build it again")
    return rows


@dataclass
class Component:
    """Mortise or a partition as the image has it; `report` is its part of the build report."""
    name: str
    file: int  # bytes of its segments
    memory: int  # bytes of writable memory
    hv: bool
    report: dict


def components(image, report):
    """Mortise, then the partitions, each with its report."""
    def find(hv, name):
        for item in (report or {}).get("components", []):
            if (item["layer"] == "hv") == hv and (hv or item["name"] == name):
                return item
        return None

    # The link of Mortise begins with the room for the image's headers.
    yield Component("mortise", memmap.HEADERS + image.mortise["size"], image.hv_bss["size"], True,
                    find(True, ""))
    for partition in image.partitions:
        memory = sum(r["size"] for r in partition["regions"]
                     if r["kind"] == "memory" and "s" not in r["access"])
        yield Component(partition["name"], sum(s["size"] for s in partition["segments"]), memory,
                        False, find(False, partition["name"]))


def component_rows(component, folder, by):
    """A component's rows, closed by what makes them add up: stack, heap, alignment."""
    name = component.name
    if by == "partition":
        return [Row(name, name, file=component.file, memory=component.memory)]
    if component.report is None:
        raise errors.Refusal(errors.VERIFY, f"no build report for '{name}'; only "
                             "'--by partition' works without")
    if by == "lib":
        rows = [section_row(name, lib["lib"], lib["bytes"]) for lib in component.report["libs"]]
    elif by == "section":
        rows = [section_row(name, key, {key: size})
                for key, size in component.report["sections"].items()]
    else:
        rows = symbol_rows(name, os.path.join(folder, component.report["elf"]))
    for key in ("stack", "heap"):
        if component.report.get(key):
            rows.append(Row(name, key, memory=component.report[key]))
    rest = Row(name, "(no symbol)" if by == "symbol" else "(alignment)", file=component.file - sum(row.file for row in rows),
               memory=component.memory - sum(row.memory for row in rows))
    if rest.file or rest.memory:
        rows.append(rest)
    return [row for row in rows if row.file or row.memory]


def image_rows(image):
    """What belongs to no component: tables, report, holes, memory that partitions share."""
    shared = {r["source"]: r["size"] for p in image.partitions for r in p["regions"]
              if r["kind"] in ("memory", "pool") and "s" in r["access"]}
    rows = [Row("", "table of contents", file=image.toc["size"]),
            Row("", "descriptors", file=sum(p["desc"]["size"] for p in image.partitions)),
            Row("", "build report", file=image.report["size"]),
            Row("", "padding", file=sum(r.size for r in memmap.file_map(image) if r.free)),
            Row("", "shared memory", memory=sum(shared.values())),
            Row("", "free memory", memory=memmap.free_memory(image))]
    return [row for row in rows if row.file or row.memory]


def symbol_rows(part, path):
    """A Row for each symbol of an ELF file; bytes that no symbol covers are not in it."""
    elf = open_elf(path)
    rows, seen = {}, set()
    for symbol in elf.symbols:
        place = (symbol.value, symbol.size)
        if symbol.kind not in (STT_OBJECT, elfs.STT_FUNC) or not symbol.size or place in seen \
                or not 0 < symbol.section < len(elf.sections):
            continue
        seen.add(place)
        row = section_row(part, symbol.name,
                          {section_kind(elf.sections[symbol.section]): symbol.size})
        rows[symbol.name] = add(rows[symbol.name], row) if symbol.name in rows else row
    return list(rows.values())


def section_rows(part, path):
    """A Row for each allocated section of an ELF file."""
    return [section_row(part, section.name, {section_kind(section): section.size})
            for section in open_elf(path).sections
            if section.flags & elfs.SHF_ALLOC and section.size]


def add(one, two):
    """The sum of two rows of the same name."""
    values = asdict(one)
    for key, value in asdict(two).items():
        if isinstance(value, int):
            values[key] += value
    return Row(**values)


def section_kind(section):
    """text, rodata, data or bss: by the section's flags, but for the linker scripts' .rodata.

    What relocation once wrote keeps its flag there, though nothing writes it any more.
    """
    if section.name == ".rodata":
        return "rodata"
    if section.kind == elfs.SHT_NOBITS:
        return "bss"
    if section.flags & SHF_EXECINSTR:
        return "text"
    return "data" if section.flags & SHF_WRITE else "rodata"


def open_elf(path):
    """The Elf of a file; a Refusal for what is none."""
    try:
        return elfs.Elf(path)
    except FileNotFoundError:
        raise errors.Refusal(errors.USAGE, f"{path}: no such file; symbols are beside the image "
                             "that was built, build it again") from None
    except (struct.error, ValueError, IndexError):
        raise errors.Refusal(errors.VERIFY, f"{path}: a truncated or damaged ELF file; "
                             "build it again") from None
