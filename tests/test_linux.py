# SPDX-License-Identifier: Apache-2.0
"""Debian's unmodified arm64 kernel as a partition, with an initial RAM disk of ours."""
import os
import re
import subprocess
import sys

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path[:0] = [os.path.join(TREE, "tools"), os.path.join(TREE, "tests")]

import linuxkit  # noqa: E402
from tenon import board as boards  # noqa: E402
from tenon import cache, channel  # noqa: E402

TNIMAGE = os.path.join(TREE, "tools", "tnimage")


def tnimage(*words, **kwargs):
    return subprocess.run([TNIMAGE, *words], capture_output=True, errors="replace", timeout=900,
                          check=False, stdin=subprocess.DEVNULL, **kwargs)


def build(folder, board, cpus, action, rest="", more=""):
    """An image with a Linux partition that ends as `action` says, and what `rest` describes."""
    (folder / "tnimage.toml").write_text(
        f'[image]\nname = "linux"\nboard = "{board}"\n{rest}[[partition]]\nname = "linux"\n'
        f'mode = "linux"\nkernel = "{cache.linux()}"\ninitrd = "{linuxkit.make_initrd(folder)}"\n'
        f'cpus = {cpus}\nram = "256M"\n{more}cmdline = "console=ttyAMA0 panic=1 do={action}"\n')
    done = tnimage("build", "-f", "tnimage.toml", "-o", "linux.img", cwd=folder)
    assert done.returncode == 0, done.stderr
    return str(folder / "linux.img")


def run(image, *words):
    """(exit code, what Linux's first program said, what Mortise said)"""
    done = tnimage("run", image, "--timeout", "800", *words)
    lines = done.stdout.replace("\r", "").split("\n")
    said = [line for line in lines if line.startswith("linux: ")]
    return done.returncode, said, [line for line in lines if line.startswith("mortise: partition")]


@pytest.mark.parametrize("board,cpus,online,words", (
    ("qemu-virt", [0, 1, 2, 3], "0-3", ()),
    ("qemu-virt-gicv2", [2, 3], "0-1", ()),
    ("qemu-virt", [0], "0", ("--boot", "uboot", "--quiet-boot"))))
def test_boots_and_powers_off(tmp_path, board, cpus, online, words):
    """To user space and back, on one CPU and on several, through both ways of booting."""
    code, said, ours = run(build(tmp_path, board, cpus, "poweroff"), *words)
    assert code == 0 and not ours, (said, ours)
    assert said[0] == "linux: first user instruction"
    assert said[2:] == [f"linux: cpus {online}", "linux: ends"], said


