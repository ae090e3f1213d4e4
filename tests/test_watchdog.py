# SPDX-License-Identifier: Apache-2.0
"""Watchdogs: who kicks is left alone, who hangs is ended and begins anew, however it hangs.

Time is that of executed instructions, so that no host is too slow for a kick.
"""
import os
import subprocess

import pytest

from partskit import BOARDS, SOURCES, tnimage

EXPIRED = 'mortise: partition 0 "dog" fault: watchdog expired'
RESTARTS = 'mortise: partition 0 "dog" restarts'
NO_MORE = 'mortise: partition 0 "dog" is not restarted any more'


def run_tables(folder, tables, board, icount=True):
    """(exit code, lines without registers and empty ones)"""
    (folder / "tnimage.toml").write_text(f'[image]\nname = "dog"\nboard = "{board}"\n{tables}')
    done = tnimage("build", "-f", "tnimage.toml", "-o", "dog.img", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "dog.img", "--timeout", "200", *(["--icount"] if icount else []),
                   cwd=folder)
    lines = done.stdout.replace("\r", "").split("\n")
    return done.returncode, [line for line in lines if line and "mortise:   " not in line]


def partition(name, source, *words, **keys):
    """The lines of a [[partition]]; keys as TOML has them."""
    args = ", ".join(f'"{word}"' for word in words)
    return f'[[partition]]\nname = "{name}"\nsrc = ["{os.path.join(SOURCES, source)}"]\n' \
           f'args = [{args}]\n' + "".join(f"{key} = {value}\n" for key, value in keys.items())


def run(folder, source, *words, tables="", icount=True, board=BOARDS[0], **keys):
    """One that is restarted twice, before other tables."""
    keys |= {"restart": '"fault"', "restart_times": 2, "restart_window_ms": 0}
    return run_tables(folder, partition("dog", source, *words, **keys) + tables, board, icount)


@pytest.mark.parametrize("how, mode", (("spin", "bypass"), ("irq", "bypass"), ("wfi", "tenon")))
def test_hangs(tmp_path, how, mode):
    """With interrupts off, in a handler, asleep: three lives of 20 kicks each."""
    code, lines = run(tmp_path, "watchdog.c", "20", "2", how, mode=f'"{mode}"', watchdog_ms=2)
    life = ["20 kicks", EXPIRED]
    assert (code, lines) == (9, [*life, RESTARTS, *life, RESTARTS, *life, NO_MORE])


def test_lives(tmp_path):
    """300 kicks, and never ended."""
    assert run(tmp_path, "watchdog.c", "300", "1", "pass", watchdog_ms=1) == (0, ["300 kicks"])


def test_not_in_time(tmp_path):
    """A kick that comes after twice the time is none."""
    code, lines = run(tmp_path, "watchdog.c", "3", "8", "pass", watchdog_ms=2)
    assert (code, lines) == (9, [EXPIRED, RESTARTS, EXPIRED, RESTARTS, EXPIRED, NO_MORE])


def test_without_one(tmp_path):
    """A kick without a watchdog is refused: status 3."""
    code, lines = run(tmp_path, "watchdog.c", "3", "1", "pass")
    assert code == 9 and lines[0] == 'mortise: partition 0 "dog" exit 3'


def test_two_cpus(tmp_path):
    """One CPU kicks for both; when it hangs, both begin anew."""
    code, lines = run(tmp_path, "watchdog_smp.c", "20", "2", mode='"tenon"', cpus="[0, 1]",
                      watchdog_ms=2)
    life = ["20 kicks", EXPIRED]
    assert (code, lines) == (9, [*life, RESTARTS, *life, RESTARTS, *life, NO_MORE])


