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

from tenon import errors, files, paths
from tenon.sizes import BLOCK, PAGE, show, up

MODE = "slot"
CAPS = ["EXIT", "IRQ", "TIMER", "CONSOLE", "DEVICE", "MAP"]  # what most programs ask for at most
KEYS = ("src", "stack", "heap", "without", "args", "options", "cflags", "kernel", "initrd", "cmdline",
        "console", "colours", "pool", "registers", "injectable")
FAR = 16 << 20
KIND_IMAGE, KIND_MEMORY = 1, 2
DESC, REGION = 96, 32  # struct tn_partition_desc, struct tn_region
SHARED = 8


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


def desc_max():
    """TN_PART_DESC_MAX."""
    text = (files.read(paths.inside("core/abi/include/tn/abi/part.h")) or b"").decode()
    return int(re.search(r"TN_PART_DESC_MAX (\d+)", text)[1])


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
    segment = guest.program.patched()
    place = os.path.join(build.folder, guest.component.name, "descriptor.bin")
    desc = bytearray(files.read(place))
    if len(desc) > desc_max():
        raise errors.Refusal(errors.FIT, f"--format part: the descriptor has {len(desc)} bytes, at most "
                             f"{desc_max()} fit; leave devices or interrupts out")
    count = struct.unpack_from("<H", desc, 66)[0]
    at = [DESC + REGION * index for index in range(count)]
    sources = [struct.unpack_from("<QHH", desc, offset + 16) for offset in at]
    first = min(source for source, kind, _ in sources if kind == KIND_IMAGE)
    end = up(len(segment), PAGE)
    for offset, (source, kind, access) in zip(at, sources):
        if kind == KIND_IMAGE:
            source -= first
        elif kind == KIND_MEMORY:
            source, end = end, end + struct.unpack_from("<Q", desc, offset + 8)[0]
        struct.pack_into("<QHH", desc, offset + 16, source, kind, access & ~SHARED)
    head = struct.pack("<4sHHIII", b"TNPT", 1, len(desc), 24 + len(desc), len(segment),
                       zlib.crc32(segment))
    build.part_memory = end
    return head + struct.pack("<I", zlib.crc32(head + desc)) + bytes(desc) + segment
