# SPDX-License-Identifier: Apache-2.0
"""A hostile kernel on one CPU or two beside a control loop and the other end of its channels.

TENON_TRIES and TENON_SEED in the environment choose how much and what is tried; `make stress` runs
millions.
"""
import os
import subprocess
import sys

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TREE, "tools"))

from tenon import board, channel  # noqa: E402

TNIMAGE = os.path.join(TREE, "tools", "tnimage")
RAW = os.path.join(TREE, "tests", "raw")
SOURCES = os.path.join(TREE, "tests", "partitions")
BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")
TRIES = int(os.environ.get("TENON_TRIES", "20000"))
SEED = int(os.environ.get("TENON_SEED", "1"))
OFFSET = 0x80000  # of an image without a header from the beginning of RAM


def compile_enemy(folder, name, both):
    """The kernel as a flat image for a board, for two CPUs or one; returns its path."""
    machine = board.load(name)
    gic = machine.gic
    facts = {"GICD": gic["gicd"]["base"], "GICR": gic.get("gicr", {}).get("base", 0x8100000),
             "GICC": gic.get("gicc", {}).get("base", 0x8200000), "UART": machine.console()["base"],
             "RAM": machine.ram[0]["base"], "RAM_SIZE": 4 << 20, "GIC": gic["version"],
             "SECOND": 3, "BOTH": both,
             "BELLS": channel.bells(machine), "FORGED": machine.ram_ipa - channel.WINDOW, "TRIES": TRIES, "SEED": SEED}
    elf, flat = str(folder / "enemy.elf"), str(folder / "enemy.flat")
    subprocess.run(
        ["clang", "-Wl,-e,start", "--target=aarch64-none-elf", "-ffreestanding", "-nostdlib",
         "-O1", "-Wall", "-Werror", "-mgeneral-regs-only", "-mstrict-align", "-fno-pic",
         "-fuse-ld=lld", *(f"-DTN_{key}={value:#x}ull" for key, value in facts.items()),
         f"-Wl,-T,{RAW}/link.ld", f"-Wl,--defsym=BASE={machine.ram[0]['base'] + OFFSET:#x}",
         f"{RAW}/start.S", f"{RAW}/enemy.c", "-o", elf], check=True)
    subprocess.run(["llvm-objcopy", "-O", "binary", elf, flat], check=True)
    return flat


def tnimage(*words, **kwargs):
    return subprocess.run([TNIMAGE, *words], capture_output=True, errors="replace", timeout=7200,
                          check=False, stdin=subprocess.DEVNULL, **kwargs)


@pytest.mark.parametrize("name,cpus", [*((name, [2, 3]) for name in BOARDS), ("qemu-virt", [2])])
def test_hostile_kernel(tmp_path, name, cpus):
    """Nobody but itself is the worse for it, and Mortise says nothing."""
    flat = compile_enemy(tmp_path, name, len(cpus) == 2)
    (tmp_path / "tnimage.toml").write_text(f"""\
[image]
name = "enemy"
board = "{name}"

[[partition]]
name = "victim"
src = "{SOURCES}/victim.c"
args = ["{max(200, TRIES // 100)}"]
irqs = [27]

[[partition]]
name = "target"
src = "{SOURCES}/target.c"
args = ["50"]

[[partition]]
name = "enemy"
mode = "raw"
kernel = "{flat}"
cpus = {cpus}
ram = "4M"
console = "none"

[[channel]]
name = "forged"
from = "enemy"
to = "target"
kind = "message"
size = 48

[[channel]]
name = "storm"
from = "enemy"
to = "target"
kind = "doorbell"
""")
    done = tnimage("build", "-f", "tnimage.toml", "-o", "enemy.img", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "enemy.img", "--timeout", str(300 + TRIES // 100), cwd=tmp_path)
    lines = done.stdout.replace("\r", "").split("\n")
    assert (done.returncode, lines) == (0, [""])
