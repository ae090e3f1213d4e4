# SPDX-License-Identifier: Apache-2.0
"""Mode native: programs at EL2, without a partition and beside some."""
import os
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")

# What comes in -> the exit code, and how the next line begins.
ENDS = {
    "o": (0, None),
    "e": (9, 'native: program "native" exit 7'),
    "a": (9, 'native: program "native" exit 134'),
    "u": (9, 'native: program "native" fault: data abort (translation fault) at 0x0000000100000000, '
             'write of 4 bytes'),
    "t": (9, 'native: program "native" fault: data abort (permission fault) at 0x'),
    "x": (9, 'native: program "native" fault: instruction abort (permission fault) at 0x'),
    "s": (9, 'native: program "native" fault: stack overflow (translation fault) at 0x'),
}


# The same of a program beside partitions.
HOSTED_ENDS = {
    "m": (0, None),
    "e": (9, 'mortise: partition 0 "host" exit 7'),
    "k": (9, 'mortise: partition 2 "rival" exit 5'),
    "u": (9, 'native: program "host" fault: data abort (translation fault) at 0x0000000100000000, '
             'write of 4 bytes'),
    "t": (9, 'native: program "host" fault: data abort (permission fault) at 0x'),
    "s": (9, 'native: program "host" fault: stack overflow (translation fault) at 0x'),
}
HOSTED = """[image]
name = "hosted"

[[partition]]
name = "host"
mode = "native"
src = "{0}/host.c"

[[partition]]
name = "guest"
src = "{0}/guest.c"
start = "demand"

[[partition]]
name = "rival"
src = "{0}/rival.c"
start = "demand"

[[channel]]
name = "questions"
from = "host"
to = "guest"
kind = "message"
size = 4

[[channel]]
name = "answers"
from = "guest"
to = "host"
kind = "message"
size = 4
notify = true
"""


def build(folder, source, board):
    """The path of the image of a source, at EL2."""
    image = os.path.join(folder, "app.img")
    result = subprocess.run([TNIMAGE, "build", os.path.join(TREE, source), "--mode", "native", "--board",
                             board, "-o", image],
                            capture_output=True, text=True, timeout=600, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return image


def run(image, *arguments, text=None):
    """(exit code, lines that are not empty) of a run.  `text` is typed when the program says that it is
    ready: what arrives before the UART is on is lost, as on a board."""
    lines = []
    with subprocess.Popen([TNIMAGE, "run", image, "--timeout", "120", *arguments], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        for line in process.stdout:
            lines.append(line.strip("\r\n"))
            if text and lines[-1] == "ready":
                process.stdin.write(text)
                process.stdin.flush()
    return process.returncode, [line for line in lines if line and line != "ready"]


@pytest.mark.parametrize("board", BOARDS)
def test_native(tmp_path, board):
    """A loop on its grid with an interrupt, then each end: of the program, and by a fault."""
    image = build(tmp_path, "tests/native/native.c", board)
    assert run(image, "--icount", text="l") == (0, ["ok"])
    for letter, (code, begin) in ENDS.items():
        found, lines = run(image, text=letter)
        assert (found, lines[0]) == (code, "ok")
        assert lines[1:] == [] if begin is None else lines[1].startswith(begin)
        if begin and "fault" in begin:
            assert lines[2].startswith("native:   pc 0x") and lines[-1].startswith("native:   x28 0x")


@pytest.mark.parametrize("board", BOARDS)
def test_interrupts(tmp_path, board):
    """Handlers and floating point, while running and while sleeping: the program is bypass's."""
    image = build(tmp_path, "tests/bypass/interrupts.c", board)
    assert run(image, "--icount") == (0, ["ok"])


@pytest.mark.parametrize("board", BOARDS)
def test_beside_partitions(tmp_path, board):
    """It starts, restarts and retires partitions; nobody does that to it; each of its ends."""
    (tmp_path / "tnimage.toml").write_text(HOSTED.format(os.path.join(TREE, "tests", "native")))
    image = os.path.join(tmp_path, "app.img")
    result = subprocess.run([TNIMAGE, "build", "-f", "tnimage.toml", "--board", board, "-o", image],
                            cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    for letter, (code, begin) in HOSTED_ENDS.items():
        found, lines = run(image, text=letter)
        assert (found, lines[0]) == (code, "ok")
        assert lines[1:] == [] if begin is None else lines[1].startswith(begin)


def test_uboot(tmp_path):
    """As a boot loader that used the machine before leaves it."""
    image = build(tmp_path, "examples/hello/hello.c", "qemu-virt")
    code, lines = run(image, "--boot", "uboot")
    assert code == 0 and lines[-1] == "Hello from TenonOS"


def test_needs_el2(tmp_path):
    """Entered at EL1 it says so and does nothing else."""
    image = build(tmp_path, "examples/hello/hello.c", "qemu-virt")
    machine = subprocess.Popen(
        ["qemu-system-aarch64", "-machine", "virt,gic-version=3,virtualization=off", "-cpu",
         "cortex-a53", "-m", "128M", "-nodefaults", "-display", "none", "-serial", "stdio", "-kernel",
         image], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        assert machine.stdout.readline() == \
            b"native: entered at EL1; a program in mode native runs at EL2 (QEMU: virtualization=on)\r\n"
    finally:
        machine.kill()
        machine.wait()
        machine.stdout.close()
