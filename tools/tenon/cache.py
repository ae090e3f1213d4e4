# SPDX-License-Identifier: Apache-2.0
"""Where third-party code lies, outside the tree, and whether it is up to date.

`tools/setup` fills the cache (tenon.thirdparty does the work); everything else only asks here
for a path and gets a Refusal that names the cure when the entry is missing.
"""
import glob
import os
import re

from tenon import errors, paths

# What newlib's headers must be told so that they declare what the runtimes supply: clocks,
# sleeping, timers, threads. newlib itself tests only for these macros, never for their value.
_POSIX = (
    "_POSIX_TIMERS", "_POSIX_MONOTONIC_CLOCK", "_POSIX_CLOCK_SELECTION", "_POSIX_TIMEOUTS",
    "_POSIX_CPUTIME", "_POSIX_THREAD_CPUTIME",
    "_POSIX_REALTIME_SIGNALS", "_POSIX_THREADS", "_POSIX_PRIORITY_SCHEDULING",
    "_POSIX_THREAD_PRIORITY_SCHEDULING", "_POSIX_THREAD_PRIO_INHERIT",
    "_POSIX_THREAD_PRIO_PROTECT", "_POSIX_THREAD_ATTR_STACKSIZE",
    "_POSIX_THREAD_ATTR_STACKADDR", "_POSIX_READER_WRITER_LOCKS", "_POSIX_BARRIERS",
    "_POSIX_SPIN_LOCKS", "_POSIX_SEMAPHORES",
)
LIBC_DEFINES = tuple(f"-D{name}=200809L" for name in _POSIX) + (
    "-D_UNIX98_THREAD_MUTEX_ATTRIBUTES=1",
    "-D_POSIX_SPORADIC_SERVER=-1", "-D_POSIX_THREAD_SPORADIC_SERVER=-1",  # not offered
    # newlib's own default is int, which loses half of an ssize_t and clashes with lwIP.
    "-D_READ_WRITE_RETURN_TYPE=_ssize_t",
    # Each thread has its own errno and the like: __getreent() says whose.
    "-D__DYNAMIC_REENT__",
)


def folder():
    """The cache: $TENON_CACHE, or tenonos under the user's cache folder."""
    given = os.environ.get("TENON_CACHE")
    if given:
        return os.path.abspath(given)
    return os.path.join(os.path.expanduser("~"), ".cache", "tenonos")


def cure():
    """The command that installs what is missing, as the user can type it here."""
    if os.path.exists(paths.inside("Makefile")):
        return "make setup"
    return paths.inside("tools", "setup")


def _entry(name, *need):
    path = os.path.join(folder(), name)
    for item in need:
        if not os.path.exists(os.path.join(path, item)):
            raise errors.Refusal(
                errors.TOOL, f"{os.path.join(path, item)}: {name} is missing; run '{cure()}'")
    return path


def newlib():
    """The folder with newlib's include/, lib/libc.a and lib/libm.a."""
    return _entry("newlib", "include/stdio.h", "lib/libc.a", "lib/libm.a")


def newlib_extra():
    """The folder with lib/libstring.a, lib/libstringv.a (speed) and lib/libposix.a."""
    return _entry("newlib-extra", "lib/libstring.a", "lib/libstringv.a", "lib/libposix.a")


def libfdt():
    """The folder with libfdt's sources (*.c, private headers) and include/libfdt.h."""
    return _entry("libfdt", "fdt.c", "include/libfdt.h")


def lwip():
    """lwIP's source tree: src/."""
    return _entry("lwip", "src/include/lwip/opt.h")


def uboot(elf):
    """A U-Boot of the cache as an ELF file, by a board's [uboot] elf: FOLDER/FILE."""
    name, file = elf.split("/")
    return os.path.join(_entry(name, file), file)


def linux():
    """Debian's arm64 kernel: an Image."""
    return os.path.join(_entry("linux", "vmlinuz"), "vmlinuz")


def linux_module(name):
    """A module of that kernel: evdev or gpio_keys."""
    return os.path.join(_entry("linux", f"{name}.ko"), f"{name}.ko")


def libgcc():
    """The newest libgcc.a for AArch64: the compiler builtins."""
    found = glob.glob("/usr/lib/gcc-cross/aarch64-linux-gnu/*/libgcc.a")
    found += glob.glob("/usr/lib/gcc/aarch64-linux-gnu/*/libgcc.a")
    if not found:
        raise errors.Refusal(
            errors.TOOL, f"libgcc.a for AArch64 is missing; run '{cure()}'")
    return max(found, key=lambda path: [int(n) for n in re.findall(r"/(\d+)", path)])
