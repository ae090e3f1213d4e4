# SPDX-License-Identifier: Apache-2.0
"""A Linux partition for tests: Debian's kernel from the cache, and an initial RAM disk of ours."""
import os
import subprocess

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
SOURCES = os.path.join(TREE, "tests", "linux")


def compile_static(source, out, *flags):
    """A static program without a C library for arm64 Linux."""
    subprocess.run(
        ["clang", "--target=aarch64-linux-gnu", "-ffreestanding", "-nostdlib", "-static", "-Os",
         "-Wall", "-Werror", "-fno-pic", "-fno-stack-protector", "-fuse-ld=lld",
         "-fno-asynchronous-unwind-tables", *flags, source, "-o", out], check=True)
    return out


def entry(name, mode, data, number):
    """One file of a `newc` archive (the kernel's Documentation, initramfs buffer format)."""
    encoded = name.encode() + b"\0"
    head = "070701" + "".join(f"{value:08x}" for value in (
        number, mode, 0, 0, 1, 0, len(data), 0, 0, 5 if name == "dev/console" else 0,
        1 if name == "dev/console" else 0, len(encoded), 0))
    text = head.encode() + encoded
    text += bytes(-len(text) % 4)
    return text + data + bytes(-len(data) % 4)


def initrd(path, files):
    """Write an archive with a console and {name: path of a program or file}."""
    parts = [entry("dev", 0o40755, b"", 1), entry("dev/console", 0o20600, b"", 2)]
    for number, (name, source) in enumerate(files.items(), 3):
        with open(source, "rb") as file:
            parts.append(entry(name, 0o100755, file.read(), number))
    parts.append(entry("TRAILER!!!", 0, b"", 0))
    with open(path, "wb") as file:
        file.write(b"".join(parts))
    return path


def make_initrd(folder):
    """The initial RAM disk with tests/linux/init.c; returns its path."""
    init = compile_static(os.path.join(SOURCES, "init.c"), str(folder / "init"))
    return initrd(str(folder / "initrd"), {"init": init})
