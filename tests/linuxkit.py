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


def make_initrd(folder):
    """The initial RAM disk with tests/linux/init.c; returns its path."""
    init = compile_static(os.path.join(SOURCES, "init.c"), str(folder / "init"))
    path = str(folder / "initrd")
    subprocess.run([os.path.join(TREE, "tools", "linux", "initrd"), path, f"init={init}"],
                   check=True)
    return path
