# SPDX-License-Identifier: Apache-2.0
"""Page colours of the shared cache: where coloured partitions really lie, and what still works."""
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import time

import pytest

from test_raw import compile_guest, kernel

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
sys.path.insert(0, os.path.join(TREE, "tools"))

from tenon.elf import Elf  # noqa: E402

PAGE = 4096
COUNT = 16  # colours of the board
RAM = 0x40000000
BASE = 2 << 20  # where QEMU puts the image in it

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


def build(folder, *partitions, board="qemu-virt", image=""):
    (folder / "app.c").write_text(FILLER)
    return build_text(folder, board, "".join(
        f'[[partition]]\nname = "{name}"\nsrc = ["app.c"]\nheap = "48K"\nstack = "48K"\n{keys}\n'
        for name, keys in partitions), image)


def build_text(folder, board, text, image=""):
    text = f'[image]\nname = "col"\nboard = "{board}"\n{image}' + text
    (folder / "tnimage.toml").write_text(text)
    done = subprocess.run([TNIMAGE, "build", "-f", "tnimage.toml", "-o", "col.img"], cwd=folder,
                          capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return str(folder / "col.img")


def memory_after(folder, image, lines, where=(RAM, 8 << 20)):
    """RAM, once that many lines, or one that begins so, were said; through QEMU's monitor."""
    report = json.loads((folder / ".tn/col/report.json").read_text())
    path, dump = str(folder / "monitor"), folder / "ram"
    with subprocess.Popen(
            ["qemu-system-aarch64", "-machine", "virt,gic-version=3,virtualization=on", "-cpu",
             "cortex-a53", "-smp", "4", "-m", "1G", "-nic", "none", "-display", "none", "-serial",
             "stdio", "-monitor", f"unix:{path},server=on,wait=off", "-kernel", image],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as machine:
        try:
            said = []
            while len(said) != lines and not (said and said[-1].startswith(str(lines))):
                said.append(machine.stdout.readline().strip())
                assert said[-1] or machine.poll() is None, said
            with socket.socket(socket.AF_UNIX) as monitor:
                monitor.connect(path)
                monitor.settimeout(120)
                monitor.sendall(f'pmemsave {where[0]:#x} {where[1]} "{dump}"\nquit\n'.encode())
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


SENDER = """
#include <stdint.h>
#include <stdio.h>
#include <tn/chan.h>

int main(void)
{
    uint64_t message[32];
    struct tn_chan to;

    for (int i = 0; i < 32; i++) {
        message[i] = 0x6b72616d2d6e7461;
    }
    if (tn_chan_open(&to, "data") != 0) {
        return 1;
    }
    for (int i = 0; i < 64; i++) {
        while (tn_chan_send(&to, message, sizeof(message)) != 0) {
        }
    }
    for (;;) {
        __asm__ volatile("wfi");
    }
}
"""
RECEIVER = """
#include <stdint.h>
#include <stdio.h>
#include <tn/chan.h>

int main(void)
{
    uint64_t message[32];
    struct tn_chan from;

    if (tn_chan_open(&from, "data") != 0) {
        return 1;
    }
    for (int i = 0; i < 64;) {
        i += tn_chan_receive(&from, message, sizeof(message)) == sizeof(message);
    }
    puts(message[31] == 0x6b72616d2d6e7461 ? "received" : "spoilt");
    for (;;) {
        __asm__ volatile("wfi");
    }
}
"""


@pytest.mark.parametrize("keys", (('colours = "0-3"', "colours = [5]"), ("", 'colours = "5,7"')))
def test_channel_has_the_colours_of_its_writers(tmp_path, keys):
    """Its data and, as the index that the receiver keeps, the page in the other direction."""
    masks = [{0, 1, 2, 3}, {5}] if keys[0] else [{5, 7}, {5, 7}]
    for name, text in (("send.c", SENDER), ("receive.c", RECEIVER)):
        (tmp_path / name).write_text(text)
    image = build_text(
        tmp_path, "qemu-virt", f'[[partition]]\nname = "s"\nsrc = ["send.c"]\n{keys[0]}\n'
        f'[[partition]]\nname = "r"\nsrc = ["receive.c"]\n{keys[1]}\n'
        '[[channel]]\nname = "data"\nfrom = "s"\nto = "r"\nkind = "message"\nslots = 64\nsize = 256\n')
    said, ram, report = memory_after(tmp_path, image, 1)
    assert said == ["received"] or said == ["[r] received"]
    regions = {region["what"]: region for region in report["components"][1]["regions"]}
    data, back = regions["channel data"], regions["channel data back"]
    # A stack of the partitions has a message, too, but not ten of them in a row.
    mark = b"atn-mark" * 32 + bytes([0, 1, 0, 0])
    found = {match.start() // PAGE for match in re.finditer(re.escape(mark), ram)}
    assert len(found) >= 4
    assert {page % COUNT for page in found} <= masks[0] and min(found) == (BASE + data["source"]) // PAGE
    assert back["source"] // PAGE % COUNT in masks[1]
    assert any(ram[BASE + back["source"]:BASE + back["source"] + PAGE])


def test_kernel_has_the_colours(tmp_path):
    """A kernel that is not ours, on two CPUs: every page that was touched in its span is its own, and it
    begins anew from the same bytes in cleared memory."""
    flat = compile_guest(tmp_path, "qemu-virt", 1)
    (tmp_path / "app.c").write_text(FILLER)
    image = build_text(tmp_path, "qemu-virt", '[[partition]]\nname = "a"\nsrc = ["app.c"]\nargs = ["a"]\n'
                       + kernel("own", flat, cpus="[1, 2]", ram='"8M"', cmdline='"do:f"',
                                colours='"0-1,9"', restart='"fault"', restart_times="1"))
    report = json.loads((tmp_path / ".tn/col/report.json").read_text())
    ram = next(region for region in report["components"][2]["regions"] if region["what"] == "ram")
    mine, first = {0, 1, 9}, ram["source"]
    assert ram["size"] == 8 << 20 and first // PAGE % COUNT in mine
    said, memory, _ = memory_after(tmp_path, image, 'mortise: partition 1 "own" is not restarted any more',
                                   (first, ram["size"] // len(mine) * COUNT))
    assert len([line for line in said if line.startswith("ok ")]) > 2 * 20
    assert not [line for line in said if line.startswith("FAIL")]
    pages = [memory[at:at + PAGE] for at in range(0, len(memory), PAGE)]
    touched = {number for number, page in enumerate(pages) if any(page)}
    assert len(touched) >= 4 and {(first // PAGE + number) % COUNT for number in touched} <= mine
    own = [page for number, page in enumerate(pages) if (first // PAGE + number) % COUNT in mine]
    with open(flat, "rb") as file:
        start = file.read(PAGE)
    assert own[0x80000 // PAGE] == start


def own_rows(folder, image):
    """Where Mortise's memory lies, [(offset, mask)]: its text, what CPUs share, each CPU's own."""
    elf = Elf(str(folder / ".tn/col/mortise/mortise.elf"))
    at = elf.value("hv_colour_rows") - elf.value("__hv_start")
    with open(image, "rb") as file:
        file.seek(at)
        return [struct.unpack("<II", file.read(8)) for _ in range(elf.by_name["hv_colour_rows"].size // 8)]


def entries(ram, offset):
    """What a table page of EL2 maps of RAM: {virtual page of slot 1: page of `ram`}."""
    table = struct.unpack("<512Q", ram[BASE + offset:BASE + offset + PAGE])
    return {0x200 + number: (entry & 0xfffffffff000) // PAGE - RAM // PAGE
            for number, entry in enumerate(table)
            if entry & 3 == 3 and not entry & 4 and not 384 <= number <= 448 or number == 385}


def test_mortise_has_its_colours(tmp_path):
    """By EL2's own tables: text, shared data and each CPU's data lie where they may, text is the file's."""
    image = build(tmp_path, ("a", 'colours = "0-3"\nargs = ["a"]'),
                  ("b", 'mode = "tenon"\ncpus = [1, 2]\ncolours = [4, 9]\nargs = ["b"]'),
                  ("c", 'cpus = [3]\nargs = ["c"]'), image='colours = "13,15"\n')
    rows = own_rows(tmp_path, image)
    said, ram, report = memory_after(tmp_path, image, 3)
    assert sorted(said) == ["[a] full", "[b] full", "[c] full"]
    with open(image, "rb") as file:
        flat = file.read()
    size = next(r["size"] for r in report["layout"] if r["what"] == "mortise")
    span = next(r for r in report["layout"] if r["what"] == "mortise bss")
    inside = range((BASE + span["offset"]) // PAGE, (BASE + span["offset"] + span["size"]) // PAGE)
    taken, text = set(), None
    # CPU 2, of b, is off: it has never come to its table.
    for (offset, _), own in zip((rows[2], rows[3], rows[5]), ({0, 1, 2, 3}, {4, 9}, {13, 15})):
        found = entries(ram, offset)
        colours = {(low, high): {page % COUNT for at, page in found.items() if low <= at < high}
                   for low, high in ((0x200, 0x280), (0x280, 0x300), (0x300, 0x340))}
        assert colours[0x200, 0x280] <= {13, 15} and colours[0x200, 0x280]
        assert colours[0x280, 0x300] <= own and colours[0x280, 0x300]
        assert colours[0x300, 0x340] <= {13, 15} and colours[0x300, 0x340]
        assert found[0x381] == (BASE + offset) // PAGE and found[0x381] % COUNT in own
        mine = {page for at, page in found.items() if 0x280 <= at < 0x300}
        assert not mine & taken and {*found.values()} <= {*inside}
        taken |= mine
        text = text or [found[at] for at in sorted(found) if at < 0x280]
        assert text == [found[at] for at in sorted(found) if at < 0x280]
    whole = size // PAGE
    assert whole >= 3 and b"".join(
        ram[page * PAGE:(page + 1) * PAGE] for page in dict.fromkeys(text))[:size] == flat[:size]


@pytest.mark.parametrize("name, said", (
    ("on-demand", "collatz(97) = 118, life 2 of this worker"),  # stopped, started again, channels
    ("pool", "[rest] more than half of the CPU was left")))  # tables of instances that share a CPU
def test_mortise_does_all_in_its_colours(tmp_path, name, said):
    """Examples that start, stop and switch partitions, with colours for everybody."""
    shutil.copytree(os.path.join(TREE, "examples", name), tmp_path / "x")
    text = (tmp_path / "x/tnimage.toml").read_text().replace("[image]", '[image]\ncolours = "15"')
    free = iter(range(15))
    (tmp_path / "x/tnimage.toml").write_text(
        re.sub(r"\[\[partition\]\]", lambda match: f"{match[0]}\ncolours = [{next(free)}]", text))
    for words in (["build", "-f", "tnimage.toml", "-o", "x.img"], ["size", "x.img"], ["inspect", "x.img"],
                  ["run", "x.img", "--timeout", "120"]):
        done = subprocess.run([TNIMAGE, *words], cwd=tmp_path / "x", capture_output=True, text=True,
                              timeout=300, check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
        assert words[0] != "inspect" or " memory in colours 2 of 16" in done.stdout
    assert said in done.stdout.replace("\r", "").split("\n")
