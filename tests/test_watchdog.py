# SPDX-License-Identifier: Apache-2.0
"""Watchdogs: who kicks is left alone, who hangs is ended and begins anew, however it hangs.

Time is that of executed instructions, so that no host is too slow for a kick.
"""
import os
import subprocess

import pytest

from partskit import SOURCES, tnimage

EXPIRED = 'mortise: partition 0 "dog" fault: watchdog expired'
RESTARTS = 'mortise: partition 0 "dog" restarts'
NO_MORE = 'mortise: partition 0 "dog" is not restarted any more'


def run(folder, source, *words, tables="", icount=True, **keys):
    """(exit code, lines without registers and empty ones)"""
    args = ", ".join(f'"{word}"' for word in words)
    text = '[image]\nname = "dog"\n[[partition]]\nname = "dog"\n' \
           f'src = ["{os.path.join(SOURCES, source)}"]\nargs = [{args}]\n' \
           'restart = "fault"\nrestart_times = 2\nrestart_window_ms = 0\n'
    text += "".join(f"{key} = {value}\n" for key, value in keys.items()) + tables
    (folder / "tnimage.toml").write_text(text)
    done = tnimage("build", "-f", "tnimage.toml", "-o", "dog.img", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "dog.img", "--timeout", "200", *(["--icount"] if icount else []),
                   cwd=folder)
    lines = done.stdout.replace("\r", "").split("\n")
    return done.returncode, [line for line in lines if line and "mortise:   " not in line]


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


def test_a_kernel_that_masks_by_priority(tmp_path):
    """It reads the mask that it wrote, and its watchdog's interrupt comes all the same."""
    elf = str(tmp_path / "masked.elf")
    subprocess.run(["clang", "--target=aarch64-none-elf", "-nostdlib", "-fuse-ld=lld", "-Wl,-e,start",
                    os.path.join(os.path.dirname(SOURCES), "raw", "masked.S"), "-o", elf], check=True)
    subprocess.run(["llvm-objcopy", "-O", "binary", elf, str(tmp_path / "masked.flat")], check=True)
    (tmp_path / "tnimage.toml").write_text(
        '[image]\nname = "dog"\n[[partition]]\nname = "dog"\nmode = "raw"\nkernel = "masked.flat"\n'
        'cpus = [0]\nram = "4M"\nwatchdog_ms = 2\n')
    done = tnimage("build", "-f", "tnimage.toml", "-o", "dog.img", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "dog.img", "--icount", "--timeout", "200", cwd=tmp_path)
    assert (done.returncode, EXPIRED in done.stdout) == (9, True), done.stdout