def test_beside_others(tmp_path):
    """The neighbour takes all its interrupts, the one that hangs goes through its lives."""
    neighbour = '[[partition]]\nname = "ticks"\nirqs = [27]\nargs = ["1"]\n' \
                f'src = ["{os.path.join(SOURCES, "ticks.c")}"]\n'
    code, lines = run(tmp_path, "watchdog.c", "0", "1", "spin", tables=neighbour, icount=False,
                      watchdog_ms=50)
    assert code == 9
    assert [line for line in lines if "kicks" not in line] == [
        EXPIRED, RESTARTS, EXPIRED, RESTARTS, EXPIRED, NO_MORE]


@pytest.mark.parametrize("board, keys", ((BOARDS[0], ""), (BOARDS[0], 'pool = "p"\n'), (BOARDS[2], "")))
def test_a_kernel_that_masks_by_priority(tmp_path, board, keys):
    """It reads the mask that it wrote, and its watchdog ends it all the same."""
    elf = str(tmp_path / "masked.elf")
    subprocess.run(["clang", "--target=aarch64-none-elf", "-nostdlib", "-fuse-ld=lld", "-Wl,-e,start",
                    *(["-DGICC=0xf9020000"] if board == "zcu102" else []),
                    os.path.join(os.path.dirname(SOURCES), "raw", "masked.S"), "-o", elf], check=True)
    subprocess.run(["llvm-objcopy", "-O", "binary", elf, str(tmp_path / "masked.flat")], check=True)
    code, lines = run_tables(
        tmp_path, '[[pool]]\nname = "p"\ncpus = [0]\n' * bool(keys)
        + '[[partition]]\nname = "dog"\nmode = "raw"\nkernel = "masked.flat"\n'
        f'{"" if keys else "cpus = [0]"}\nram = "4M"\nwatchdog_ms = 2\n{keys}', board)
    assert (code, EXPIRED in lines) == (9, True), lines


# A board with a GICv2 gives one that is watched a pool for itself, without being told.
ALONE = (("qemu-virt", 'pool = "p"\n'), ("qemu-virt-gicv2", ""))


@pytest.mark.parametrize("board, pool", ALONE)
def test_a_hostile_one(tmp_path, board, pool):
    """It pretends to handle what nothing may interrupt: alone in a pool it holds nothing back."""
    tables = '[[pool]]\nname = "p"\ncpus = [0]\n' if pool else ""
    keys = {"pool": '"p"'} if pool else {}
    code, lines = run(tmp_path, "watchdog.c", "20", "2", "close", tables=tables, board=board,
                      watchdog_ms=2, **keys)
    life = ["20 kicks", EXPIRED]
    assert (code, lines) == (9, [*life, RESTARTS, *life, RESTARTS, *life, NO_MORE])


@pytest.mark.parametrize("how, mode, board", (("irq", "bypass", "zcu102"),
                                              ("wfi", "tenon", "qemu-virt-gicv2")))
def test_hangs_on_a_gicv2(tmp_path, how, mode, board):
    """In a handler, asleep; and its own CPU takes it up anew."""
    code, lines = run(tmp_path, "watchdog.c", "20", "2", how, mode=f'"{mode}"', board=board,
                      watchdog_ms=2)
    life = ["20 kicks", EXPIRED]
    assert (code, lines) == (9, [*life, RESTARTS, *life, RESTARTS, *life, NO_MORE])


POOL = '[[pool]]\nname = "p"\ncpus = [0]\n'


def own(lines, word):
    """Mortise's lines with this word, without their head."""
    return [line.removeprefix("mortise: partition ") for line in lines if word in line and "mortise: " in line]


