# SPDX-License-Identifier: Apache-2.0
"""Which library each byte of a linked component belongs to.

The link map names sections and, but for LTO, objects. What LTO emitted is one object: there the
line table says from which source an instruction came, wherever it was inlined, and the
libraries' own symbol tables say whose a variable is.
"""
import bisect
import re
from collections import Counter

from tenon import toolchain
from tenon.stack import base_name

KINDS = ("text", "rodata", "data", "bss")
STT_OBJECT = 1
_MAP_LINE = re.compile(r"^ *([0-9a-f]+) +([0-9a-f]+) +([0-9a-f]+) +\d+ (\s*)(\S.*)$")
_PREFIX = re.compile(r"^\.(?:text|rodata|data|bss|tdata|tbss)(?:\.rel\.ro|\.cst\d+)?(?:\.|$)")


class Account:
    """`bytes`: {owner: {kind: count}}; `used`: the libraries that something in the link is from,
    inlined code included. Owners: LIB_X, app, newlib, libgcc, other."""

    def __init__(self, elf, elf_path, map_path, selection, objects):
        self.pool = selection.component.pool
        self.bytes = {}
        self.used = set()
        self.objects = objects  # {object path: owner}
        self.elf = elf
        self.owner_of = _owners(selection)
        self.lines = self._lines(elf_path)
        self.starts = [line[0] for line in self.lines]
        self.sections = {s.name: kind_of(s) for s in elf.sections if kind_of(s)}
        self._read_map(map_path)
        self._rest()

    def _add(self, owner, kind, count):
        if count:
            self.bytes.setdefault(owner, Counter())[kind] += count
            if owner.startswith("LIB_"):
                self.used.add(owner)

    def _read_map(self, path):
        kind = None
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                match = _MAP_LINE.match(line.rstrip("\n"))
                if not match:
                    continue
                depth = len(match[4]) // 8
                if depth == 0:
                    kind = self.sections.get(match[5])
                elif depth == 1 and kind and ":(" in match[5]:
                    self._section(kind, int(match[1], 16), int(match[3], 16), match[5])

    def _section(self, kind, address, size, text):
        """One input section: `obj/x.o:(.text.f)`."""
        head, _, name = text.rpartition(":(")
        name = name.rstrip(")")
        if head in self.objects:
            self._add(self.objects[head], kind, size)
        elif "libgcc.a(" in head:
            self._add("libgcc", kind, size)
        elif re.search(r"lib(?:c|m|posix|stringv?)\.a\(", head):
            self._add("newlib", kind, size)
        elif kind == "text":
            self._code(address, size, name)
        else:
            owner = self._by_symbol(name)
            self._add(self._by_address(address) if owner == "other" else owner, kind, size)

    def _by_address(self, address):
        """The owner of the object that begins at an address: its section has a name of its own."""
        for symbol in self.elf.symbols:
            if symbol.value == address and symbol.kind == STT_OBJECT:
                return self.owner_of.get(base_name(symbol.name), "other")
        return "other"

    def _code(self, address, size, name):
        """Code that LTO emitted: by line, what has no line by the function's name."""
        left = size
        for index in range(bisect.bisect_right(self.starts, address) - 1, len(self.lines)):
            if index < 0:
                continue
            start, end, owner = self.lines[index]
            if start >= address + size:
                break
            count = max(0, min(end, address + size) - max(start, address))
            if owner:
                self._add(owner, "text", count)
                left -= count
        self._add(self._by_symbol(name), "text", left)

    def _by_symbol(self, section):
        name = _PREFIX.sub("", section)
        name = re.sub(r"^\.L(?:__const\.|switch\.table\.)", "", name)
        for item in (name, base_name(name), name.split(".")[0]):
            if item in self.owner_of:
                return self.owner_of[item]
        return "other"

    def _lines(self, path):
        """[(start, end, owner)] from the line table; owner "" where it says nothing."""
        text = toolchain.output(["llvm-dwarfdump", "--debug-line", path])
        ranges = []
        for table in text.split("debug_line[")[1:]:
            names = _files(table)
            owners = {index: self._by_file(name) for index, name in names.items()}
            last = None
            for match in re.finditer(r"^0x([0-9a-f]{16}) +(\d+) +\d+ +(\d+) .*$", table, re.M):
                address = int(match[1], 16)
                if last and address > last[0]:
                    ranges.append((last[0], address, last[1]))
                ends = "end_sequence" in match[0]
                owner = owners.get(int(match[3]), "") if int(match[2]) else last and last[1]
                last = None if ends else (address, owner or "")
        return sorted(ranges)

    def _by_file(self, name):
        if name.startswith("tenonos/"):
            library = self.pool.owner(name[len("tenonos/"):])
            return library.symbol if library else ""
        return "app" if name.startswith("app/") else ""

    def _rest(self):
        """What the sections hold beyond what the map gave to anybody: padding, merged strings."""
        for kind, total in self.totals().items():
            given = sum(counts[kind] for counts in self.bytes.values())
            self._add("other", kind, total - given)

    def totals(self):
        """{kind: bytes} of the component's sections."""
        totals = Counter({kind: 0 for kind in KINDS})
        for section in self.elf.sections:
            if kind_of(section):
                totals[kind_of(section)] += section.size
        return dict(totals)

    def of(self, owner):
        """{kind: bytes} of one owner, zeroes included."""
        return {kind: self.bytes.get(owner, {}).get(kind, 0) for kind in KINDS}


def kind_of(section):
    """text, rodata, data or bss; None for what takes no memory."""
    if not section.flags & 2 or not section.size:
        return None
    if section.kind == 8:
        return "bss" if section.name != ".tbss" else None
    if section.flags & 4:
        return "text"
    if section.name.startswith(".rodata"):
        return "rodata"  # .init_array in it makes the section writable on paper
    return "data" if section.flags & 1 else "rodata"


def _owners(selection):
    """{symbol: owner} of everything that the objects define; what two define is nobody's."""
    owners = {}
    tables = [("app" if label != "start" else selection.component.root, item)
              for label, item in selection.given.items()]
    tables += [(lib, selection.tables[lib]) for lib in selection.on if lib in selection.tables]
    for owner, table in tables:
        for name in (*table.defined, *table.local):
            owners[name] = owner if owners.get(name, owner) == owner else "other"
    return owners


def _files(table):
    """{index: path} of one line table."""
    folders = dict(re.findall(r'include_directories\[ *(\d+)\] = "(.*)"', table))
    names = {}
    for match in re.finditer(
            r'file_names\[ *(\d+)\]:\n +name: "(.*)"\n +dir_index: (\d+)', table):
        folder = folders.get(match[3], "")
        name = match[2]
        if not name.startswith("/") and match[3] != "0" and folder:
            name = f"{folder}/{name}"
        names[int(match[1])] = name
    return names
