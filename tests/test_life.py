# SPDX-License-Identifier: Apache-2.0
"""The life cycle: partitions started, paused, resumed and stopped by another, again and again."""
import pytest

from partskit import BOARDS, partition, run

BEAT = '[[channel]]\nname = "beat"\nfrom = "worker"\nto = "manager"\nkind = "latest"\nsize = 4\n' \
       '[[channel]]\nname = "quit"\nfrom = "manager"\nto = "worker"\nkind = "latest"\nsize = 4\n'


@pytest.mark.parametrize("board, mode, rounds", (
    ("qemu-virt", "bypass", 1000), ("qemu-virt", "tenon", 100), ("qemu-virt-gicv2", "bypass", 250),
    ("qemu-virt-gicv2", "tenon", 20), ("zcu102", "bypass", 20)))
def test_a_thousand_lives(tmp_path, board, mode, rounds):
    """Two partitions take turns on one CPU; nothing of a life is left in the next."""
    code, lines = run(
        tmp_path, board,
        partition("manager", "manager.c", args=f'["{rounds}"]'),
        partition("ticks", "ticks.c", irqs="[27]", args='["1"]'),
        partition("worker", "worker.c", mode=f'"{mode}"', cpus="[2]", start='"demand"',
                  heap='"64K"'),
        partition("other", "worker.c", cpus="[2]", start='"demand"', heap='"64K"',
                  args='["end"]'), BEAT)
    assert (code, lines) == (0, [""])


def beat(name):
    return f'[[channel]]\nname = "{name}"\nfrom = "{name}"\nto = "tamer"\nkind = "latest"\n' \
           'size = 4\n'


@pytest.mark.parametrize("board", BOARDS)
def test_unruly(tmp_path, board):
    """Nothing that a guest does keeps it from being paused and stopped."""
    kinds = ("spin", "sleep", "shut", "deaf")
    code, lines = run(
        tmp_path, board, partition("tamer", "tamer.c", args=str(["8", *kinds])),
        *(partition(kind, "unruly.c", cpus="[1]", start='"demand"', irqs="[27]",
                    args=f'["{kind}"]') for kind in kinds),
        *(beat(kind) for kind in kinds))
    assert (code, lines) == (0, [""])


@pytest.mark.parametrize("board, cpus", zip(BOARDS, ("[1, 2, 3]", "[1, 2, 3]", "[1, 2]")))
def test_unruly_on_several_cpus(tmp_path, board, cpus):
    code, lines = run(
        tmp_path, board, partition("tamer", "tamer.c", args='["8", "crowd"]'),
        partition("crowd", "crowd.c", mode='"tenon"', cpus=cpus, start='"demand"', heap='"256K"'),
        beat("crowd"))
    assert (code, lines) == (0, [""])
