# SPDX-License-Identifier: Apache-2.0
"""The bypass runtime on the target: programs in tests/bypass that check themselves."""
import os
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")


def build(folder, name, *arguments):
    """The path of the image of tests/bypass/<name>.c."""
    image = os.path.join(folder, name + ".img")
    result = subprocess.run(
        [TNIMAGE, "build", os.path.join(TREE, "tests", "bypass", name + ".c"), "-o", image,
         *arguments], capture_output=True, text=True, timeout=600, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return image


def run(image, *arguments, text=None):
    """(exit code, lines) of a run."""
    result = subprocess.run([TNIMAGE, "run", image, "--timeout", "120", *arguments], input=text,
                            capture_output=True, text=True, timeout=600, check=False)
    return result.returncode, result.stdout.splitlines()


@pytest.mark.parametrize("level", ("s", "2"))
def test_libc(tmp_path, level):
    image = build(tmp_path, "libc", "-O", level, "--args", "one 'a \"b\"\\'")
    code, lines = run(image, text="12 34\nhello\n\x04")
    assert (code, lines[:4]) == (9, ["ready", "unfinished lineat exit", "destructed",
                                     'mortise: partition 0 "libc" exit 7'])


def test_clocks(tmp_path):
    assert run(build(tmp_path, "clocks")) == (0, ["ok"])


@pytest.mark.parametrize("board", ("qemu-virt", "qemu-virt-gicv2", "zcu102"))
def test_interrupts(tmp_path, board):
    assert run(build(tmp_path, "interrupts", "--board", board), "--icount") == (0, ["ok"])


def test_watchdog(tmp_path):
    code, lines = run(build(tmp_path, "hang"), "--icount")
    assert code == 9 and lines[0] == "asked"
    assert 'watchdog: loop "hang": cycle 2 has run for 200000' in "\n".join(lines)
    assert lines[-1] == 'mortise: partition 0 "hang" exit 142'
