# SPDX-License-Identifier: Apache-2.0
"""Channels between partitions: the manifest's [[channel]], and where each one's memory lies.

docs: core/abi, tn/abi/channel.h. A channel is two ranges of guest-physical pages, at the same
address in both partitions: the sender's, then one page of the receiver's.
"""
import struct
from dataclasses import dataclass, field

from tenon import errors
from tenon.program import IRQ_PRIORITY, Region
from tenon.sizes import PAGE, show, up

KINDS = ("message", "latest", "doorbell")
KEYS = {"name": "name", "from": "end", "to": "end", "kind": "text", "slots": "number",
        "size": "size", "notify": "flag"}
SLOTS = 16
SLOTS_LIMIT = 65536
SIZE_LIMIT = 1 << 20
WINDOW = 16 << 20  # TN_CHANNEL_WINDOW: of guest-physical addresses, below ram_ipa
DOORBELLS = 64  # of one sender: TN_DESC_MAX_DOORBELLS
CONTROL = 64  # TN_CHANNEL_CONTROL: the sender's control words, at the end of its pages
RING_MIN, RING_HEADER = 16, 4  # core/ring
LATEST_SLOTS, LATEST_HEADER = 4, 8  # core/latest
SENDER, RECEIVER = 1, 2


@dataclass
class Channel:
    """One [[channel]]; `from` and `to` are set by manifest.py under these names."""
    name: str = ""
    kind: str = ""
    slots: int | None = None
    size: int | None = None
    notify: bool = False
    places: dict = field(default_factory=dict)
    table: str = ""
    # Planned:
    ipa: int = 0
    pages: int = 0  # bytes of the sender's
    capacity: int = 0  # of a message ring
    intid: int = 0  # of the doorbell
    number: int = 0  # of the doorbell among its sender's
    uncached: bool = False  # an end is a kernel, whose programs map it uncached
    colours: tuple = (0, 0)  # of the sender's pages, of the receiver's, as of struct tn_region

    def place(self, key):
        """Where a key was given, or its table."""
        return self.places.get(key, self.table)

    def end(self, key):
        """The partition's name behind `from` or `to`."""
        return getattr(self, key, "")


def _refuse(channel, key, message):
    raise errors.Refusal(errors.CONFIG,
                         f"{channel.place(key)}: channel {channel.name or '?'}: {message}")


def check(channels, partitions, machine, part=False):
    """Check every channel of an image, and plan where it lies.

    `part`: of a program for a slot, which has one end of each; the other one, and all addresses, are
    those of the image that has the slot.
    """
    names = [partition.name for partition in partitions]
    at, seen, rung, bells = machine.ram_ipa - WINDOW, {}, {}, 0
    for channel in channels:
        _check_ends(channel, names, part)
        _check_one(channel)
        if channel.name in seen:
            _refuse(channel, "name", f"the name is taken ({seen[channel.name].place('name')}); "
                    "give each channel its own")
        seen[channel.name] = channel
        kernels = {item.name for item in partitions if item.mode in ("raw", "linux")}
        channel.uncached = not kernels.isdisjoint((channel.end("from"), channel.end("to")))
        channel.colours = _colours(channel, {item.name: item.colour_mask for item in partitions})
        _plan_memory(channel)
        if part:
            continue
        channel.ipa = at
        at += channel.pages + PAGE if channel.pages else 0
        if at > machine.ram_ipa:
            _refuse(channel, "size", f"all channels up to this one take more than {show(WINDOW)}; "
                    "make slots or size smaller")
        if channel.notify:
            channel.intid = _doorbell(channel, machine, bells, partitions)
            bells += 1
            channel.number = rung.get(channel.end("from"), 0)
            rung[channel.end("from")] = channel.number + 1


def _check_ends(channel, names, part):
    if not channel.name:
        _refuse(channel, "name", "no name; add name = \"setpoint\"")
    if part:
        if (channel.end("from") == names[0]) == (channel.end("to") == names[0]):
            _refuse(channel, "from", f"a program for a slot has one end of a channel; write from = "
                    f"\"{names[0]}\" if it sends, to = \"{names[0]}\" if it receives")
        return
    for key, who in (("from", "sender"), ("to", "receiver")):
        if not channel.end(key):
            _refuse(channel, key, f"no {who}; add {key} = \"{names[0]}\"")
        if channel.end(key) not in names:
            near = errors.nearest(channel.end(key), names) or f"; partitions: {', '.join(names)}"
            _refuse(channel, key, f"there is no partition '{channel.end(key)}'{near}")
    if channel.end("from") == channel.end("to"):
        _refuse(channel, "to", f"it leads from partition {channel.end('to')} to itself; "
                "name another partition")


