# SPDX-License-Identifier: Apache-2.0
"""Partitions created from a file in memory, and destroyed."""
import os

import pytest

from partskit import SOURCES, build, partition, run, tnimage

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


@pytest.mark.parametrize("board", ("qemu-virt",))
def test_restart_and_watchdog(tmp_path, board):
    """Both are the slot's: what hangs in it is ended and begins anew, as often for each program."""
    path = tmp_path / "dog.part"
    done = tnimage("build", os.path.join(SOURCES, "watchdog.c"), "--format", "part", "--board", board,
                   "--args", "20 2 spin", "-o", str(path), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    flags = f"""['-DEND_PART="{path}"', '-DSPIN_PART="{path}"']"""
    image = build(tmp_path, board, partition("creator", "creator_waits.c", cflags=flags, args='["slot", "2"]').replace(
        '"]\n', f'", "{os.path.join(SOURCES, "parts.S")}"]\n', 1),
        SLOT + 'watchdog_ms = 2\nrestart = "fault"\nrestart_times = 1\nrestart_window_ms = 0\n')
    done = tnimage("run", image, "--icount", "--timeout", "200")
    lines = done.stdout.replace("\r", "").split("\n")
    slot = 'mortise: partition 1 "slot" '
    life = ["[slot] 20 kicks", slot + "fault: watchdog expired"]
    both = [*life, slot + "restarts", *life, slot + "is not restarted any more"]
    assert [line for line in lines if line and "mortise:   " not in line] == [
        *both, "[creator] status 139, start 1", *both, "[creator] status 139, start 2"]


# A slot's channels as the image and the file have them: `slot` is one end of each.
CHANNELS = """
[[channel]]
name = "in"
from = "creator"
to = "slot"
kind = "message"
slots = 4
size = 4
notify = true

[[channel]]
name = "out"
from = "slot"
to = "creator"
kind = "message"
size = 4
notify = true

[[channel]]
name = "goal"
from = "creator"
to = "slot"
kind = "latest"
size = 8

[[channel]]
name = "state"
from = "slot"
to = "creator"
kind = "latest"
size = 8

[[channel]]
name = "bell"
from = "slot"
to = "creator"
kind = "doorbell"
"""
OUT = CHANNELS.split("\n\n")[1] + "\n"


def channel_part(folder, board, mode, kind, channels):
    """A file for the slot with these channels: its path."""
    manifest = folder / f"{kind}.toml"
    manifest.write_text(f'[image]\nboard = "{board}"\n'
                        + partition("slot", "chan_created.c", mode=f'"{mode}"', args=f'["{kind}"]') + channels)
    path = folder / f"{kind}.part"
    done = tnimage("build", "-f", str(manifest), "--format", "part", "-o", str(path), cwd=folder)
    assert done.returncode == 0, done.stderr
    return path


def channels_image(folder, board, mode, rounds, tries, slot="", **keys):
    """The tables of an image whose creator has both files."""
    end, peek = channel_part(folder, board, mode, "end", CHANNELS), channel_part(folder, board, mode, "peek", OUT)
    flags = f"""['-DEND_PART="{end}"', '-DSPIN_PART="{peek}"']"""
    maker = partition("creator", "chan_creator.c", cflags=flags, args=f'["{rounds}", "{tries}"]', **keys)
    return (maker.replace('"]\n', f'", "{os.path.join(SOURCES, "parts.S")}"]\n', 1), SLOT + slot, CHANNELS)


@pytest.mark.parametrize("board, mode, rounds, tries", (
    ("qemu-virt", "bypass", 40, 2000), ("qemu-virt", "tenon", 8, 50),
    ("qemu-virt-gicv2", "bypass", 8, 50), ("zcu102", "tenon", 4, 20)))
def test_channels(tmp_path, board, mode, rounds, tries):
    """A program has those channels of the slot that it names, and at the slot's addresses."""
    code, lines = run(tmp_path, board, *channels_image(tmp_path, board, mode, rounds, tries))
    faults = [line for line in lines if "fault: data abort" in line]
    others = [line for line in lines if line and not line.startswith("mortise: ") or "creator" in line]
    assert code != 0 and others == [] and len(faults) == (rounds + 3) // 4 + 1, lines


def test_colours(tmp_path):
    """The same in memory of some colours, with a creator that has others."""
    code, lines = run(tmp_path, "qemu-virt", *channels_image(
        tmp_path, "qemu-virt", "bypass", 4, 50, 'colours = "0-2"\n', colours='"3-7"'))
    others = [line for line in lines if line and not line.startswith("mortise: ") or "creator" in line]
    assert code != 0 and others == [], lines
