# SPDX-License-Identifier: Apache-2.0
"""How many stage-2 tables Mortise needs for a partition: the mirror of hv/stage2/stage2.c.

The root is not counted. A pool that is too small is refused at boot, one that is too large
wastes 4 KiB for each table, so both files follow the same rules.
"""

BLOCK = 1 << 21
GIB = 1 << 30
ROOT_AT_LEVEL_2 = 30  # up to this many bits of address the root is a level-2 table


def ipa_bits(machine, guests):
    """Bits of guest-physical address: the board's, or more for RAM that lies higher."""
    ends = [region.ipa + region.size for guest in guests for region in guest.regions
            if region.kind == "ram"]
    return max([machine.ipa_bits, *((end - 1).bit_length() for end in ends)])


def tables(regions, ipa_bits):
    """Tables below the root for regions with `kind`, `ipa`, `size` and `source`.

    Where image and memory lie is not known yet: an image is taken to need pages everywhere,
    memory of a block or more is placed congruent to its guest-physical address (layout.py).
    """
    level2, level3 = set(), set()
    for region in regions:
        if region.kind in ("load", "registers"):
            continue
        end = region.ipa + region.size
        if ipa_bits > ROOT_AT_LEVEL_2:
            level2.update(range(region.ipa // GIB, (end - 1) // GIB + 1))
        for slot in range(region.ipa // BLOCK, (end - 1) // BLOCK + 1):
            whole = region.ipa <= slot * BLOCK and (slot + 1) * BLOCK <= end
            if not (whole and _congruent(region)):
                level3.add(slot)
    return len(level2) + len(level3)


def _congruent(region):
    if region.kind == "device":
        return (region.ipa - region.source) % BLOCK == 0
    return not getattr(region, "colours", 0) and (
        region.kind == "ram" or (region.kind == "memory" and region.size >= BLOCK))
