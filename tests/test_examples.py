# SPDX-License-Identifier: Apache-2.0
"""The examples, built and booted as their READMEs say, and what they print.

`--icount` makes the machine's time count instructions, so that latencies are exact; the runs
through U-Boot follow the host's clock and are not asked for any time.
"""
import os
import re
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")


def tnimage(folder, *arguments):
    """The finished process; it must succeed."""
    result = subprocess.run([TNIMAGE, *arguments], cwd=folder, capture_output=True, text=True,
                            timeout=600, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def build(folder, name, *arguments):
    """The path of the image."""
    image = os.path.join(folder, name + ".img")
    tnimage(folder, "build", os.path.join(TREE, "examples", name, name + ".c"), "-o", image,
            *arguments)
    return image


def run(folder, image, *arguments):
    """What it printed, a list of lines."""
    return tnimage(folder, "run", image, "--timeout", "120", *arguments).stdout.splitlines()


def readme(name):
    """The blocks of an example's README, each a list of lines."""
    with open(os.path.join(TREE, "examples", name, "README.md"), encoding="utf-8") as file:
        return [block.strip("\n").splitlines() for block in file.read().split("```")[1::2]]


@pytest.mark.parametrize("board", BOARDS)
def test_hello(tmp_path, board):
    image = build(tmp_path, "hello", "--board", board, "-O", "s")
    assert run(tmp_path, image) == readme("hello")[1]


def test_hello_is_small(tmp_path):
    """The limit of a whole image with Mortise; what it takes now is in docs/bypass.md."""
    assert os.path.getsize(build(tmp_path, "hello", "-O", "s")) <= 40 * 1024


@pytest.mark.parametrize("board", BOARDS)
def test_pid(tmp_path, board):
    """The same output on every board: time counts instructions, and the loop has its own."""
    image = os.path.join(tmp_path, "pid.img")
    manifest = os.path.join(TREE, "examples", "pid", "tnimage.toml")
    tnimage(tmp_path, "build", "-f", manifest, "--board", board, "-o", image)
    assert run(tmp_path, image, "--icount") == readme("pid")[1]


@pytest.mark.parametrize("board", BOARDS)
def test_pid_through_uboot(tmp_path, board):
    lines = run(tmp_path, build(tmp_path, "pid", "--board", board), "--boot", "uboot")
    assert any(line.startswith("step response:") for line in lines)
    assert any(re.search(r"us \|#+ +\d+$", line) for line in lines)


@pytest.mark.parametrize("board", BOARDS)
def test_irq(tmp_path, board):
    lines = run(tmp_path, build(tmp_path, "irq", "--board", board), "--icount")
    assert len(lines) == 6 and lines[5] == "stray interrupts: 0"
    worst = [int(re.search(r"(\d+) (?:ns|cycles)$", line)[1]) for line in lines[1:5]]
    # The limits of an interrupt's way in and back, and the timer's resolution.
    assert worst[0] <= 64 and worst[1] <= 28 and worst[2] <= 32
    if board == BOARDS[0]:
        assert lines == readme("irq")[1]


@pytest.mark.parametrize("board", BOARDS)
def test_two_loops(tmp_path, board):
    """Four setpoints are reached, and the loop misses no cycle."""
    image = os.path.join(tmp_path, "two-loops.img")
    manifest = os.path.join(TREE, "examples", "two-loops", "tnimage.toml")
    tnimage(tmp_path, "build", "-f", manifest, "--board", board, "-o", image)
    lines = run(tmp_path, image, "--icount")
    settled = [re.fullmatch(r"\[supervisor\] setpoint (\d+): settled after \d+ ms", line)
               for line in lines[:-1]]
    assert [match and match[1] for match in settled] == ["10", "25", "5", "40"], lines
    assert lines[-1] == "[loop] cycles missed: 0"


def test_pool(tmp_path):
    """Two with deadlines and one without on one CPU: nobody is late."""
    image = os.path.join(tmp_path, "pool.img")
    manifest = os.path.join(TREE, "examples", "pool", "tnimage.toml")
    tnimage(tmp_path, "build", "-f", manifest, "-o", image)
    assert run(tmp_path, image, "--icount") == readme("pool")[1]
    shown = tnimage(tmp_path, "inspect", image).stdout
    assert "pool          shared, edf, 150 us in 1000 us" in shown and \
        "pool          shared, fixed, priority 1" in shown, shown


@pytest.mark.parametrize("board", BOARDS)
def test_on_demand(tmp_path, board):
    """Two workers take turns on one CPU, each twice, each time from clean memory."""
    image = os.path.join(tmp_path, "on-demand.img")
    manifest = os.path.join(TREE, "examples", "on-demand", "tnimage.toml")
    tnimage(tmp_path, "build", "-f", manifest, "--board", board, "-o", image)
    assert run(tmp_path, image) == readme("on-demand")[1]


@pytest.mark.parametrize("board", BOARDS)
def test_native_host(tmp_path, board):
    """A loop at EL2 misses nothing while it starts two partitions and stops one."""
    image = os.path.join(tmp_path, "native-host.img")
    manifest = os.path.join(TREE, "examples", "native-host", "tnimage.toml")
    tnimage(tmp_path, "build", "-f", manifest, "--board", board, "-o", image)
    assert run(tmp_path, image, "--icount") == readme("native-host")[1]


@pytest.mark.parametrize("board", BOARDS)
def test_create(tmp_path, board):
    """A program that lies in another one's memory becomes a partition, twice, each time anew."""
    image = os.path.join(tmp_path, "create.img")
    folder = os.path.join(TREE, "examples", "create")
    tnimage(tmp_path, "build", "-f", os.path.join(folder, "job.toml"), "--format", "part", "--board", board,
            "-o", "job.part")
    tnimage(tmp_path, "build", "-f", os.path.join(folder, "tnimage.toml"), "--board", board,
            "-I", ".", "-o", image)
    assert run(tmp_path, image) == readme("create")[1]
