# SPDX-License-Identifier: Apache-2.0
"""Hypercall groups TIME, INJECT and DEVICE, and restart by another partition."""
import os
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
SOURCES = os.path.join(TREE, "tests", "partitions")
BOARDS = ("qemu-virt", "qemu-virt-gicv2")  # with an RTC


def tnimage(*words, **kwargs):
    return subprocess.run([TNIMAGE, *words], capture_output=True, errors="replace", timeout=300,
                          check=False, stdin=subprocess.DEVNULL, **kwargs)


def partition(name, source, **keys):
    text = f'[[partition]]\nname = "{name}"\nsrc = ["{os.path.join(SOURCES, source)}"]\n'
    return text + "".join(f"{key} = {value}\n" for key, value in keys.items())


def latest(name, sender, receiver):
    return f'[[channel]]\nname = "{name}"\nfrom = "{sender}"\nto = "{receiver}"\n' \
           'kind = "latest"\nsize = 4\n'


def run(folder, board, *tables):
    """(exit code, lines)"""
    (folder / "tnimage.toml").write_text(f'[image]\nname = "groups"\nboard = "{board}"\n'
                                         + "".join(tables))
    done = tnimage("build", "-f", "tnimage.toml", "-o", "groups.img", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "groups.img", "--timeout", "100", cwd=folder)
    return done.returncode, done.stdout.replace("\r", "").split("\n")


@pytest.mark.parametrize("board", BOARDS)
def test_calls(tmp_path, board):
    """What is right happens, what is wrong or another's is refused."""
    assert run(tmp_path, board,
               partition("calls", "groups.c", args='["calls"]',
                         registers='["rtc:4:4:rw", "rtc:0xfe0:4:r"]'),
               partition("hears", "groups.c", args='["hears"]', irqs="[45, 46]",
                         injectable="[45]"),
               latest("heard", "hears", "calls")) == (0, [""])


@pytest.mark.parametrize("board", BOARDS)
def test_restart(tmp_path, board):
    """Twenty lives, each clean and counted."""
    assert run(tmp_path, board, partition("manager", "restarter.c", args='["20"]'),
               partition("worker", "worker.c", cpus="[2]", start='"demand"', heap='"64K"'),
               latest("beat", "worker", "manager"), latest("quit", "manager", "worker")) == (0, [""])
