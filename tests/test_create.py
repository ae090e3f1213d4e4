# SPDX-License-Identifier: Apache-2.0
"""Partitions created from a file in memory, and destroyed."""
import os

import pytest

from partskit import SOURCES, partition, run, tnimage

SLOT = '[[partition]]\nname = "slot"\nmode = "slot"\ncpus = [1]\nram = "256K"\n'


def part(folder, board, kind, mode, *words):
    """The flags that name a file for a slot to parts.S."""
    path = folder / f"{kind}.part"
    done = tnimage("build", os.path.join(SOURCES, "created.c"), "--format", "part", "--board", board,
                   "--mode", mode, "--args", kind, "--ram", "256K", "--irq", "27", *words,
                   "-o", str(path), cwd=folder)
    assert done.returncode == 0, done.stderr
    return f'-D{kind.upper()}_PART=\\"{path}\\"'


def creator(folder, board, source, guest, *end, **keys):
    """The partition that creates, with both files."""
    flags = [part(folder, board, "end", guest, *end), part(folder, board, "spin", guest, "-DLARGE")]
    text = ", ".join("'" + flag.replace('\\"', '"') + "'" for flag in flags)
    return partition("creator", source, cflags=f"[{text}]", **keys).replace(
        '"]\n', f'", "{os.path.join(SOURCES, "parts.S")}"]\n', 1)


@pytest.mark.parametrize("board, mode, rounds, tries", (
    ("qemu-virt", "bypass", 1000, 4000), ("qemu-virt", "tenon", 50, 200),
    ("qemu-virt-gicv2", "bypass", 50, 200), ("zcu102", "bypass", 20, 200)))
def test_a_thousand_creations(tmp_path, board, mode, rounds, tries):
    """Nothing of a program is left for the next one; what a slot may not have is refused."""
    code, lines = run(
        tmp_path, board,
        creator(tmp_path, board, "creator.c", mode, args=f'["{rounds}", "{tries}"]'),
        SLOT, partition("other", "status.c", cpus="[1]", start='"demand"', args='["1", "0"]'))
    assert (code, [line for line in lines if line and "slot" not in line]) == (0, [])


@pytest.mark.parametrize("board", ("qemu-virt",))
def test_changed_meanwhile(tmp_path, board):
    """A file that another CPU changes is taken whole or not at all."""
    code, lines = run(
        tmp_path, board,
        creator(tmp_path, board, "creator_race.c", "bypass", "-DLARGE", mode='"tenon"', cpus="[0, 2]",
                args='["200"]'), SLOT)
    assert (code, lines) == (0, ["[creator] both", ""])
