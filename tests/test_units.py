# SPDX-License-Identifier: Apache-2.0
"""Every `*_test.c` of the pool, compiled for this machine with its library and run.

A test sees what its library sees: its folder's headers and those of the libraries which the
Kconfig selects, and what these need is linked. All runs are under AddressSanitizer and
UndefinedBehaviorSanitizer, those whose name ends in `_tsan_test.c` under ThreadSanitizer. A
source that this machine cannot compile (`core/crc32/crc32.c` is made of AArch64 instructions)
has a stand-in of the same name in `image/host/`.
"""
import os
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


def needed(library):
    """The library and, transitively, what it selects."""
    found = [library]
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


def config(libraries):
    """-D flags for the options of these libraries, at their defaults."""
    kconf = POOL.kconfig(None)
    for library in libraries:
        kconf.syms[library.symbol].set_value(2)
    for name in (name for library in libraries for name in library.options):
        value = kconf.syms[name].str_value
        yield f"-DCONFIG_{name}={ {'y': '1', 'n': '0'}.get(value, value) }"


@pytest.mark.parametrize("test, library", [pytest.param(*pair, id=pair[0]) for pair in unit_tests()])
def test_unit(test, library, tmp_path):
    libraries = needed(library)
    direct = [library, *map(POOL.libraries.get, ["LIB_BASE", "LIB_TEST", *library.selects])]
    sanitizer = "thread" if test.endswith("_tsan_test.c") else "address,undefined"
    program = tmp_path / "test"
    files = dict.fromkeys(file for lib in libraries for file in sources(lib))
    subprocess.run(
        ["clang", *FLAGS, f"-fsanitize={sanitizer}", *config(libraries),
         *(f"-I{lib.include}" for lib in direct if lib.include), test, *files, "-o", program],
        cwd=TREE, check=True)
    result = subprocess.run([program], capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.endswith(" passed, 0 failed\n"), result.stdout
