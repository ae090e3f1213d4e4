# SPDX-License-Identifier: Apache-2.0
"""The life cycle: partitions started, paused, resumed and stopped by another, again and again."""
import os
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
SOURCES = os.path.join(TREE, "tests", "partitions")
BEAT = '[[channel]]\nname = "beat"\nfrom = "worker"\nto = "manager"\nkind = "latest"\nsize = 4\n' \
       '[[channel]]\nname = "quit"\nfrom = "manager"\nto = "worker"\nkind = "latest"\nsize = 4\n'
BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")


def tnimage(*words, **kwargs):
    return subprocess.run([TNIMAGE, *words], capture_output=True, errors="replace", timeout=600,
                          check=False, stdin=subprocess.DEVNULL, **kwargs)


def partition(name, source, **keys):
    text = f'[[partition]]\nname = "{name}"\nsrc = ["{os.path.join(SOURCES, source)}"]\n'
    return text + "".join(f"{key} = {value}\n" for key, value in keys.items())


def run(folder, board, *tables):
    """(exit code, lines)"""
    (folder / "tnimage.toml").write_text(f'[image]\nname = "life"\nboard = "{board}"\n'
                                         + "".join(tables))
    done = tnimage("build", "-f", "tnimage.toml", "-o", "life.img", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "life.img", "--timeout", "200", cwd=folder)
    return done.returncode, done.stdout.replace("\r", "").split("\n")


@pytest.mark.parametrize("mode", ("bypass", "tenon"))
def test_a_thousand_lives(tmp_path, mode):
    """Two partitions take turns on one CPU; nothing of a life is left in the next."""
    rounds = "1000" if mode == "bypass" else "100"
    code, lines = run(
        tmp_path, "qemu-virt",
        partition("manager", "manager.c", args=f'["{rounds}", "kick"]'),
        partition("ticks", "ticks.c", irqs="[27]", args='["1"]'),
        partition("worker", "worker.c", mode=f'"{mode}"', cpus="[2]", start='"demand"',
                  heap='"64K"'),
        partition("other", "worker.c", cpus="[2]", start='"demand"', heap='"64K"',
                  args='["end"]'), BEAT)
    assert (code, lines) == (0, [""])


@pytest.mark.parametrize("board", BOARDS[1:])
def test_lives_that_end_by_themselves(tmp_path, board):
    """Where a guest can mask what interrupts it, nobody stops it, and it is said."""
    code, lines = run(
        tmp_path, board, partition("manager", "manager.c", args='["20", "wait"]'),
        partition("worker", "worker.c", cpus="[1]", start='"demand"', heap='"64K"'),
        partition("other", "worker.c", cpus="[1]", start='"demand"', heap='"64K"',
                  args='["end"]'), BEAT)
    assert (code, lines) == (0, [""])
