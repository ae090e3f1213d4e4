# SPDX-License-Identifier: Apache-2.0
"""The command line, and the commands that read: inspect, verify, size, libs, boards."""
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

import fakeimage
from fakeimage import good, refused, tnimage

from tenon import bytecount, cli, memmap, svg
from tenon.commands import size

COMMANDS = list(cli.COMMANDS)


@pytest.fixture(name="image", scope="module")
def make_image(tmp_path_factory):
    return fakeimage.make(tmp_path_factory.mktemp("image"))


# The command line itself.

def test_help_names_every_command():
    text = good("--help")
    for name, summary in cli.COMMANDS.items():
        assert re.search(rf"^ +{name}\s+{re.escape(summary)}$", text, re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(command):
    assert "examples:" in good(command, "--help")


@pytest.mark.parametrize("value, words", (("[" * 5000 + "]" * 5000, "brackets inside brackets"),
                                          ("9" * 6000, "thousands of digits"), ("0x" + "f" * 6000, "unknown table")))
def test_a_manifest_that_no_reader_expects(tmp_path, value, words):
    """It is refused with its name, without the builder's own words for that."""
    (tmp_path / "tnimage.toml").write_text(f"x = {value}\n")
    done = tnimage("build", "-f", str(tmp_path / "tnimage.toml"))
    assert done.returncode == 3 and done.stderr.startswith("tnimage: ") and words in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words, message", [
    ([], "no command given; see 'tnimage --help'"),
    (["biuld"], "unknown command 'biuld'; did you mean 'build'?"),
    (["xyzzy"], "unknown command 'xyzzy'; see 'tnimage --help'"),
    (["--verbose"], "unknown option '--verbose'; did you mean '--version'?"),
    (["inspect"], "the following arguments are required: IMG; see 'tnimage inspect --help'"),
    (["inspect", "a.img", "--jsno"], "unknown option '--jsno'; did you mean '--json'?"),
    (["verify", "a.img", "b.img"], "unexpected 'b.img'; see 'tnimage verify --help'"),
    (["size", "a.img", "--by", "file"], "argument --by: invalid choice: 'file' (choose from "
     "'lib', 'symbol', 'section', 'partition'); see 'tnimage size --help'"),
])
def test_usage(words, message):
    assert refused(2, *words) == message


# Images that are not there or not whole: the same line from whoever reads them.

READERS = [["inspect"], ["verify"], ["run"], ["size"], ["why", "crc32"], ["debug"]]


SUM = re.compile(r"\b[0-9a-f]{8}\b")


def spoil(image, at, value):
    """A copy of an image with one changed byte; `at` counts from the end when negative."""
    with open(image, "rb") as file:
        data = bytearray(file.read())
    data[at] ^= value
    path = os.path.join(os.path.dirname(image), "bad.img")
    with open(path, "wb") as file:
        file.write(data)
    return path


@pytest.mark.parametrize("command", READERS, ids=lambda words: words[0])
def test_no_such_image(tmp_path, command):
    line = refused(2, *command, "app.img", cwd=tmp_path)
    assert line == "app.img: no such file; build it with 'tnimage build app.c -o app.img'"
    (tmp_path / "apq.img").write_bytes(b"")
    assert refused(2, *command, "app.img", cwd=tmp_path) == \
        "app.img: no such file; did you mean 'apq.img'?"


@pytest.mark.parametrize("command", READERS, ids=lambda words: words[0])
def test_not_an_image(tmp_path, command):
    assert refused(2, *command, tmp_path) == f"{tmp_path}: is a folder; name an image file"
    path = tmp_path / "app.img"
    path.write_bytes(b"")
    assert refused(8, *command, path) == f"{path}: the file is empty; build it again"
    path.write_bytes(b"x" * 4096)
    assert refused(8, *command, path) == \
        f"{path}: not an arm64 Image; give an image that tnimage built"


