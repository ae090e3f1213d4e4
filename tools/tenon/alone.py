# SPDX-License-Identifier: Apache-2.0
"""Modes without a hypervisor under the program (bare, native): what they cannot have."""
from tenon import errors

MODES = {"bare": "tenon", "native": "bypass"}  # -> the mode to use instead


def _refuse(place, message):
    raise errors.Refusal(errors.CONFIG, f"{place}: {message}")


def check(partition):
    """Refuse keys of a partition that only a hypervisor can give, and CPUs."""
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


def check_others(partition):
    """Refuse a partition that is not the only one."""
    if partition.mode == "bare":
        _refuse(partition.place("mode"), "mode 'bare' has no hypervisor that could hold another "
                "partition; use mode 'tenon'")
    if partition.mode == "native":
        _refuse(partition.place("mode"), "a program in mode 'native' cannot hold another partition "
                "yet; use mode 'bypass'")


def check_caps(partition):
    """Refuse capabilities, which nobody is there to grant."""
    if partition.caps and partition.mode in MODES:
        _refuse(partition.place("caps"), f"mode '{partition.mode}' has no hypervisor that could grant "
                f"capability '{partition.caps[0]}'; use mode '{MODES[partition.mode]}', or remove this "
                "key")


def check_libraries(partition, libraries):
    """Refuse a linked Library that calls the hypervisor in whose place a native program stands."""
    callers = [library.name for library in libraries if "LIB_HYPERCALL" in library.selects]
    if partition.mode == "native" and callers:
        _refuse(partition.place("mode"), f"library {callers[0]} asks the hypervisor, and in mode "
                "'native' the program stands in its place; use mode 'bypass', or leave out what needs "
                "this library")
