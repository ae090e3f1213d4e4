# SPDX-License-Identifier: Apache-2.0
"""Several partitions in one image: each on its own CPU, none in another's way."""
import os

import pytest

from partskit import BOARDS, build, partition, tnimage


def run(image, *words):
    """(exit code, lines)"""
    done = tnimage("run", image, "--timeout", "120", *words)
    return done.returncode, done.stdout.replace("\r", "").split("\n"), done.stderr


@pytest.mark.parametrize("board", BOARDS)
def test_each_ends_by_itself(tmp_path, board):
    """Four partitions, in another order than their CPUs; one faults, two have a status."""
    image = build(tmp_path, board,
                  partition("three", "status.c", cpus="[3]", args='["30", "3"]'),
                  partition("fault", "status.c", cpus="[0]", args='["10", "fault"]'),
                  partition("seven", "status.c", args='["20", "7"]'),
                  partition("well", "status.c", args='["40", "0"]'))
    for _ in range(2):
        code, lines, _ = run(image)
        assert code == 9
        ours = [line for line in lines if line.startswith("mortise: partition")]
        assert sorted(ours) == [
            'mortise: partition 0 "three" exit 3',
            'mortise: partition 1 "fault" fault: data abort (translation fault) at '
            '0x0000000012345678, read of 4 bytes',
            'mortise: partition 2 "seven" exit 7'], lines
        # A report is not torn by another's line.
        start = next(i for i, line in enumerate(lines) if '"fault" fault' in line)
        assert all(line.startswith("mortise:   ") for line in lines[start + 1:start + 10]), lines


@pytest.mark.parametrize("board", BOARDS)
def test_interrupts_and_cpus_are_ones_own(tmp_path, board):
    """Timer interrupts arrive on every CPU, and each sees the MPIDR it was given."""
    image = build(tmp_path, board,
                  *(partition(f"p{cpu}", "ticks.c", cpus=f"[{cpu}]", irqs="[27]",
                              args=f'["{cpu}"]')
                    for cpu in (1, 0, 3, 2)))
    for _ in range(2):
        assert run(image)[0] == 0


@pytest.mark.parametrize("board", BOARDS)
def test_through_uboot(tmp_path, board):
    """The second is a Tenon: its CPU may have an interrupt pending that U-Boot sent (zcu102)."""
    tenon = partition("two", "status.c", args='["1", "2"]').replace('"bypass"', '"tenon"')
    image = build(tmp_path, board, partition("one", "status.c", args='["1", "1"]'), tenon)
    code, lines, _ = run(image, "--boot", "uboot", "--quiet-boot")
    assert code == 9
    assert {'mortise: partition 0 "one" exit 1', 'mortise: partition 1 "two" exit 2'} <= set(lines)


def test_one_does_not_reach_the_others_memory(tmp_path):
    """Both have the same guest-physical addresses; what one writes the other does not see."""
    image = build(tmp_path, "qemu-virt", partition("a", "memory.c", args='["1"]'),
                  partition("b", "memory.c", args='["2"]'), partition("c", "memory.c"))
    assert run(image)[0] == 0


@pytest.mark.parametrize("board", BOARDS)
def test_shared_console(tmp_path, board):
    """Whole lines behind names, in each partition's order; what a guest may not pass is refused."""
    image = build(tmp_path, board, partition("one", "chatter.c"),
                  partition("two", "chatter.c").replace('"bypass"', '"tenon"'),
                  partition("three", "chatter.c"))
    code, lines, _ = run(image, "--split", str(tmp_path / "split"))
    assert code == 0
    assert all(line.startswith("[") for line in lines if line), lines
    assert sorted(os.listdir(tmp_path / "split")) == ["one.txt", "three.txt", "two.txt"]
    for name in ("one", "two", "three"):
        mine = [line.removeprefix(f"[{name}] ") for line in lines if line.startswith(f"[{name}]")]
        letters = "abcdefghijklmnopqrstuvwxyz"
        assert mine == [
            *(f"{name} {i} " + letters[i % 26] * (i * 3) for i in range(40)),
            "L" * 128, "L" * 71, "part and part", "back.[2Jclear",
            "L" * 128, "0 -2 -2 0 -2", "the end"]
        assert (tmp_path / "split" / f"{name}.txt").read_text() == "".join(
            f"{line}\n" for line in mine)


def test_console_of_ones_own(tmp_path):
    """A single user of the console has the UART, and keeps it when it says so."""
    image = build(tmp_path, "qemu-virt", partition("talks", "chatter.c"),
                  partition("ends", "status.c", args='["1", "0"]'))
    code, lines, _ = run(image)
    assert code == 0 and "part and part" in lines, lines
    image = build(tmp_path, "qemu-virt", partition("talks", "chatter.c", console='"own"'),
                  partition("too", "chatter.c"))
    code, lines, _ = run(image)
    assert code == 0 and any("[too] the end" in line for line in lines), lines


@pytest.mark.parametrize("board", BOARDS)
def test_hostile_hypercalls(tmp_path, board):
    """Two partitions throw random calls at Mortise; their neighbours miss and lose nothing."""
    hostile = {"caps": '["CONSOLE", "IRQ", "POWER", "TIMER", "TIME", "INJECT", "REGISTERS", "MEMORY"]'}
    image = build(tmp_path, board, 'memory_pool = "4M"\n',
                  partition("ticks", "ticks.c", irqs="[27]", args='["0"]'),
                  partition("first", "hostile.c", args='["60000", "1"]', **hostile),
                  partition("memory", "memory.c", args='["1"]'),
                  partition("second", "hostile.c", args='["60000", "2"]', **hostile))
    code, lines, _ = run(image)
    assert code == 0, lines
    assert all(line.startswith(("[first] ", "[second] ")) for line in lines if line), lines
    assert len(lines) < 1000
