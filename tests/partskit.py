# SPDX-License-Identifier: Apache-2.0
"""Images of partitions from tests/partitions, built from a manifest and run to their end."""
import os
import subprocess

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
SOURCES = os.path.join(TREE, "tests", "partitions")
BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")


def tnimage(*words, timeout=600, **kwargs):
    """Run the tool; what it says is the caller's to judge."""
    return subprocess.run([TNIMAGE, *words], capture_output=True, errors="replace", timeout=timeout,
                          check=False, stdin=subprocess.DEVNULL, **kwargs)


def partition(name, source, **keys):
    """The lines of a [[partition]]; keys as TOML has them."""
    text = f'[[partition]]\nname = "{name}"\nsrc = ["{os.path.join(SOURCES, source)}"]\n'
    return text + "".join(f"{key} = {value}\n" for key, value in keys.items())


def build(folder, board, *tables, image=""):
    """An image of these tables; its path.  `image`: more lines of [image]."""
    (folder / "tnimage.toml").write_text(f'[image]\nname = "parts"\nboard = "{board}"\n{image}'
                                         + "".join(tables))
    done = tnimage("build", "-f", "tnimage.toml", "-o", "parts.img", cwd=folder)
    assert done.returncode == 0, done.stderr
    return str(folder / "parts.img")


def run(folder, board, *tables, image="", seconds=200):
    """(exit code, lines) of an image of these tables, after so many seconds at most."""
    done = tnimage("run", build(folder, board, *tables, image=image), "--timeout", str(seconds),
                   timeout=seconds + 60)
    return done.returncode, done.stdout.replace("\r", "").split("\n")
