# SPDX-License-Identifier: Apache-2.0
"""What a manifest says for the hypercall groups INJECT and DEVICE: `injectable` and `registers`."""
import re

from tenon import errors
from tenon.sizes import BLOCK, show

FIRST_SPI = 32
WINDOWS = 16  # TN_DESC_MAX_REGISTERS
FORM = re.compile(r"([\w.-]+):(0[xX][0-9a-fA-F]+|\d+):(0[xX][0-9a-fA-F]+|\d+):(r|w|rw)")


def refuse(place, message):
    """A configuration refusal with its place in front."""
    raise errors.Refusal(errors.CONFIG, f"{place}: {message}")


def check(partition, machine):
    """Check both keys of a partition; `registers` becomes windows."""
    known = {irq["intid"] for name in partition.devices
             for irq in machine.device(name).get("irqs", [])} | set(partition.irqs)
    for intid in partition.injectable:
        if intid < FIRST_SPI or intid not in known:
            refuse(partition.place("injectable"), f"{intid} is no SPI of partition {partition.name}; "
                   "list it in irqs, too, or give it its device")
    if len(partition.registers) > WINDOWS:
        refuse(partition.place("registers"), f"{len(partition.registers)} windows, but a partition has "
               f"{WINDOWS} at most; join some")
    partition.registers = [_window(partition, machine, text) for text in partition.registers]


def _window(partition, machine, text):
    place = partition.place("registers")
    match = FORM.fullmatch(text)
    if not match:
        refuse(place, f'"{text}" names no registers; write "device:offset:size:access", as in '
               '"uart0:0x18:4:r"')
    try:
        device = machine.device(match[1])
    except errors.Refusal as refusal:
        refuse(place, str(refusal))
    offset, size = int(match[2], 0), int(match[3], 0)
    if offset % 4 or size % 4 or not size or offset + size > device["size"]:
        refuse(place, f'"{text}": offset and size are multiples of 4 inside the device, which has '
               f'{device["size"]:#x} bytes')
    return {"what": f"{match[1]}+{offset:#x}", "base": device["base"] + offset, "size": size,
            "access": match[4]}


def regions(spec):
    """The windows as regions of the descriptor."""
    from tenon.program import Region
    return [Region(window["what"], "registers", window["access"], window["base"], window["size"],
                   window["base"]) for window in spec.registers]


def mark(irqs, spec):
    """Interrupts with those marked that others may inject."""
    return [{**irq, "injectable": True} if irq["intid"] in spec.injectable else irq
            for irq in irqs]


POOL_MAX = 32 << 20
POOL_AT = 64 << 20  # of its guest-physical addresses, from ram_ipa


def check_pool(image):
    """The key `memory_pool` of [image]."""
    if "memory_pool" in image.places and not (BLOCK <= image.memory_pool <= POOL_MAX and image.memory_pool % BLOCK == 0):
        refuse(image.place("memory_pool"), f"memory_pool of {show(image.memory_pool)} is no multiple of 2M from 2M to "
               f"{show(POOL_MAX)}")


def pool(build, spec, caps):
    """The pool as a region of a partition that may ask for memory."""
    from tenon.program import Region
    if "MEMORY" not in caps:
        return []
    if not build.image.memory_pool:
        raise errors.Refusal(
            errors.CONFIG, f"{spec.place('caps')}: partition {spec.name} asks for memory at run time, "
            'and the image has no pool; add memory_pool = "4M" to [image] of a manifest')
    if spec.colours:
        raise errors.Refusal(
            errors.CONFIG, f"{spec.place('colours')}: partition {spec.name} asks for memory at run time, and "
            "the pool that it comes from has all colours; remove this key, or do not ask")
    return [Region("pool", "pool", "rws", build.machine.ram_ipa + POOL_AT, build.image.memory_pool)]


TABLES_MAX = 12  # of 4 KiB in the 64 KiB that the CPUs of Mortise share


def shares_tables(guest, region):
    """Whether a region is translated by tables that all CPUs of the partition have."""
    return region.kind == "pool" and len(guest.spec.cpus) > 1


def pool_tables(build, guests):
    """How many such tables there are: hv/hc-memory."""
    count = sum(region.size // BLOCK for guest in guests for region in guest.regions
                if shares_tables(guest, region))
    if count > TABLES_MAX:
        refuse(build.image.place("memory_pool"), f"each partition with several CPUs that asks for memory takes "
               f"a table for each 2M of memory_pool, {count} in all, and there is room for {TABLES_MAX}; "
               "make the pool smaller, or give the partitions one CPU each")
    return count


def check_pool_used(build, guests):
    """Refuse a pool that nobody asks."""
    if build.image.memory_pool and not any("MEMORY" in guest.caps for guest in guests):
        refuse(build.image.place("memory_pool"), "no partition asks for memory of this pool; use "
               "<tn/memory.h> in one, or remove this key")
