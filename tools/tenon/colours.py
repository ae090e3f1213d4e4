# SPDX-License-Identifier: Apache-2.0
"""The manifest's `colours`: page colours of the cache that a board's CPUs share."""
import json
import re

from tenon import alone, board, errors


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


def check(partition, machine):
    """Page colours of the last cache, which the CPUs share."""
    if not partition.colours:
        return
    place = partition.place("colours")
    if partition.mode in alone.MODES or partition.kernel:
        _refuse(place, "colours are for programs under Mortise that are compiled here, not for mode "
                f"'{partition.mode}', whose memory is in one piece; remove this key")
    if machine.colours == 0:
        _refuse(place, f"board {machine.name} has no cache that its CPUs share, so that pages have no "
                "colours; remove this key")
    if partition.colours[-1] >= machine.colours:
        _refuse(place, f"board {machine.name} has no colour {partition.colours[-1]}; its colours are 0 "
                f"to {machine.colours - 1}")
    partition.colour_mask = sum(1 << first + colour for colour in partition.colours
                                 for first in range(0, board.COLOURS, machine.colours))
