# SPDX-License-Identifier: Apache-2.0
"""Every `*_test.c` of the pool, compiled for this machine with its library and run.

A test is linked with its library and with what that selects; functions that the test defines
itself stand in for a library's (a clock, registers). All runs are under AddressSanitizer and
UndefinedBehaviorSanitizer, those whose name ends in `_tsan_test.c` under ThreadSanitizer.
Options have their defaults, or what the test's first comment says (`CONFIG_X=1`). A source that
this machine cannot compile (`core/crc32/crc32.c` is made of AArch64 instructions) may have a
stand-in of the same name in `image/host/`.
"""
import os
import re
import subprocess
import sys

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TREE, "tools"))

from tenon.pool import Pool  # noqa: E402  (the path must be set first)

FLAGS = ("-std=gnu11", "-g", "-O1", "-fno-omit-frame-pointer", "-Wall", "-Wextra", "-Werror",
         "-Wno-unused-function", "-pthread", "-fno-sanitize-recover=all")
POOL = Pool()


def unit_tests():
    """(test source, its Library) of every library that has tests."""
    for library in POOL.libraries.values():
        for name in sorted(os.listdir(os.path.join(TREE, library.path))):
            if name.endswith("_test.c"):
                yield os.path.join(library.path, name), library


def needed(*libraries):
    """The libraries and, transitively, what they select."""
    found = list(libraries)
    for entry in found:
        found += [lib for lib in map(POOL.libraries.get, entry.selects) if lib not in found]
    return found


def sources(library):
    """What is compiled of a library on this machine."""
    for source in library.sources:
        stand_in = os.path.join("image/host", os.path.basename(source))
        if os.path.exists(os.path.join(TREE, stand_in)):
            yield stand_in
        elif source.endswith(".c"):
            yield source


def config(test, libraries):
    """-D flags for the options of these libraries: their defaults, or what the test says."""
    with open(os.path.join(TREE, test), encoding="utf-8") as file:
        wanted = dict(re.findall(r"\bCONFIG_(\w+)=(\w+)", file.read().split("*/")[1]))
    kconf = POOL.kconfig(None)
    for library in libraries:
        kconf.syms[library.symbol].set_value(2)
    for name in (name for library in libraries for name in library.options):
        value = kconf.syms[name].str_value
        value = wanted.pop(name, {"y": "1", "n": "0"}.get(value, value))
        yield f"-DCONFIG_{name}={value}"
    assert not wanted, f"{test}: no library has the options {', '.join(wanted)}"


def run(*command):
    """The process, which may fail."""
    return subprocess.run(command, cwd=TREE, capture_output=True, text=True, timeout=300,
                          check=False)


def compile_to(folder, source, flags):
    """(object file, "") or (None, what the compiler said)."""
    made = os.path.join(folder, source.replace("/", "_") + ".o")
    result = run("clang", *flags, "-c", source, "-o", made)
    return (made, "") if result.returncode == 0 else (None, result.stderr)


def compile_needed(folder, libraries, flags):
    """Object files of those sources that this machine can compile; what is missed in vain is an
    error of the link."""
    for source in (source for library in libraries for source in sources(library)):
        made, _ = compile_to(folder, source, flags)
        if made:
            yield made


@pytest.mark.parametrize("test, library", [pytest.param(*pair, id=pair[0]) for pair in unit_tests()])
def test_unit(test, library, tmp_path):
    libraries = needed(library)
    headers = needed(POOL.libraries["LIB_BASE"], POOL.libraries["LIB_TEST"], library)
    sanitizer = "thread" if test.endswith("_tsan_test.c") else "address,undefined"
    flags = [*FLAGS, f"-fsanitize={sanitizer}", *config(test, libraries),
             *(f"-I{lib.include}" for lib in headers if lib.include)]
    program, archive = tmp_path / "test", tmp_path / "needed.a"
    objects = []
    for source in (test, *sources(library)):
        made, error = compile_to(tmp_path, source, flags)
        assert made, error
        objects.append(made)
    # An archive: what the test defines itself stands in for the library's.
    run("ar", "rc", archive, *compile_needed(tmp_path, libraries[1:], flags))
    link = run("clang", *flags, *objects, archive, "-o", program)
    assert link.returncode == 0, link.stderr
    result = run(program)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.endswith(" passed, 0 failed\n"), result.stdout