@pytest.mark.parametrize("board", ("qemu-virt", "qemu-virt-gicv2"))
def test_shares_its_cpu(tmp_path, board):
    """Linux in what a loop leaves of one CPU, from its loading to its end: the loop misses nothing."""
    loop = os.path.join(TREE, "tests", "partitions", "pool.c")
    (tmp_path / "tnimage.toml").write_text(
        f'[image]\nname = "linux"\nboard = "{board}"\n[[pool]]\nname = "p"\ncpus = [0]\n'
        f'[[partition]]\nname = "loop"\nsrc = ["{loop}"]\npool = "p"\npriority = 200\n'
        'args = ["periodic", "1000", "200", "2500"]\nconsole = "shared"\n'
        f'[[partition]]\nname = "linux"\nmode = "linux"\nkernel = "{cache.linux()}"\npool = "p"\n'
        f'initrd = "{linuxkit.make_initrd(tmp_path)}"\nram = "256M"\n'
        'cmdline = "console=ttyAMA0 panic=1 do=poweroff"\n')
    done = tnimage("build", "-f", "tnimage.toml", "-o", "linux.img", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "linux.img", "--icount", "--timeout", "800", cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "linux: first user instruction" in done.stdout and "linux: ends" in done.stdout
    late, _, missed = map(int, re.findall(r"\[loop\] start (\d+) response (\d+) missed (\d+)",
                                          done.stdout)[0])
    assert late < 5000 and missed == 0


@pytest.mark.parametrize("board", ("qemu-virt", "qemu-virt-gicv2"))
def test_restarts_alone(tmp_path, board):
    """It panics on whichever CPU and begins again with all of them; its neighbour does not."""
    ticks = os.path.join(TREE, "tests", "partitions", "ticks.c")
    rest = '[[partition]]\nname = "ticks"\nmode = "bypass"\ncpus = [0]\nirqs = [27]\n' \
           f'src = ["{ticks}"]\nargs = ["0"]\n'
    image = build(tmp_path, board, [1, 2], "crash", rest,
                  'restart = "fault"\nrestart_times = 1\nrestart_window_ms = 0\n')
    code, said, ours = run(image)
    assert said.count("linux: first user instruction") == 2, said
    assert said.count("linux: cpus 0-1") == 2, said
    assert ours == ['mortise: partition 1 "linux" restarts',
                    'mortise: partition 1 "linux" is not restarted any more'], ours
    assert code == 0


CHANNELS = (("ask", "linux", "peer", "message"), ("answer", "peer", "linux", "message"),
            ("set", "linux", "peer", "latest"), ("state", "peer", "linux", "latest"),
            ("knock", "linux", "peer", "doorbell"), ("bell", "peer", "linux", "doorbell"),
            ("spoil", "linux", "peer", "message"))
CONSOLE = {"zcu102": "ttyPS0"}
SAID = ("no module, no wait", "polled", "notified", "values", "doorbells", "wrong side", "list",
        "send and receive", "watch", "hex and polled", "value", "nothing comes", "ring", "refusals",
        "out of reach", "rings at random", "forged", "still answers")


def created(folder, board, mode, rows):
    """The tables of a slot `peer`, and of who creates echo.c in it."""
    sources = os.path.join(TREE, "tests", "partitions")
    (folder / "peer.toml").write_text(f'[image]\nboard = "{board}"\n[[partition]]\nname = "peer"\nmode = "{mode}"\n'
                                      f'src = ["{sources}/echo.c"]\n' + "".join(rows))
    done = tnimage("build", "-f", "peer.toml", "--format", "part", "-o", "peer.part", cwd=folder)
    assert done.returncode == 0, done.stderr
    flags = ", ".join(f"""'-D{name}_PART="{folder}/peer.part"'""" for name in ("END", "SPIN"))
    return f'[[partition]]\nname = "creator"\ncpus = [0]\nsrc = ["{sources}/creator_waits.c", "{sources}/parts.S"]\n' \
           f'args = ["peer", "1"]\ncflags = [{flags}]\nconsole = "shared"\n' \
           '[[partition]]\nname = "peer"\nmode = "slot"\ncpus = [3]\nram = "256K"\n'


def build_channels(folder, board, mode, cpus, more="", words="", slot=False):
    """Linux with tests/linux/channels.c, and tests/partitions/echo.c as its peer."""
    rows = []
    for name, source, to, kind in CHANNELS:
        rows.append(f'[[channel]]\nname = "{name}"\nfrom = "{source}"\nto = "{to}"\n'
                    f'kind = "{kind}"\n' + ("size = 64\n" if kind != "doorbell" else "")
                    + ("notify = true\n" if name != "spoil" else ""))
    bells = channel.bells(boards.load(board))
    peer = f'[[partition]]\nname = "peer"\nmode = "{mode}"\ncpus = [0]\nsrc = ["{TREE}/tests/partitions/echo.c"]\n'
    (folder / "tnimage.toml").write_text(
        f'[image]\nname = "channels"\nboard = "{board}"\n{created(folder, board, mode, rows) if slot else peer}'
        f'[[partition]]\nname = "linux"\nmode = "linux"\nkernel = "{cache.linux()}"\n'
        f'initrd = "{linuxkit.make_channels(folder, bells)}"\ncpus = {cpus}\nram = "256M"\n{more}'
        f'cmdline = "console={CONSOLE.get(board, "ttyAMA0")} quiet panic=-1{words}"\n' + "".join(rows))
    done = tnimage("build", "-f", "tnimage.toml", "-o", "channels.img", cwd=folder)
    assert done.returncode == 0, done.stderr
    return str(folder / "channels.img")


@pytest.mark.parametrize("board,mode,cpus", (("qemu-virt", "bypass", [2]),
                                             ("qemu-virt-gicv2", "tenon", [1, 2]),
                                             ("zcu102", "bypass", [1, 2])))
def test_channels(tmp_path, board, mode, cpus):
    """Polled and notified, by library and tool; a hostile program spoils its own messages only."""
    code, said, ours = run(build_channels(tmp_path, board, mode, cpus))
    assert (code, ours) == (0, []), said
    assert said == [f"linux: {what} ok" for what in SAID]


def test_channels_of_a_slot(tmp_path):
    """The same, with a peer that is created while Linux boots."""
    code, said, _ = run(build_channels(tmp_path, "qemu-virt", "bypass", [1, 2], slot=True))
    assert code == 0, said
    assert [line for line in said if line.startswith("linux: ")] == [f"linux: {what} ok" for what in SAID]


def test_channels_survive_a_restart(tmp_path):
    """Linux dies while it sends and rings; its peer, and Linux when it is back, go on."""
    image = build_channels(tmp_path, "qemu-virt", "bypass", [1, 2], 'restart = "fault"\n',
                           " do=twice")
    code, said, ours = run(image)
    assert said == ["linux: notified ok", "linux: goes on ok", "linux: notified again ok"], said
    assert ours == ['mortise: partition 1 "linux" restarts'] and code == 0, ours


def test_mixed(tmp_path):
    """examples/mixed: Linux dies and comes back, setpoints arrive, the loop misses no cycle."""
    example = os.path.join(TREE, "examples", "mixed")
    out = os.path.join(TREE, "build", "mixed")
    subprocess.run(["make", "-C", example, f"{out}/initrd", f"{out}/vmlinuz", f"OUT={out}"],
                   check=True, capture_output=True)
    image = str(tmp_path / "mixed.img")
    done = tnimage("build", "-f", os.path.join(example, "tnimage.toml"), "-o", image)
    assert done.returncode == 0, done.stderr
    split = tmp_path / "split"
    done = tnimage("run", image, "--timeout", "800", "--icount", "--split", str(split))
    lines = done.stdout.replace("\r", "").split("\n")
    told = [line for line in lines if line.startswith(("linux: ", "mortise: ", "[loop] "))]
    assert told[:3] == ["linux: up, 0 setpoints done", 'mortise: partition 2 "linux" restarts',
                        "linux: up, 2 setpoints done"], lines
    assert len(told) == 4 and told[3].endswith("cycles, missed: 0"), lines
    assert any(line.startswith("[monitor] setpoint ") for line in lines), lines
    assert (split / "linux.txt").read_text(errors="replace").count("linux: up, ") == 2
    assert (split / "loop.txt").read_text() == told[3].removeprefix("[loop] ") + "\n"
    assert (split / "mortise.txt").read_text() == told[1] + "\n"
    assert (split / "monitor.txt").read_text().startswith("setpoint ")
    assert done.returncode == 0
