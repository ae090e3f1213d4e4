# SPDX-License-Identifier: Apache-2.0
"""The C library as programs see it: small programs that are built and booted in bypass mode."""
import os
import re
import subprocess

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
PROGRAMS = os.path.join(TREE, "tests", "libc")


def tnimage(*words, **kwargs):
    """The finished process; it must succeed."""
    done = subprocess.run([TNIMAGE, *words], capture_output=True, text=True, timeout=600,
                          check=False, **kwargs)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(folder, name, *words):
    """The image of tests/libc/<name>.c."""
    image = os.path.join(folder, f"{name}.img")
    tnimage("build", os.path.join(PROGRAMS, f"{name}.c"), "-o", image, *words)
    return image


def output(folder, name, *words, **kwargs):
    """The lines that tests/libc/<name>.c prints."""
    image = build(folder, name, *words)
    return tnimage("run", image, "--timeout", "240", "--icount", **kwargs).splitlines()


def costs(lines):
    """{function: instructions} of what tests/libc/strings.c measured."""
    return {name: int(count) for name, count in (line.split() for line in lines[1:])}


def test_string_functions(tmp_path):
    """Every string function agrees with a loop over bytes, small and fast."""
    small = output(tmp_path, "strings", "-O", "s")
    fast = output(tmp_path, "strings", "-O", "2")
    assert small[0] == fast[0] == "0 differ"
    small, fast = costs(small), costs(fast)
    assert set(small) == {"memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "strcmp",
                          "strchr"}
    slow = {name: (small[name], fast[name]) for name in small if fast[name] * 4 > small[name]}
    assert not slow
    assert re.search(r"newlib \(libstring\.a:memcpy\.o\)",
                     tnimage("why", "memcpy", os.path.join(tmp_path, "strings.img")))


def test_long_numbers(tmp_path):
    """strtod allocates for long numbers, in programs that allocate nothing themselves."""
    assert output(tmp_path, "digits") == ["1000 0.77777777777777779"]


def test_posix_parts(tmp_path):
    assert output(tmp_path, "patterns") == [
        "regex 0 4-11 4-7 8-11", "regex 1", "fnmatch 0 1 0", "path c.txt /a/b"]


def test_long_double(tmp_path):
    assert output(tmp_path, "longdouble") == ["0 bad"]


def test_porting(tmp_path):
    assert output(tmp_path, "porting") == [
        "jumps 2", "ids 0 0 0 0 0", "yield 0", "folder / 1", "absent 1 1 1 1 1", "read-only 1 1",
        "ftruncate 1 1", "umask 0 22", "timegm 951865200 1 29", "timegm -2203977600 0 28",
        "timespec_get 1 0"]