@pytest.mark.parametrize("command", READERS, ids=lambda words: words[0])
def test_truncated_image(image, command, tmp_path):
    path = tmp_path / "short.img"
    with open(image, "rb") as file:
        path.write_bytes(file.read()[:-1])
    whole = os.path.getsize(image)
    assert refused(8, *command, path) == f"{path}: {whole - 1} bytes, the headers say {whole}; " \
        "the file is truncated or not an image, build it again"


@pytest.mark.parametrize("command", READERS, ids=lambda words: words[0])
@pytest.mark.parametrize("at, cause", [
    (0x44, "an arm64 Image, but not a TenonOS one; give an image that tnimage built"),
    (0x50, "the CRC-32 of the headers is wrong; the file is damaged, build it again"),
    (0x82, "segment 0 (Mortise): CRC-32 is SUM, the table says SUM; the file is damaged, "
     "build it again"),
    (0x1000, "segment 1 (partition 'app'): CRC-32 is SUM, the table says SUM; the file is "
     "damaged, build it again"),
    (0x1100, "report: CRC-32 is SUM, the table says SUM; the file is damaged, build it again"),
    (-1, "the CRC-32 of the table of contents is wrong; the file is damaged, build it again"),
])
def test_corrupted_image(image, command, at, cause):
    path = spoil(image, at, 0x10)
    assert SUM.sub("SUM", refused(8, *command, path)) == f"{path}: {cause}"


def test_verify(image):
    size_of = os.path.getsize(image)
    assert good("verify", image) == \
        f"{image}: good: app for qemu-virt, 1 partition, {size_of} bytes\n"
    assert json.loads(good("verify", image, "--json"))["ok"] is True
    done = tnimage("verify", spoil(image, 0x82, 1), "--json")
    assert done.returncode == 8
    answer = json.loads(done.stdout)
    assert answer["ok"] is False and answer["error"].endswith("; the file is damaged, build it again")


# inspect

def test_inspect_text(image):
    text = good("inspect", image)
    assert re.search(r"^board +qemu-virt$", text, re.M)
    assert re.search(r"^  capabilities +EXIT$", text, re.M)
    assert re.search(r"^  interrupts +27$", text, re.M)
    assert re.search(r"│  r +image file$", text, re.M) and "mortise bss" in text
    assert re.search(r"0x02000000 +4 KiB +│█ +│  rx +text$", text, re.M)


def test_inspect_json(image):
    data = json.loads(good("inspect", image, "--json"))
    assert data["info"]["file_size"] == os.path.getsize(image)
    assert data["partitions"][0]["caps"] == ["EXIT"]


def test_inspect_report(image):
    assert json.loads(good("inspect", image, "--report")) == {}


def test_inspect_svg(image, tmp_path):
    path = tmp_path / "map.svg"
    assert good("inspect", image, "--svg", path) == ""
    root = ElementTree.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert good("inspect", image, "--svg", "-") == path.read_text()
    assert refused(2, "inspect", image, "--svg", tmp_path / "no" / "map.svg") == \
        f"{tmp_path}/no/map.svg: cannot be written: No such file or directory; " \
        "name another file for --svg"


def boxes(document):
    """(texts, rectangles) of an SVG as (x, y, width, height, what)."""
    space = "{http://www.w3.org/2000/svg}"
    texts, rects = [], []
    for item in ElementTree.fromstring(document).iter():
        if item.tag == space + "text":
            size_px = float(item.get("font-size"))
            wide = 0.62 * size_px * len(item.text)
            x = float(item.get("x")) - (wide if item.get("text-anchor") == "end" else 0)
            texts.append((x, float(item.get("y")) - size_px, wide, size_px, item.text))
        elif item.tag == space + "rect" and item.get("stroke"):
            rects.append(tuple(float(item.get(key)) for key in ("x", "y", "width", "height"))
                         + ("box",))
    return texts, rects


def overlap(one, two):
    return one[0] < two[0] + two[2] and two[0] < one[0] + one[2] \
        and one[1] < two[1] + two[3] and two[1] < one[1] + one[3]


