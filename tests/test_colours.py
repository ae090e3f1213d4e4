# SPDX-License-Identifier: Apache-2.0
"""Page colours of the shared cache: where coloured partitions really lie, and what still works."""
import json
import os
import re
import socket
import subprocess
import time

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
PAGE = 4096
COUNT = 16  # colours of the board

# Fills its .data, .bss, heap and stack with its mark, whose last letter is args[1].
FILLER = """
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define WORDS (40000 / 8)

static uint64_t data[WORDS] = {1}, bss[WORDS];

static void fill(uint64_t *words, uint64_t mark)
{
    for (int i = 0; i < WORDS; i++) {
        words[i] = mark;
    }
    __asm__ volatile("" : : "r"(words) : "memory");
}

int main(int argc, char **argv)
{
    uint64_t stack[WORDS];
    uint64_t *heap = malloc(sizeof(stack));
    uint64_t mark = 0x6b72616d2d6e7400 | (uint8_t)argv[argc - 1][0];
    int clean = data[0] == 1 && data[WORDS - 1] == 0 && bss[WORDS - 1] == 0 && heap != NULL;

    fill(data, mark);
    fill(bss, mark);
    fill(heap, mark);
    fill(stack, mark);
    puts(clean ? "full" : "dirty");
    if (argc > 2) {
        return 3;
    }
    for (;;) {
        __asm__ volatile("wfi");
    }
}
"""


def build(folder, *partitions, board="qemu-virt"):
    (folder / "app.c").write_text(FILLER)
    text = f'[image]\nname = "col"\nboard = "{board}"\n'
    for name, keys in partitions:
        text += f'[[partition]]\nname = "{name}"\nsrc = ["app.c"]\nheap = "48K"\nstack = "48K"\n{keys}\n'
    (folder / "tnimage.toml").write_text(text)
    done = subprocess.run([TNIMAGE, "build", "-f", "tnimage.toml", "-o", "col.img"], cwd=folder,
                          capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return str(folder / "col.img")


def memory_after(folder, image, lines):
    """All RAM that the image may have, once that many lines were said; through QEMU's monitor."""
    report = json.loads((folder / ".tn/col/report.json").read_text())
    path, dump = str(folder / "monitor"), folder / "ram"
    with subprocess.Popen(
            ["qemu-system-aarch64", "-machine", "virt,gic-version=3,virtualization=on", "-cpu",
             "cortex-a53", "-smp", "4", "-m", "1G", "-nic", "none", "-display", "none", "-serial",
             "stdio", "-monitor", f"unix:{path},server=on,wait=off", "-kernel", image],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as machine:
        try:
            said = [machine.stdout.readline().strip() for _ in range(lines)]
            with socket.socket(socket.AF_UNIX) as monitor:
                monitor.connect(path)
                monitor.settimeout(120)
                monitor.sendall(f'pmemsave 0x40000000 {8 << 20} "{dump}"\nquit\n'.encode())
                while monitor.recv(4096):
                    pass
        finally:
            machine.kill()
    return said, dump.read_bytes(), report


def colours_of(ram, letter):
    """The colours of the pages that hold a mark, and how many pages."""
    mark = bytes([ord(letter)]) + b"tn-mark"[:7]
    pages = {match.start() // PAGE for match in re.finditer(re.escape(mark * 4), ram)}
    return {page % COUNT for page in pages}, len(pages)


def test_pages_have_the_colours(tmp_path):
    """As QEMU sees its RAM: what two partitions wrote, and their text, lie where they may."""
    image = build(tmp_path, ("a", 'colours = "0-3"\nargs = ["a"]'),
                  ("b", 'mode = "tenon"\ncolours = [4, 9, 15]\nargs = ["b"]'),
                  ("c", 'args = ["c"]'))
    said, ram, report = memory_after(tmp_path, image, 3)
    assert sorted(said) == ["[a] full", "[b] full", "[c] full"]
    assert colours_of(ram, "a")[0] == {0, 1, 2, 3} and colours_of(ram, "a")[1] >= 40
    assert colours_of(ram, "b")[0] == {4, 9, 15} and colours_of(ram, "b")[1] >= 40
    assert len(colours_of(ram, "c")[0]) == COUNT
    for name, own in (("a", {0, 1, 2, 3}), ("b", {4, 9, 15})):
        # What runs is the copy: a page of text is in the file, and again in own colours (twice, when
        # it is the one that read-only data shares).
        offset, size = next((r["offset"], r["size"]) for r in report["layout"] if r["what"] == name)
        with open(image, "rb") as file:
            file.seek(offset + PAGE)
            page = file.read(PAGE)
        assert size > 2 * PAGE
        found = [at // PAGE for at in range(0, len(ram), PAGE) if ram[at:at + PAGE] == page]
        assert len(found) in (2, 3) and {page % COUNT for page in found[1:]} <= own, found


def test_begins_anew(tmp_path):
    """Clean memory, and the text once more, at each restart."""
    image = build(tmp_path, ("a", 'colours = [1]\nargs = ["end", "a"]\nrestart = "fault"\n'
                             'restart_times = 2\nrestart_window_ms = 0'),
                  ("b", 'colours = [2]\nargs = ["end", "b"]'))
    done = subprocess.run([TNIMAGE, "run", image, "--timeout", "120"], capture_output=True, text=True,
                          timeout=200, check=False, stdin=subprocess.DEVNULL)
    lines = done.stdout.replace("\r", "").split("\n")
    assert lines.count("[a] full") == 3 and lines.count("[b] full") == 1, lines
    assert not any("dirty" in line for line in lines)


@pytest.mark.parametrize("board", ("qemu-virt", "zcu102"))
def test_no_page_twice(tmp_path, board):
    """Spans interleave, pages do not; Mortise checks the same when it boots."""
    build(tmp_path, ("a", 'colours = "0-3,8"\nargs = ["a"]'), ("b", 'colours = [5]\nargs = ["b"]'),
          board=board)
    report = json.loads((tmp_path / ".tn/col/report.json").read_text())
    taken = set()
    for component in report["components"][1:]:
        for region in component["regions"]:
            if region["kind"] != "memory":
                continue
            at = region["source"] // PAGE
            for _ in range(region["size"] // PAGE):
                while not region["colours"] >> at % 32 & 1:
                    at += 1
                assert at not in taken
                taken.add(at)
                at += 1
    assert max(taken) * PAGE < report["image"]["memory_size"]
