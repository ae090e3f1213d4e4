# SPDX-License-Identifier: Apache-2.0
"""A hostile kernel on one CPU or two beside a control loop and the other end of its channels; programs
that have every right and use it at random.

TENON_TRIES and TENON_SEED in the environment choose how much and what is tried; `make stress` runs
millions.
"""
import os
import subprocess
import sys

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TREE, "tools"))

from partskit import partition, run  # noqa: E402
from tenon import board, channel  # noqa: E402
from test_create import SLOT, creator  # noqa: E402

TNIMAGE = os.path.join(TREE, "tools", "tnimage")
RAW = os.path.join(TREE, "tests", "raw")
SOURCES = os.path.join(TREE, "tests", "partitions")
BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")
TRIES = int(os.environ.get("TENON_TRIES", "20000"))
SEED = int(os.environ.get("TENON_SEED", "1"))
SECONDS = 200 + TRIES // 50  # what a run may take
OFFSET = 0x80000  # of an image without a header from the beginning of RAM


def compile_enemy(folder, name, both, pool=False):
    """The kernel as a flat image for a board, for two CPUs or one; returns its path."""
    machine = board.load(name)
    gic = machine.gic
    facts = {"GICD": gic["gicd"]["base"], "GICR": gic.get("gicr", {}).get("base", 0x8100000),
             "GICC": gic.get("gicc", {}).get("base", 0x8200000), "UART": machine.console()["base"],
             "RAM": machine.ram[0]["base"], "RAM_SIZE": 4 << 20, "GIC": gic["version"],
             "SECOND": 3, "BOTH": both, "POOL": pool,
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
    return subprocess.run([TNIMAGE, *words], capture_output=True, errors="replace", timeout=SECONDS + 60,
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
    done = tnimage("run", "enemy.img", "--timeout", str(SECONDS), cwd=tmp_path)
    lines = done.stdout.replace("\r", "").split("\n")
    assert (done.returncode, lines) == (0, [""])


def manager(folder, name, seed, peer, cpu):
    """One that calls LIFE and CREATE at random, and then awaits its peer; a call may be a life."""
    text = creator(folder, "qemu-virt" if folder.name == "v3" else "qemu-virt-gicv2", "hostile_life.c",
                   "bypass", cpus=f"[{cpu}]", args=f'["{TRIES // 10}", "{seed}", "{peer}"]')
    return text.replace('name = "creator"', f'name = "{name}"')


@pytest.mark.parametrize("name", BOARDS[:2])
def test_two_managers(tmp_path, name):
    """They start, pause, stop, create and destroy the same two partitions; a loop misses nothing."""
    folder = tmp_path / ("v3" if name == "qemu-virt" else "v2")
    folder.mkdir()
    assert run(folder, name, manager(folder, "first", SEED, "-", 0),
               partition("victim", "victim.c", args=f'["{max(200, TRIES // 100)}"]', irqs="[27]", cpus="[3]"),
               manager(folder, "second", SEED + 1000, "first", 2), SLOT,
               partition("other", "status.c", cpus="[1]", start='"demand"', args='["1", "0"]'),
               seconds=SECONDS) == (0, [""])


@pytest.mark.parametrize("name,policy,cpus,colours", (
    ("qemu-virt", "fixed", [1], ""), ("qemu-virt-gicv2", "edf", [1], ""), ("zcu102", "fixed", [1, 2], "colours"),
    ("qemu-virt", "edf", [1, 2], ""), ("qemu-virt-gicv2", "fixed", [1, 2], "")))
def test_instances_of_a_pool(tmp_path, name, policy, cpus, colours):
    """Random calls, SCHED among them, of three that share a CPU or move between two; the loop on another
    is in time.  Once in an image whose Mortise has colours."""
    budget = {"budget_us": 3000, "period_us": 10000} if policy == "edf" else {}
    caps = '["CONSOLE", "IRQ", "POWER", "TIMER", "TIME", "INJECT", "REGISTERS", "MEMORY", "SCHED", "MAP"]'
    own = {"colours": "[0]"} if colours else {}
    code, lines = run(
        tmp_path, name, partition("victim", "victim.c", args='["200"]', irqs="[27]", cpus="[0]", **own),
        *(partition(f"enemy{i}", "hostile.c", pool='"p"', args=f'["{TRIES}", "{SEED + i}"]', caps=caps,
                    migrate=str(len(cpus) > 1).lower(), **budget) for i in range(3)),
        f'[[pool]]\nname = "p"\ncpus = {cpus}\npolicy = "{policy}"\n', seconds=SECONDS,
        image='memory_pool = "4M"\n' + ('colours = "15"\n' if colours else ""))
    assert code == 0 and all(line.startswith("[enemy") for line in lines if line), lines


@pytest.mark.parametrize("name", BOARDS)
def test_groups_from_two_cpus(tmp_path, name):
    """Both CPUs of a partition call at random: watchdog, memory, translation tables, all groups."""
    caps = '["CONSOLE", "POWER", "TIME", "INJECT", "REGISTERS", "MEMORY", "MAP", "WATCHDOG"]'
    first = name == BOARDS[0]
    watched = {"watchdog_ms": "60000"} if first else {}
    code, lines = run(
        tmp_path, name, partition("victim", "victim.c", args='["200"]', irqs="[27]", cpus="[0]"),
        partition("enemy", "hostile_smp.c", mode='"tenon"', cpus="[1, 2]", caps=caps, **watched,
                  args=f'["{TRIES if first else TRIES // 4}", "{SEED}"]'),
        partition("memory", "memory.c", cpus="[3]", args='["1"]'), image='memory_pool = "16M"\n',
        seconds=SECONDS)
    assert code == 0 and all(line.startswith("[enemy") for line in lines if line), lines


@pytest.mark.parametrize("name,colours", (("qemu-virt", ""), ("qemu-virt-gicv2", ""), ("zcu102", "colours")))
def test_hostile_kernel_of_a_pool(tmp_path, name, colours):
    """The most urgent on a CPU that it shares: it has its budget of that CPU and no more."""
    flat = compile_enemy(tmp_path, name, False, pool=True)
    (tmp_path / "tnimage.toml").write_text(f"""\
[image]
name = "enemy"
board = "{name}"
{'colours = "15"' if colours else ""}

[[pool]]
name = "p"
cpus = [0]

[[partition]]
name = "enemy"
mode = "raw"
kernel = "{flat}"
ram = "4M"
console = "none"
pool = "p"
priority = 255
budget_us = 2000
period_us = 10000
{'colours = "0-7"' if colours else ""}

[[partition]]
name = "loop"
src = "{SOURCES}/pool.c"
args = ["periodic", "10000", "7700", "12"]
pool = "p"
priority = 100
console = "shared"
""")
    done = tnimage("build", "-f", "tnimage.toml", "-o", "enemy.img", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "enemy.img", "--icount", "--timeout", str(SECONDS), cwd=tmp_path)
    lines = done.stdout.replace("\r", "").split("\n")
    assert done.returncode == 0 and lines[1:] == [""] and lines[0].endswith(" missed 0"), lines
