# SPDX-License-Identifier: Apache-2.0
"""The manifest's `colours`: page colours of the cache that a board's CPUs share."""
import json
import re

from tenon import alone, board, errors
from tenon.sizes import show


def _refuse(place, message):
    raise errors.Refusal(errors.CONFIG, f"{place}: {message}")


def numbers(place, key, value):
    """[0, 1] or "0-3,8": numbers in ascending order."""
    found = value
    if isinstance(value, str):
        spans = [re.fullmatch(r"\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*", item) for item in value.split(",")]
        found = [number for span in spans
                 for number in range(int(span[1]), int(span[2] or span[1]) + 1)] \
            if all(spans) else None
    if not isinstance(found, list) or not found or len({*found}) != len(found) or not all(
            isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in found):
        _refuse(place, f"{key} = {json.dumps(value)} names no colours, or one twice; write [0, 1] or "
                "\"0-3\"")
    return sorted(found)


TABLES = 112  # of a CPU of Mortise: what else it has takes less than 16 pages of its 512 KiB


def check_tables(guests, tables):
    """Memory with colours is mapped by pages: refuse more stage-2 tables than a CPU has room for."""
    coloured = [guest for guest in guests if guest.spec.colours]
    if tables <= TABLES or not coloured:
        return
    guest = max(coloured, key=lambda item: item.program.ram)
    _refuse(guest.spec.place("colours"), f"partition {guest.spec.name} has {show(guest.program.ram)}, mapped "
            f"by pages since it has colours; that takes {tables} stage-2 tables and there is room for "
            f"{TABLES}, of 2M each; make it smaller, or remove this key")


def check(partition, machine):
    """Page colours of the last cache, which the CPUs share."""
    if not partition.colours:
        return
    place = partition.place("colours")
    if partition.mode in alone.MODES:
        _refuse(place, f"colours are for partitions under Mortise, not for mode '{partition.mode}', whose "
                "memory is in one piece; remove this key")
    if partition.trusted_dma:
        _refuse(place, f"partition {partition.name} has a device that reads and writes memory itself (DMA), "
                "by addresses that know no colours; remove this key, or the device")
    if machine.colours == 0:
        _refuse(place, f"board {machine.name} has no cache that its CPUs share, so that pages have no "
                "colours; remove this key")
    if partition.colours[-1] >= machine.colours:
        _refuse(place, f"board {machine.name} has no colour {partition.colours[-1]}; its colours are 0 "
                f"to {machine.colours - 1}")
    partition.colour_mask = sum(1 << first + colour for colour in partition.colours
                                 for first in range(0, board.COLOURS, machine.colours))
