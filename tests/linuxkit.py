# SPDX-License-Identifier: Apache-2.0
"""A Linux partition for tests: Debian's kernel from the cache, and an initial RAM disk of ours."""
import os
import subprocess
import sys

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TREE, "tools"))

from tenon import cache  # noqa: E402

SOURCES = os.path.join(TREE, "tests", "linux")


def compile_static(source, out, *flags):
    """A static program without a C library for arm64 Linux."""
    subprocess.run(
        ["clang", "--target=aarch64-linux-gnu", "-ffreestanding", "-nostdlib", "-static", "-Os",
         "-Wall", "-Werror", "-fno-pic", "-fno-stack-protector", "-fuse-ld=lld",
         "-fno-asynchronous-unwind-tables", *flags, source, "-o", out], check=True)
    return out


def make_channels(folder, bells):
    """An initial RAM disk with tests/linux/channels.c, tnchan and the kernel's modules; returns its
    path. `bells` is where the board has the page of doorbells."""
    folder = str(folder)
    linux, core = os.path.join(TREE, "tools", "linux"), os.path.join(TREE, "core")
    subprocess.run(["make", "-s", "-C", linux, f"OUT={folder}"], check=True)
    subprocess.run(
        ["aarch64-linux-gnu-gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-static",
         f"-DTN_TEST_BELLS={bells:#x}", f"-I{linux}/include",
         *(f"-I{core}/{name}/include" for name in ("abi", "base", "chan", "latest", "ring")),
         os.path.join(SOURCES, "channels.c"), f"{folder}/libtnchan.a", "-o", f"{folder}/channels"],
        check=True)
    path = os.path.join(folder, "initrd")
    subprocess.run(
        [os.path.join(linux, "initrd"), path, f"init={folder}/channels", f"bin/tnchan={folder}/tnchan",
         *(f"lib/{name}.ko={cache.linux_module(name)}" for name in ("evdev", "gpio_keys"))],
        check=True)
    return path


def make_initrd(folder):
    """The initial RAM disk with tests/linux/init.c; returns its path."""
    init = compile_static(os.path.join(SOURCES, "init.c"), str(folder / "init"))
    path = str(folder / "initrd")
    subprocess.run([os.path.join(TREE, "tools", "linux", "initrd"), path, f"init={init}"],
                   check=True)
    return path