def test_svg_labels_do_not_overlap():
    """Also with what the tool has not met yet: long names, many small ranges, huge ones."""
    class Fake:
        name, board = "a" * 31, "b" * 31
        partitions = [{"name": "p" * 31}]

    ranges = memmap.fill([memmap.Range(at << 12, step, f"range of some partition {at}" * 2,
                                       "p" * 31, "rw")
                          for at, step in enumerate((1, 4096, 17, 300, 4095))]
                         + [memmap.Range(1 << 34, 1 << 40, "huge", "", "rx")], 0, 1 << 41, "free")
    document = svg.render(Fake, [("t" * 60, "s" * 60, ranges)] * 3)
    texts, rects = boxes(document)
    for number, one in enumerate(texts):
        assert not [two for two in texts[:number] if overlap(one, two)], one
    for number, one in enumerate(rects):
        shrunk = (one[0] + 1, one[1] + 1, one[2] - 2, one[3] - 2)
        assert not [two for two in rects[:number] if overlap(shrunk, two)], one


def test_fill_leaves_no_hole():
    ranges = memmap.fill([memmap.Range(8, 4, "b"), memmap.Range(2, 2, "a"),
                          memmap.Range(5, 0, "empty")], 0, 16, "free")
    assert [(r.start, r.size, r.what) for r in ranges] == [
        (0, 2, "free"), (2, 2, "a"), (4, 4, "free"), (8, 4, "b"), (12, 4, "free")]


# size

def test_size_counts_every_byte(image):
    item = json.loads(good("size", image, "--by", "partition", "--json"))
    info = json.loads(good("inspect", image, "--json"))["info"]
    assert sum(row["file"] for row in item["rows"]) == info["file_size"] == \
        item["total"]["file"]
    assert sum(row["memory"] for row in item["rows"]) == \
        info["memory_size"] - info["file_size"] == item["total"]["memory"]


def test_size_without_report(image):
    assert refused(8, "size", image) == \
        "no build report for 'mortise'; only '--by partition' works without"


def test_size_of_an_elf_file(tmp_path):
    obj = tmp_path / "a.o"
    source = "int data[4] = {1}; int zero[100]; int f(void) { return data[0]; }\n"
    subprocess.run(["clang", "--target=aarch64-none-elf", "-O1", "-fdata-sections", "-c",
                    "-fno-asynchronous-unwind-tables", "-fno-common", "-x", "c", "-", "-o", obj],
                   input=source, text=True, check=True)
    item = json.loads(good("size", obj, "--by", "symbol", "--json"))
    rows = {row["name"]: (row["file"], row["memory"]) for row in item["rows"]}
    assert rows == {"data": (16, 16), "zero": (0, 400), "f": (rows["f"][0], 0)}
    assert "zero" in good("size", obj, "--by", "section")
    assert refused(2, "size", obj, "--by", "lib") == \
        f"{obj}: an ELF file has no '--by lib'; name the image"
    obj.write_bytes(obj.read_bytes()[:80])
    assert refused(8, "size", obj) == \
        f"{obj}: a truncated or damaged ELF file; build it again"


def test_size_diff(image, tmp_path):
    saved = tmp_path / "old.json"
    saved.write_text(good("size", image, "--by", "partition", "--json"))
    same = good("size", image, "--diff", saved)
    assert len(same.splitlines()) == 2 and re.search(r"^total .* 0 ", same, re.M)
    old = json.loads(saved.read_text())
    row = next(row for row in old["rows"] if row["part"] == "app")
    row["file"] -= 100
    saved.write_text(json.dumps(old))
    assert re.search(r"^app +app +256 +156 +\+100 ", good("size", image, "--diff", saved), re.M)
    saved.write_text("{}")
    assert refused(2, "size", image, "--diff", saved) == \
        f"{saved}: not what 'tnimage size --json' prints; save it again"
    assert refused(2, "size", image, "--diff", "gone.img") == \
        "gone.img: no such file or directory; --diff needs an older image or a saved " \
        "'tnimage size --json'"


