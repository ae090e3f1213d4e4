# SPDX-License-Identifier: Apache-2.0
"""Partitions that are created at run time: slots, and the files of the programs for them.

A slot (`mode = "slot"`) has memory, a CPU, devices, interrupts and capabilities, and no program;
its descriptor says what a program may have at most. `--format part` writes a program as a file
for a slot (core/abi, tn/abi/part.h), which Mortise checks and copies (hv/create).
"""
import os
import re
import struct
import zlib

from tenon import channel, errors, files, paths
from tenon.sizes import BLOCK, PAGE, show, up

MODE = "slot"
CAPS = ["EXIT", "IRQ", "TIMER", "CONSOLE", "DEVICE", "MAP"]  # what most programs ask for at most
KEYS = ("src", "stack", "heap", "without", "args", "options", "cflags", "kernel", "kernel_offset", "initrd", "cmdline",
        "console", "pool", "registers", "injectable")
FAR = 16 << 20
KIND_IMAGE, KIND_MEMORY = 1, 2
DESC, REGION = 96, 32  # struct tn_partition_desc, struct tn_region
SHARED = 8
HEAD = 32  # struct tn_part
CHANNELS_AT = 64  # TN_SLOT_CHANNELS
ENTRY = struct.pack("<I", 0x14000000)  # b . : never run, but no partition is without a segment


def check(partition, refuse):
    """Check a slot's keys, False for another mode; it waits for its program and for its start."""
    if partition.mode != MODE:
        return False
    for key in KEYS:
        if key in partition.places:
            refuse(partition.place(key), f"{key} is not for mode '{MODE}', whose program comes at run "
                   "time; remove it")
    if partition.ram is None:
        refuse(partition.place("mode"), f"mode '{MODE}' needs to know its memory; add ram = \"256K\"")
    if partition.ram % PAGE:
        refuse(partition.place("ram"), f"ram of {show(partition.ram)}: memory comes in pages of "
               f"{show(PAGE)}; round it")
    if len(partition.cpus) != 1:
        refuse(partition.place("cpus"), f"mode '{MODE}' has one CPU; name one")
    if "start" in partition.places and partition.start != "demand":
        refuse(partition.place("start"), f"mode '{MODE}' has nothing to start with the machine; remove "
               "this key")
    partition.start = "demand"
    return True


def window(memory):
    """Bytes of guest-physical space that its regions may lie in: tn_part_window()."""
    return up(memory, BLOCK) + (BLOCK if memory < BLOCK else up(memory, FAR))


def _most(name):
    """A number of tn/abi/part.h."""
    text = (files.read(paths.inside("core/abi/include/tn/abi/part.h")) or b"").decode()
    return int(re.search(rf"TN_PART_{name} (\d+)", text)[1])


def desc_max():
    """TN_PART_DESC_MAX."""
    return _most("DESC_MAX")


def segment(rows):
    """What a slot has in the image in the place of a program: its channels, for hv/create."""
    return ENTRY.ljust(CHANNELS_AT, b"\0") + channel.records(rows) if rows else ENTRY


def check_channels(image, spec):
    """Refuse more channels of one slot, or of a program for one, than Mortise keeps records of."""
    mine = channel.ends(image.channels, spec.name)
    if len(mine) > _most("CHANNELS"):
        raise errors.Refusal(errors.CONFIG, f"{mine[_most('CHANNELS')][0].place('name')}: partition "
                             f"{spec.name} has {len(mine)} channels, and a slot has "
                             f"{_most('CHANNELS')} at most; leave some out")
    return mine


def check_alone(image):
    """--format part is of one program, whose console will be the shared one."""
    if len(image.partitions) != 1 or image.partitions[0].mode not in ("bypass", "tenon"):
        raise errors.Refusal(errors.USAGE, "--format part: it is one program, in mode bypass or "
                             "tenon; name its sources")
    if len(image.partitions[0].cpus) != 1:
        raise errors.Refusal(errors.USAGE, "--format part: a slot has one CPU; leave --cpus out")


def part(_args, build, _data):
    """The file of the one program of a build."""
    guest = build.guests[0]
    text = guest.program.patched()
    place = os.path.join(build.folder, guest.component.name, "descriptor.bin")
    desc = bytearray(files.read(place))
    mine = check_channels(build.image, guest.spec)
    whole = len(desc) + 8 + sum(REGION * 2 * (item.pages > 0) + 4 * item.notify for item, _ in mine)
    if whole > desc_max():
        raise errors.Refusal(errors.FIT, f"--format part: the descriptor has {whole} bytes, at most "
                             f"{desc_max()} fit; leave devices, interrupts or channels out")
    count = struct.unpack_from("<H", desc, 66)[0]
    at = [DESC + REGION * index for index in range(count)]
    sources = [struct.unpack_from("<QHH", desc, offset + 16) for offset in at]
    first = min(source for source, kind, _ in sources if kind == KIND_IMAGE)
    end = up(len(text), PAGE)
    for offset, (source, kind, access) in zip(at, sources):
        if kind == KIND_IMAGE:
            source -= first
        elif kind == KIND_MEMORY:
            source, end = end, end + struct.unpack_from("<Q", desc, offset + 8)[0]
        struct.pack_into("<QHH", desc, offset + 16, source, kind, access & ~SHARED)
    count = len(mine) if "tn_channels" in guest.elf.by_name else 0  # linked only when it opens one
    at = guest.program.segment_offset("tn_channels") if count else 0
    head = struct.pack("<4sHHIIIII", b"TNPT", 2, len(desc), HEAD + len(desc), len(text), zlib.crc32(text),
                       at, count)
    build.part_memory = end
    return head + struct.pack("<I", zlib.crc32(head + desc)) + bytes(desc) + text
