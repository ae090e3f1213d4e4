# SPDX-License-Identifier: Apache-2.0
"""Modes without a hypervisor under the program (bare, native): what they cannot have.

A native program beside partitions (`hosted`) has Mortise beside it, not under it: what Mortise does
for a partition from outside it cannot do for that one.
"""
from tenon import errors

MODES = {"bare": "tenon", "native": "bypass"}  # -> the mode to use instead
TRANSLATION = ("MEMORY", "MAP")
BLOCK = 1 << 21
MORTISE = (0x200000, 0x7400000)  # HV_VA_IMAGE, HV_VA_LOAD: a block each in a hosted program's space


def _refuse(place, message):
    raise errors.Refusal(errors.CONFIG, f"{place}: {message}")


def is_alone(partition):
    """Whether there is no Mortise in the image of a partition."""
    return partition.mode in MODES and not partition.hosted


def mortise():
    """What Mortise takes of a hosted program's address space, as regions."""
    from tenon.program import Region
    return [Region("Mortise", "image", "r", address, BLOCK) for address in MORTISE]


def check(partition):
    """Refuse keys of a partition that only a hypervisor under it can give, and CPUs."""
    mode = partition.mode
    if mode not in MODES:
        return
    if partition.restart != "never":
        _refuse(partition.place("restart"), f"mode '{mode}' has no hypervisor that could restart it; "
                f"use mode '{MODES[mode]}'")
    if "watchdog_ms" in partition.places:
        _refuse(partition.place("watchdog_ms"), f"mode '{mode}' has no hypervisor that could watch it; "
                f"use mode '{MODES[mode]}'")
    for key in ("injectable", "registers"):
        if key in partition.places:
            _refuse(partition.place(key), f"{key} is for partitions on Mortise, and mode '{mode}' has no "
                    f"hypervisor; use mode '{MODES[mode]}'")
    if mode == "native" and "cpus" in partition.places and len(partition.cpus) == 1 \
            and partition.cpus != [0]:
        _refuse(partition.place("cpus"), f"cpus = {partition.cpus}: the boot loader starts a native "
                "image on CPU 0; write cpus = [0]")


def check_others(partition, partitions):
    """Refuse a partition that cannot be one of several."""
    if partition.mode == "bare":
        _refuse(partition.place("mode"), "mode 'bare' has no hypervisor that could hold another "
                "partition; use mode 'tenon'")
    if partition.mode == "native" and partition is not partitions[0]:
        _refuse(partition.place("mode"), "a program in mode 'native' begins with the machine; make it "
                "the first [[partition]], or use mode 'bypass'")
    if partition.mode == "native" and partition.pool is not None:
        _refuse(partition.place("pool"), "a program in mode 'native' has its CPU for itself; remove "
                "this key, or use mode 'bypass'")


def check_caps(partition):
    """Refuse capabilities that nobody is there to grant, or that are about stage 2 where there is none."""
    if partition.caps and is_alone(partition):
        _refuse(partition.place("caps"), f"mode '{partition.mode}' has no hypervisor that could grant "
                f"capability '{partition.caps[0]}'; use mode '{MODES[partition.mode]}', or remove this "
                "key")
    for cap in TRANSLATION:
        if partition.hosted and cap in partition.caps:
            _refuse(partition.place("caps"), f"capability '{cap}' is about the tables of a partition, and a "
                    "program in mode 'native' has none; use mode 'bypass', or remove it from this key")


def check_libraries(partition, libraries):
    """Refuse a linked Library that asks for what there is not: Mortise, or stage 2."""
    callers = [library.name for library in libraries if "LIB_HYPERCALL" in library.selects]
    if callers and is_alone(partition):
        why, cure = ("the program stands in its place",
                     "leave out what needs this library, or give the image another [[partition]]") \
            if partition.mode == "native" else ("there is none", "or leave out what needs this library")
        _refuse(partition.place("mode"), f"library {callers[0]} asks the hypervisor, and in mode "
                f"'{partition.mode}' {why}; use mode '{MODES[partition.mode]}', {cure}")
    changers = [library.name for library in libraries if library.symbol == "LIB_MEMORY"]
    if partition.hosted and changers:
        _refuse(partition.place("mode"), f"library {changers[0]} changes the tables of a partition, and "
                "a program in mode 'native' has none; use mode 'bypass'")
