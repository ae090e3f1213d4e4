# SPDX-License-Identifier: Apache-2.0
"""Byte counts as users write them (64K, 16M) and as messages show them."""
import re

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
PAGE = 0x1000
BLOCK = 0x200000


def parse(text):
    """An int or `4096`, `0x1000`, `64K`, `64KiB`, `16M`; ValueError for anything else."""
    if isinstance(text, bool):
        raise ValueError(text)
    if isinstance(text, int):
        value = text
    else:
        match = re.fullmatch(r"(0x[0-9a-f]+|\d+)\s*([kmg]?)(?:i?b)?", str(text).strip().lower())
        if not match:
            raise ValueError(text)
        value = int(match[1], 0 if match[1].startswith("0x") else 10) * _UNITS[match[2]]
    if value < 0:
        raise ValueError(text)
    return value


def show(count):
    """`64 KiB`, `1.5 MiB`, `24 bytes`: for messages."""
    for unit, size in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count} bytes"


def up(value, align):
    """Round up to a multiple of a power of two."""
    return (value + align - 1) & ~(align - 1)


def down(value, align):
    """Round down to a multiple of a power of two."""
    return value & ~(align - 1)
