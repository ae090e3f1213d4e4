# SPDX-License-Identifier: Apache-2.0
"""What the commands say of an image that was really built: size, why, inspect, debug."""
import json
import os
import re
import shutil

import pytest

from fakeimage import good, refused, tnimage

from tenon import bytecount


@pytest.fixture(name="built", scope="module")
def build_hello(tmp_path_factory):
    """A program that prints with newlib's printf, built for the default board."""
    folder = tmp_path_factory.mktemp("built")
    source = folder / "hello.c"
    source.write_text("#include <stdio.h>\nvolatile int answer = 42;\n"
                      "int main(void) { return printf(\"%d\\n\", answer) < 0; }\n")
    done = tnimage("build", source, "-o", folder / "hello.img")
    assert done.returncode == 0, done.stderr
    return folder / "hello.img"


@pytest.mark.parametrize("by", bytecount.KEYS)
def test_size_of_a_build_adds_up(built, by):
    item = json.loads(good("size", built, "--by", by, "--json"))
    info = json.loads(good("inspect", built, "--json"))["info"]
    assert os.path.getsize(built) == info["file_size"] == \
        sum(row["file"] for row in item["rows"])
    assert info["memory_size"] == info["file_size"] + sum(row["memory"] for row in item["rows"])
    assert all(row["file"] >= 0 and row["memory"] >= 0 for row in item["rows"])
    names = {row["name"] for row in item["rows"] if row["part"] == "hello"}
    assert {"lib": "newlib", "symbol": "printf", "section": "text", "partition": "hello"}[by] \
        in names


def test_inspect_names_the_regions(built):
    text = good("inspect", built)
    assert re.search(r"│  rx +text$", text, re.M) and re.search(r"│  rw +uart0$", text, re.M)
    assert json.loads(good("inspect", built, "--report"))["image"]["name"] == "hello"


def test_why_a_symbol(built):
    assert re.search(r"^printf is in hello, from newlib \(libc\.a:\S+printf\.o\), \d+ bytes\n"
                     r"  printf  <- hello\.c$", good("why", "printf", built))
    chain = json.loads(good("why", "_write", built, "--json"))[0]["chain"]
    assert chain[0]["need"] == "_write" and chain[-1] == {"need": "printf", "by": "hello.c"}
    assert re.match("scanf is not in the image: newlib .* has it, but nothing needs it\n$",
                    good("why", "scanf", built))
    assert refused(3, "why", "pritnf", built) == "'pritnf' is no library and no symbol of this " \
        "image; did you mean 'printf'?"


def test_why_a_library(built):
    text = good("why", "crc32", built)
    assert re.search(r"^crc32 is in mortise, \d+ bytes\n  select LIB_CRC32 +<- image$", text, re.M)
    assert re.search(r"^crc32 is not in hello: nothing needs", text, re.M)
    assert "gicv2 is not in hello: board qemu-virt does not have what it needs" in \
        good("why", "gicv2", built)
    assert "  printf   <- hello.c" in good("why", "newlib", built)


def test_without_the_build_folder(built, tmp_path):
    lonely = tmp_path / "hello.img"
    shutil.copy(built, lonely)
    assert "crc32 is in mortise" in good("why", "crc32", lonely)
    assert "newlib" in good("size", lonely)
    for words in (["why", "printf"], ["debug"], ["size", "--by", "symbol"]):
        line = refused(2, *words, lonely)
        assert line.startswith(f"{lonely}: the ELF files of this build are not in ")
        assert line.endswith("; build it again")


def test_debug(built):
    done = tnimage("debug", built, "--", "-batch", "-ex", "thbreak start", "-ex", "break main",
                   "-ex", "continue", "-ex", "continue", "-ex", "backtrace", "-ex", "print answer")
    assert done.returncode == 0, done.stderr
    assert "Breakpoint 2, main () at ./app/hello.c:3" in done.stdout
    assert "int main(void)" in done.stdout  # the source was found
    assert re.search(r"^#0  main \(\) at \./app/hello\.c:3$", done.stdout, re.M)
    assert "$1 = 42\n" in done.stdout


def test_debug_of_mortise_before_its_mmu(built):
    done = tnimage("debug", built, "--", "-batch", "-ex", "hbreak *0x40200080", "-ex", "continue",
                   "-ex", "info symbol $pc")
    assert "start in section .text of " in done.stdout, done.stderr