def _check_one(channel):
    if channel.kind not in KINDS:
        near = errors.nearest(channel.kind, KINDS) if channel.kind else ""
        _refuse(channel, "kind", f"unknown kind '{channel.kind}'"
                + (near or f"; they are: {', '.join(KINDS)}"))
    if channel.kind == "doorbell":
        channel.notify = True
        for key in ("size", "slots"):
            if key in channel.places:
                _refuse(channel, key, f"a doorbell carries no data; remove {key}")
        return
    if channel.size is None or not 1 <= channel.size <= SIZE_LIMIT:
        _refuse(channel, "size", f"size = {channel.size} is out of range; it goes from 1 to "
                f"{show(SIZE_LIMIT)}" if channel.size is not None else
                "no size; add size = 64, the bytes of a message or value")
    if channel.kind == "latest" and "slots" in channel.places:
        _refuse(channel, "slots", "a latest value has no slots; remove slots")
    channel.slots = channel.slots if channel.slots is not None else SLOTS
    if not 1 <= channel.slots <= SLOTS_LIMIT:
        _refuse(channel, "slots", f"slots = {channel.slots} is out of range; it goes from 1 to "
                f"{SLOTS_LIMIT}")


def _colours(channel, masks):
    """Pages have the colours of who writes them, or of the other end where that one has none: an
    end with colours meets no others, and nobody else meets this memory. What is uncached has none."""
    if channel.uncached:
        return 0, 0
    sender, receiver = masks.get(channel.end("from"), 0), masks.get(channel.end("to"), 0)
    return sender or receiver, receiver or sender


def _plan_memory(channel):
    if channel.kind == "message":
        need = channel.slots * (up(channel.size, RING_HEADER) + RING_HEADER)
        channel.capacity = max(RING_MIN, 1 << (need - 1).bit_length())
        data = channel.capacity
    elif channel.kind == "latest":
        data = LATEST_SLOTS * (up(channel.size, 8) + LATEST_HEADER)
    else:
        return
    channel.pages = up(data + CONTROL, PAGE)


def _doorbell(channel, machine, index, partitions):
    free = machine.gic.get("doorbells", {"first": 0, "count": 0})
    if index >= free["count"]:
        _refuse(channel, "notify", f"board {machine.name} has {free['count']} interrupts for "
                "doorbells, and the channels before this one take them; let this one be polled")
    intid = free["first"] + index
    for partition in partitions:
        if intid in partition.irqs:
            _refuse(channel, "notify", f"partition {partition.name} has the doorbell's interrupt "
                    f"{intid} ({partition.place('irqs')}); take it out of irqs")
    return intid


def ends(channels, name):
    """The channels of a partition: (channel, SENDER or RECEIVER), in order of name."""
    found = [(channel, role) for channel in channels
             for key, role in (("from", SENDER), ("to", RECEIVER)) if channel.end(key) == name]
    return sorted(found, key=lambda item: item[0].name)


def table(channels, name):
    """What struct tn_channel_end of a partition's channels hold, for its start code."""
    rows = []
    for channel, role in ends(channels, name):
        bell = (channel.number if role == SENDER else channel.intid) if channel.notify else 0
        rows.append({
            "name": channel.name, "memory": channel.ipa, "pages": channel.pages,
            "capacity": channel.capacity, "size": channel.size or 0,
            "kind": 1 + KINDS.index(channel.kind), "role": role, "doorbell": bell,
            "notify": int(channel.notify)})
    return rows


def records(rows):
    """table() as bytes, for who has them elsewhere."""
    return b"".join(struct.pack(
        "<32sQIIIHHHHI", row["name"].encode(), row["memory"], row["pages"], row["capacity"], row["size"],
        row["kind"], row["role"], row["doorbell"], row["notify"], 0) for row in rows)


def regions(channels, name):
    """The memory that a partition shares with others."""
    found = []
    for channel, role in ends(channels, name):
        if channel.pages:
            mine, theirs = ("rwsu", "rsu") if channel.uncached else ("rws", "rs")
            found += [
                Region(f"channel {channel.name}", "memory", mine if role == SENDER else theirs,
                       channel.ipa, channel.pages, colours=channel.colours[0]),
                Region(f"channel {channel.name} back", "memory",
                       theirs if role == SENDER else mine, channel.ipa + channel.pages, PAGE,
                       colours=channel.colours[1])]
    return found


def irqs(channels, name):
    """The doorbells that a partition hears."""
    return [{"intid": channel.intid, "edge": True, "priority": IRQ_PRIORITY, "doorbell": True}
            for channel, role in ends(channels, name) if channel.notify and role == RECEIVER]


def bells(machine):
    """The page where a kernel's programs ring: TN_CHANNEL_BELLS."""
    return machine.ram_ipa - WINDOW - PAGE


def doorbells(channels, name):
    """The INTIDs that a partition rings, in order of their numbers."""
    return [channel.intid for channel in channels
            if channel.notify and channel.end("from") == name]


def check_value(place, key, kind, value):
    """The kinds of value that only a channel has; manifest.check_value() has the others."""
    if kind == "end":
        if isinstance(value, list):
            raise errors.Refusal(errors.CONFIG, f"{place}: {key} names several partitions, but a "
                                 "channel has one sender and one receiver; add a [[channel]] each")
        if not isinstance(value, str):
            raise errors.Refusal(errors.CONFIG, f"{place}: {key} is not a string; write it in "
                                 "quotes")
    elif kind == "number":
        if not isinstance(value, int) or isinstance(value, bool):
            raise errors.Refusal(errors.CONFIG, f"{place}: {key} is not a number; write {key} = 16")
    elif kind == "flag" and not isinstance(value, bool):
        raise errors.Refusal(errors.CONFIG, f"{place}: {key} is neither true nor false; write "
                             f"{key} = true")
    return value
