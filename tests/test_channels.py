# SPDX-License-Identifier: Apache-2.0
"""Channels: every kind, both modes, all boards; and senders that do what they like."""
import os
import re
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
SOURCE = os.path.join(TREE, "tests", "partitions", "chan.c")
BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")
CHANNELS = """
[[channel]]
name = "m"
from = "a"
to = "b"
kind = "message"
slots = 5
size = 96
notify = true

[[channel]]
name = "l"
from = "a"
to = "b"
kind = "latest"
size = 16

[[channel]]
name = "d"
from = "b"
to = "a"
kind = "doorbell"
"""


def tnimage(*words, **kwargs):
    return subprocess.run([TNIMAGE, *words], capture_output=True, errors="replace", timeout=300,
                          check=False, stdin=subprocess.DEVNULL, **kwargs)


def partition(name, mode, *args):
    listed = ", ".join(f'"{arg}"' for arg in args)
    return f'[[partition]]\nname = "{name}"\nmode = "{mode}"\nsrc = ["{SOURCE}"]\n' \
           f"args = [{listed}]\n"


def run(folder, board, *partitions):
    """(exit code, lines)"""
    (folder / "tnimage.toml").write_text(f'[image]\nname = "chan"\nboard = "{board}"\n'
                                         + "".join(partitions) + CHANNELS)
    done = tnimage("build", "-f", "tnimage.toml", "-o", "chan.img", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "chan.img", "--timeout", "120", cwd=folder)
    return done.returncode, done.stdout.replace("\r", "").split("\n")


@pytest.mark.parametrize("sender", ("bypass", "tenon"))
@pytest.mark.parametrize("board", BOARDS)
def test_each_message_once(tmp_path, board, sender):
    """Hundreds of messages, whole values, woken by doorbells alone."""
    receiver = {"bypass": "tenon", "tenon": "bypass"}[sender]
    code, lines = run(tmp_path, board, partition("a", sender, "send", "500"),
                      partition("b", receiver, "receive", "500"))
    assert code == 0, lines


def test_polled(tmp_path):
    code, lines = run(tmp_path, "qemu-virt", partition("b", "bypass", "read", "300"),
                      partition("a", "bypass", "send", "300"))
    assert code == 0, lines


def test_forged_headers(tmp_path):
    """A sender writes anything to the memory that it can write; the receiver works on."""
    code, lines = run(tmp_path, "qemu-virt", partition("a", "bypass", "forge", "500000"),
                      partition("b", "bypass", "survive", "100000"))
    assert code == 0, lines


def test_the_others_page_is_read_only(tmp_path):
    """A sender that writes to the receiver's page ends, and nobody else does."""
    code, lines = run(tmp_path, "qemu-virt", partition("a", "bypass", "poke"),
                      partition("b", "bypass", "survive", "1000"))
    ours = [line for line in lines if line.startswith("mortise: partition")]
    assert code != 0 and len(ours) == 1
    assert re.fullmatch(r'mortise: partition 0 "a" fault: data abort \(permission fault\) at '
                        r"0x000000000100[0-9a-f]{4}, write of 4 bytes", ours[0]), lines


@pytest.mark.parametrize("mode", ("bypass", "tenon"))
def test_stack_overflow_beside_channels(tmp_path, mode):
    """The memory of channels lies below the stack and is not taken for its end."""
    code, lines = run(tmp_path, "qemu-virt", partition("a", mode, "overflow"),
                      partition("b", "bypass", "survive", "1000"))
    assert code != 0 and any(re.search(r'"a" fault: stack overflow|stack overflow of', line)
                             for line in lines), lines
