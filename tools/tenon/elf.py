# SPDX-License-Identifier: Apache-2.0
"""Reads little-endian ELF64 files: sections, symbols, segments and frame sizes.

A build reads a handful of tables of two small files each time; that takes a millisecond here
and a noticeable part of a second with a general library.
"""
import struct
from dataclasses import dataclass

from tenon import errors

PT_LOAD = 1
SHT_NOBITS = 8
SHF_ALLOC = 2
STT_FUNC = 2
SHN_ABS = 0xfff1


@dataclass
class Section:
    """One section header."""
    name: str
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int


@dataclass
class Symbol:
    """One symbol-table entry; `section` is an index into Elf.sections, or a special number."""
    name: str
    value: int
    size: int
    kind: int
    section: int


@dataclass
class Segment:
    """One program header."""
    kind: int
    flags: int
    offset: int
    virtual: int
    physical: int
    file_size: int
    memory_size: int


class Elf:
    """One file, read whole."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise errors.Refusal(errors.LINK, f"{path}: not a 64-bit little-endian ELF file")
        (self.entry, phoff, shoff) = struct.unpack_from("<QQQ", self.data, 24)
        phsize, phnum, shsize, shnum, shstr = struct.unpack_from("<HHHHH", self.data, 54)
        self.segments = [self._segment(phoff + i * phsize) for i in range(phnum)]
        raw = [struct.unpack_from("<IIQQQQIIQQ", self.data, shoff + i * shsize)
               for i in range(shnum)]
        names = self.data[raw[shstr][4]:raw[shstr][4] + raw[shstr][5]]
        self.sections = [Section(_name(names, s[0]), *s[1:7]) for s in raw]
        self.symbols = self._symbols()
        self.by_name = {symbol.name: symbol for symbol in self.symbols if symbol.section}

    def _segment(self, at):
        kind, flags, offset, virtual, physical, file_size, memory_size = struct.unpack_from(
            "<IIQQQQQ", self.data, at)
        return Segment(kind, flags, offset, virtual, physical, file_size, memory_size)

    def _symbols(self):
        table = self.section(".symtab")
        if not table:
            return []
        strings = self.sections[table.link]
        names = self.data[strings.offset:strings.offset + strings.size]
        return [Symbol(_name(names, name), value, size, info & 15, section)
                for name, info, _, section, value, size in struct.iter_unpack(
                    "<IBBHQQ", self.data[table.offset:table.offset + table.size])]

    def section(self, name):
        """The first section of this name, or None."""
        return next((section for section in self.sections if section.name == name), None)

    def content(self, section):
        """The bytes of a section."""
        return self.data[section.offset:section.offset + section.size]

    def value(self, name):
        """A symbol's value; a Refusal when the linker script did not define it."""
        symbol = self.by_name.get(name)
        if symbol is None:
            raise errors.Refusal(errors.LINK, f"the link has no symbol {name}; the linker script "
                                 "must define it")
        return symbol.value

    def flat(self):
        """(physical address, bytes) of everything that is loaded from the file."""
        loads = [seg for seg in self.segments if seg.kind == PT_LOAD and seg.file_size]
        base = min(seg.physical for seg in loads)
        end = max(seg.physical + seg.file_size for seg in loads)
        image = bytearray(end - base)
        for seg in loads:
            at = seg.physical - base
            image[at:at + seg.file_size] = self.data[seg.offset:seg.offset + seg.file_size]
        return base, image

    def functions(self):
        """The function symbols, by address."""
        return sorted((s for s in self.symbols if s.kind == STT_FUNC and s.section),
                      key=lambda s: (s.value, s.name))

    def frames(self):
        """{address of a function: bytes of its stack frame}, from .stack_sizes."""
        frames = {}
        for section in self.sections:
            if section.name != ".stack_sizes":
                continue
            data, at = self.content(section), 0
            while at + 8 < len(data):
                address = int.from_bytes(data[at:at + 8], "little")
                at, size, shift = at + 8, 0, 0
                while True:
                    byte = data[at]
                    at += 1
                    size |= (byte & 0x7f) << shift
                    shift += 7
                    if byte < 0x80:
                        break
                frames[address] = size
        return frames


def _name(table, at):
    return table[at:table.index(b"\0", at)].decode("utf-8", "replace")
