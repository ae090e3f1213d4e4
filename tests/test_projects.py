# SPDX-License-Identifier: Apache-2.0
"""The commands around a project: new, config, completion."""
import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import termios

import pytest

import fakeimage
from fakeimage import good, refused, tnimage

from tenon import cli, manifest
from tenon.commands import config

COMMANDS = list(cli.COMMANDS)


# new

def test_new(tmp_path):
    good("new", "blinky", cwd=tmp_path)
    folder = tmp_path / "blinky"
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert files == [".gitignore", "README.md", "src/main.c", "tnimage.toml"]
    assert all("@" not in (folder / name).read_text() for name in files)
    image = manifest.load(str(folder / "tnimage.toml"))
    assert (image.name, image.partitions[0].mode) == ("blinky", "bypass")
    assert refused(2, "new", "blinky", cwd=tmp_path) == \
        "blinky: already exists; choose another name"


def test_new_builds_and_runs(tmp_path):
    good("new", "blinky", cwd=tmp_path)
    folder = tmp_path / "blinky"
    assert tnimage("build", cwd=folder).returncode == 0
    done = tnimage("run", "blinky.img", "--timeout", "240", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.replace("\r", "").endswith("blinky: round 5 of 5\n")


def test_new_manifest_names_every_key(tmp_path):
    """What is commented out is true: each key is known, and none is missing."""
    good("new", "blinky", cwd=tmp_path)
    path = tmp_path / "blinky" / "tnimage.toml"
    path.write_text(re.sub(r"^# (\w+ = )", r"\1", path.read_text(), flags=re.M))
    manifest.load(str(path))
    path.write_text(re.sub(r"^#   ", "", path.read_text(), flags=re.M))
    image = manifest.load(str(path))
    assert [partition.mode for partition in image.partitions] == [
        "bypass", "linux", "slot", "bypass", "tenon"]
    keys = re.findall(r"^(\w+) = ", path.read_text(), re.M)
    assert set(keys) == {*manifest.IMAGE_KEYS, *manifest.PARTITION_KEYS}


@pytest.mark.parametrize("words, code, message", [
    (["9lives"], 2, "'9lives': not a project name; use up to 31 letters, digits, '-' and '_', "
     "a letter first"),
    (["a", "--board", "zcu103"], 3, "unknown board 'zcu103'; did you mean 'zcu102'?"),
    (["no/a\nb"], 2, "'no/a\\nb': not a project name; use up to 31 letters, digits, '-' and '_', "
     "a letter first"),
])
def test_new_refuses(tmp_path, words, code, message):
    assert refused(code, "new", *words, cwd=tmp_path) == message
    assert os.listdir(tmp_path) == []


# config

MANIFEST = """\
[image]
name = "x"

[[partition]]
name = "one"          # the first
src = ["a.c"]
options = {
  OLD = 1,  # ]}
  TEXT = "}",
}

[[partition]]
name = "two"
libs = ["crc32"]
[partition.options]
OLD = 1

[[channel]]
"""


def test_config_edits_only_its_keys():
    lines = config.edit(MANIFEST.splitlines(), 0, "options", "{ NEW = 2 }")
    assert lines[4:9] == ['name = "one"          # the first', 'src = ["a.c"]',
                          "options = { NEW = 2 }", "", "[[partition]]"]
    lines = config.edit(lines, 1, "options", "{ NEW = 3 }")
    assert lines[8:] == ["[[partition]]", 'name = "two"', 'libs = ["crc32"]',
                         "options = { NEW = 3 }", "", "[[channel]]"]
    lines = config.edit(lines, 1, "libs", "")
    assert lines[8:] == ["[[partition]]", 'name = "two"', "options = { NEW = 3 }", "",
                         "[[channel]]"]


def test_config_needs_a_terminal_and_a_manifest(tmp_path):
    assert refused(3, "config", cwd=tmp_path) == \
        "tnimage.toml: no such file; 'tnimage new NAME' makes a project with one"
    good("new", "blinky", cwd=tmp_path)
    assert refused(2, "config", "blinky", cwd=tmp_path) == \
        "config: the menu needs a terminal; without one, write 'options' into " \
        "blinky/tnimage.toml"
    assert refused(2, "config", "-p", "blinke", "blinky", cwd=tmp_path) == \
        "blinky/tnimage.toml: no partition 'blinke'; did you mean 'blinky'?"


def test_config_menu(tmp_path):
    """The first entry is switched on, saved, and the menu left."""
    good("new", "blinky", cwd=tmp_path)
    manifest_path = tmp_path / "blinky" / "tnimage.toml"
    before = manifest_path.read_text()
    pid, master = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", LINES="40", COLUMNS="120")
        os.execv(fakeimage.TNIMAGE, [fakeimage.TNIMAGE, "config", str(tmp_path / "blinky")])
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    for want, key in ((b"Quit", b" s"), (b"Filename", b"\n"), (b"saved to", b"\n"),
                      (b"", b"q"), (b"tnimage.toml: written", b"")):
        while want not in seen:
            seen += os.read(master, 4096)
        os.write(master, key)
    _, status = os.waitpid(pid, 0)
    os.close(master)
    assert os.waitstatus_to_exitcode(status) == 0
    added = set(manifest_path.read_text().splitlines()) - set(before.splitlines())
    assert len(added) == 1 and re.fullmatch(r'libs = \["[a-z0-9-]+"\]', added.pop())


# completion

@pytest.mark.parametrize("shell", ("bash", "zsh", "fish"))
def test_completion_knows_everything(shell):
    script = good("completion", shell)
    for word in (*COMMANDS, "--by" if shell != "fish" else "-l by", "partition"):
        assert word in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def complete(*words):
    """What bash offers for the last word."""
    script = good("completion", "bash") + (
        'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tnimage; echo "${COMPREPLY[*]}"\n')
    return subprocess.run(["bash", "-s", "tnimage", *words], input=script, text=True,
                          capture_output=True, check=True).stdout.split()


def test_completion_in_bash():
    assert complete("ver") == ["verify"]
    assert complete("run", "--bo") == ["--boot"]
    assert complete("run", "a.img", "--boot", "") == ["kernel", "uboot"]
    assert complete("completion", "") == ["-h", "--help", "bash", "zsh", "fish"]