@pytest.mark.parametrize("board", BOARDS[::2])
def test_instances(tmp_path, board):
    """One hangs, one spends its budget, one lives as long as it kicks in time beside them."""
    shared = {"pool": '"p"', "watchdog_ms": 2}
    code, lines = run(
        tmp_path, "watchdog.c", "10", "4", "spin", pool='"p"', watchdog_ms=4, priority=20, board=board,
        tables=POOL + partition("loop", "watched.c", "loop", "80", "1000", priority=200, **shared)
        + partition("spends", "watchdog.c", "1000", "2", "pass", priority=150, budget_us=1000,
                    period_us=8000, **shared)
        + partition("edf", "watchdog.c", "60", "2", "pass", policy='"edf"', budget_us=300,
                    period_us=1000, pool='"p"', watchdog_ms=2))
    assert code == 9
    assert own(lines, "expired") == ['2 "spends" fault: watchdog expired'] + 3 * [
        '0 "dog" fault: watchdog expired']
    assert lines.count("[dog] 10 kicks") == 3 and {"[loop] lives", "[edf] 60 kicks"} <= {*lines}


@pytest.mark.parametrize("board", BOARDS[:2])
def test_lives_of_a_hostile_one(tmp_path, board):
    """It expires wherever it is in what it throws at Mortise; a loop on its CPU misses nothing."""
    code, lines = run_tables(
        tmp_path, POOL + partition("loop", "pool.c", "periodic", "1000", "200", "150", pool='"p"', priority=200,
                                   console='"shared"')
        + partition("bad", "pool_storm.c", "hostile", "150", irqs=[27, 102], caps='["WATCHDOG"]', pool='"p"',
                    watchdog_ms=3, budget_us=2000, period_us=10000,
                    restart='"fault"', restart_times=16, restart_window_ms=1), board)
    assert code == 9
    assert len(own(lines, "expired")) >= 10 and {*own(lines, "")} == {
        '1 "bad" fault: watchdog expired', '1 "bad" restarts'}
    assert [line.split()[-2:] for line in lines if line.startswith("[loop]")] == [["missed", "0"]]


@pytest.mark.parametrize("board", BOARDS[1:2])
def test_one_that_is_starved(tmp_path, board):
    """It kicks, would go on doing so, and does not get to: it ends before who starves it is done, as
    does one that has not come to its first instruction."""
    code, lines = run_tables(
        tmp_path, POOL + partition("first", "watched.c", "hog", "0", "50000", pool='"p"', priority=50)
        + partition("hog", "watched.c", "hog", "20000", "20000", pool='"p"', priority=100)
        + partition("dog", "watched.c", "loop", "1000", "1000", pool='"p"', watchdog_ms=3, priority=60)
        + partition("late", "watchdog.c", "9", "2", "pass", pool='"p"', watchdog_ms=6, priority=10), board)
    assert code == 9
    assert lines == ['mortise: partition 3 "late" fault: watchdog expired',
                     'mortise: partition 2 "dog" fault: watchdog expired', "[hog] done", "[first] done"]


@pytest.mark.parametrize("board", BOARDS[:1])
def test_one_that_moves(tmp_path, board):
    """Its deadline comes along; each life hangs on the CPU where the last one did not begin."""
    code, lines = run(tmp_path, "watched.c", "move", "9", "1", pool='"p"', migrate="true", board=board,
                      watchdog_ms=2, tables=POOL.replace("[0]", "[0, 1]")
                      + partition("loop", "watched.c", "loop", "40", "1000", pool='"p"', watchdog_ms=4))
    assert code == 9
    assert own(lines, "expired") == 3 * ['0 "dog" fault: watchdog expired']
    assert lines.count("[dog] hangs on 1") == 3 and "[loop] lives" in lines


@pytest.mark.parametrize("board", BOARDS[::2])
def test_managed_instances(tmp_path, board):
    """A pause does not count, a resumed one has its time anew, one that is stopped has none."""
    keys = {"pool": '"p"', "watchdog_ms": 2, "priority": 20, "start": '"demand"'}
    code, lines = run_tables(
        tmp_path, POOL + partition("manager", "watched_manager.c", pool='"p"', priority=200)
        + partition("lives", "watched.c", "loop", "1000", "1000", **keys)
        + partition("hangs", "watchdog.c", "1", "0", "spin", **(keys | {"priority": 10})), board)
    assert code == 9
    assert own(lines, "") == ['2 "hangs" fault: watchdog expired']
