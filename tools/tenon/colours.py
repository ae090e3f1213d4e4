# SPDX-License-Identifier: Apache-2.0
"""The manifest's `colours`, in [[partition]] and [image]: page colours of the cache that a board's CPUs
share."""
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
    partition.colour_mask = _mask(partition.colours, place, machine)


def check_own(image, machine):
    """Those of Mortise itself: nobody else's, or they would be worth nothing."""
    if not image.colours:
        return
    place = image.place("colours")
    if alone.is_alone(image.partitions[0]):
        _refuse(place, f"there is no Mortise in an image of mode '{image.partitions[0].mode}'; remove this "
                "key")
    image.colour_mask = _mask(image.colours, place, machine)
    if not any(partition.colours for partition in image.partitions):
        _refuse(place, "Mortise has colours and no partition has, so that all of them have Mortise's; add "
                "colours to a [[partition]], or remove this key")
    for partition in image.partitions:
        both = [colour for colour in image.colours if colour in partition.colours]
        if both:
            _refuse(place, f"colour {both[0]} belongs to partition {partition.name} "
                    f"({partition.place('colours')}); give Mortise its own")


def _mask(numbers_, place, machine):
    """For struct tn_region."""
    if machine.colours == 0:
        _refuse(place, f"board {machine.name} has no cache that its CPUs share, so that pages have no "
                "colours; remove this key")
    if numbers_[-1] >= machine.colours:
        _refuse(place, f"board {machine.name} has no colour {numbers_[-1]}; its colours are 0 "
                f"to {machine.colours - 1}")
    return sum(1 << first + colour for colour in numbers_
               for first in range(0, board.COLOURS, machine.colours))
