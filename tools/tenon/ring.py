# SPDX-License-Identifier: Apache-2.0
"""Trace rings in a dump of a machine's memory: what core/abi's tn/abi/trace.h says.

A ring says at which address its program sees it; together with the image's map this gives the
place of every other address of that program in the dump, thread names among them.
"""
import collections
import re
import struct
from dataclasses import dataclass, field

from tenon import errors, paths

MAGIC = b"TNTRACE1"
HEADER = struct.Struct("<8sHHIIIQQQQII")
EVENT = struct.Struct("<QII")
IMAGE_MAGIC = b"ARM\x64"
IMAGE_MAGIC_AT = 0x38
VERSION = 1
NAME_LONGEST = 64
THREADS_MOST = 65536
THREAD_EVENTS = ("switch", "ready", "create", "exit")


@dataclass
class Ring:
    """One CPU's events, oldest first: (time in ticks, id, argument, thread or None)."""
    program: str
    cpu: int
    frequency: int
    lost: int
    events: list = field(default_factory=list)
    names: dict = field(default_factory=dict)  # of threads, by what is in their events


def ids():
    """{number: name in lower case} of the system's events, from core/abi."""
    with open(paths.inside("core/abi/include/tn/abi/trace.h"), encoding="utf-8") as header:
        found = re.findall(r"^#define TN_TRACE_(\w+) (\d+)u", header.read(), re.M)
    return {int(number): name.lower() for name, number in found
            if name not in ("VERSION", "NONE")}


class Memory:
    """A dump, and the addresses of one program in it."""

    def __init__(self, dump, base, regions):
        self.dump = dump
        self.map = [(r["ipa"], r["size"], base + r["source"]) for r in regions
                    if r["kind"] in ("image", "memory")]

    def at(self, address, size):
        """Bytes at an address of the program; None outside its memory or the dump."""
        for start, length, offset in self.map:
            if start <= address and address + size <= start + length:
                found = self.dump[offset + address - start:offset + address - start + size]
                return found if len(found) == size else None
        return None

    def word(self, address):
        """The 64-bit word there, 0 when there is none."""
        found = self.at(address, 8)
        return int.from_bytes(found, "little") if found else 0

    def text(self, address):
        """The string there, shortened; None without one."""
        found = b""
        while len(found) < NAME_LONGEST:
            byte = self.at(address + len(found), 1)
            if byte is None or byte == b"\0":
                break
            found += byte
        return found.decode("utf-8", "replace") or None


def refuse(image):
    """There is no trace, and will be none."""
    raise errors.Refusal(errors.USAGE, f"{image.path}: its memory has no trace; build the image with "
                         "--set TRACE=y")


def read(dump, image):
    """Every ring in the dump that belongs to a partition of the image."""
    programs = collections.defaultdict(list)  # rings of a program, with its threads at the end
    at = dump.find(MAGIC)
    while at >= 0:
        found = one(dump, at, image)
        if found:
            programs[found[0].program].append(found)
        at = dump.find(MAGIC, at + 1)
    if not programs:
        refuse(image)
    for found in programs.values():
        name_threads([ring for ring, _ in found], found[0][1])
    return [ring for found in programs.values() for ring, _ in found]


def one(dump, at, image):
    """(ring at this place, {thread: name} of those that live), or None when it is none."""
    if at + HEADER.size > len(dump):
        return None
    (_, version, header_size, event_size, capacity, cpu, frequency, count, address, threads,
     name_offset, next_offset) = HEADER.unpack_from(dump, at)
    if version != VERSION or event_size != EVENT.size or not frequency or not capacity:
        return None
    place = owner(dump, at, address, image)
    if not place:
        return None
    name, memory = place
    ring = Ring(name, cpu, frequency, max(0, count - capacity))
    for number in range(ring.lost, count):
        where = at + header_size + number % capacity * event_size
        if where + EVENT.size > len(dump):
            break
        event = EVENT.unpack_from(dump, where)
        if event[1]:
            ring.events.append(event)
    ring.events.sort(key=lambda event: event[0])
    live = {}
    thread = memory.word(threads) if threads else 0
    while thread and len(live) < THREADS_MOST:
        live[thread & 0xffffffff] = memory.text(memory.word(thread + name_offset))
        thread = memory.word(thread + next_offset)
    return ring, live


def name_threads(rings, live):
    """Tell threads from later ones at the same address, and name them: those that live at the end
    by `live`, the others by the name that they left just before they ended.  `rings`: a program's,
    one a CPU; a thread may be made on one and run and end on others."""
    known = ids()
    lives = collections.Counter()
    said = {id(ring): b"" for ring in rings}
    merged = sorted(((event, ring) for ring in rings for event in ring.events),
                    key=lambda pair: pair[0][0])
    names = {}
    for ring in rings:
        ring.events = []
        ring.names = names
    for (time, number, argument), ring in merged:
        kind = known.get(number)
        if kind == "name":
            said[id(ring)] += argument.to_bytes(4, "little")
            continue
        thread = None
        if kind in THREAD_EVENTS:
            lives[argument] += kind == "create"
            thread = (argument, lives[argument])
        if kind == "exit":
            names[thread] = said[id(ring)].rstrip(b"\0").decode("utf-8", "replace")
            said[id(ring)] = b""
        ring.events.append((time, number, argument, thread))
    for address, name in live.items():
        names[(address, lives[address])] = name


def owner(dump, at, address, image):
    """(name, memory) of the partition whose ring this is: where the image then begins, it is."""
    for partition in image.partitions:
        for region in partition["regions"]:
            if region["kind"] != "memory" or \
                    not region["ipa"] <= address < region["ipa"] + region["size"]:
                continue
            base = at - (region["source"] + address - region["ipa"])
            mark = base + IMAGE_MAGIC_AT
            if base >= 0 and dump[mark:mark + len(IMAGE_MAGIC)] == IMAGE_MAGIC:
                return partition["name"], Memory(dump, base, partition["regions"])
    return None