def test_size_of_the_image_here(image, tmp_path):
    assert refused(2, "size", cwd=tmp_path) == \
        "no *.img in this folder; name an image, or build one with 'tnimage build'"
    shutil.copy(image, tmp_path / "b.img")
    assert "table of contents" in good("size", "--by", "partition", cwd=tmp_path)
    shutil.copy(image, tmp_path / "a.img")
    assert refused(2, "size", cwd=tmp_path) == \
        "2 images in this folder; name one of: a.img, b.img"


def test_changes_are_sorted_by_weight():
    def item(**sizes):
        return {"rows": [{"part": "", "name": name, "file": size, "memory": 0}
                         for name, size in sizes.items()]}
    found = size.changes(item(a=1, b=2, c=3), item(a=2, c=3, d=40))
    assert [(row[1], row[2], row[3]) for row in found] == [("d", 0, 40), ("b", 2, 0), ("a", 1, 2)]


def test_kinds_of_sections():
    row = bytecount.section_row("p", "x", {"text": 1, "rodata": 2, "data": 4, "bss": 8})
    assert (row.file, row.memory) == (7, 12)


# libs and boards

def test_libs():
    libs = {lib["name"]: lib for lib in json.loads(good("libs", "--json"))}
    assert libs["crc32"]["path"] == "core/crc32" and libs["crc32"]["shared"]
    assert libs["crc32"]["layers"] == ["hv", "bypass", "tenon"]
    assert re.search(r"^crc32 +core/crc32 ", good("libs"), re.M)
    assert re.search(r"^folder +core/crc32$", good("libs", "crc32"), re.M)
    assert "hv/" not in good("libs", "--mode", "bypass")
    assert "bypass/" not in good("libs", "--mode", "hv")
    on_v2 = good("libs", "--mode", "hv", "--board", "zcu102")
    assert "gicv2" in on_v2 and "gicv3" not in on_v2
    assert refused(3, "libs", "crc31") == "unknown library 'crc31'; did you mean 'crc32'?"
    assert refused(3, "libs", "--board", "zcu103").startswith(
        "unknown board 'zcu103'; did you mean 'zcu102'?")


def test_shared_libs_add_up():
    rows = good("libs", "--shared").splitlines()[1:]
    lines = [int(re.search(r" {2,}(\d+) {2}", row)[1]) for row in rows]
    assert sum(lines[:-1]) == lines[-1] > 0


def test_hypercalls():
    groups = {group["group"]: group for group in json.loads(good("libs", "--hypercalls",
                                                                 "--json"))}
    assert groups["EXIT"]["functions"][0]["id"] == "0xc6000000"
    assert groups["IRQ"]["functions"][2] == {"name": "TN_HC_IRQ_PEND", "id": "0xc6000102",
                                             "note": ""}
    assert (groups["EXIT"]["capability"], groups["EXIT"]["library"]) == ("EXIT", "hv/hc-exit")
    assert (groups["IRQ"]["capability"], groups["IRQ"]["library"]) == ("IRQ", "hv/hc-irq")
    assert "0xc6000102  TN_HC_IRQ_PEND" in good("libs", "--hypercalls")


def test_boards():
    assert re.search(r"^qemu-virt +\(default\) +4 +1 GiB +v3 +kernel uboot ", good("boards"),
                     re.M)
    text = good("boards", "zcu102")
    assert re.search(r"^uart0 +0xff000000 +4 KiB +53 +cadence-uart +console$", text, re.M)
    assert json.loads(good("boards", "zcu102", "--json"))["name"] == "zcu102"
    assert [board["name"] for board in json.loads(good("boards", "--json"))][0] == "qemu-virt"
    assert refused(3, "boards", "qemu-vrit").startswith(
        "unknown board 'qemu-vrit'; did you mean 'qemu-virt'?")
