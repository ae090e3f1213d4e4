# SPDX-License-Identifier: Apache-2.0
"""The commands that read: inspect, verify, size, libs, boards, new, config, completion."""
import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import termios
import xml.etree.ElementTree as ElementTree

import pytest

import fakeimage
from fakeimage import tnimage

from tenon import bytecount, cli, manifest, memmap, svg
from tenon.commands import config, size

COMMANDS = list(cli.COMMANDS)


@pytest.fixture(name="image", scope="module")
def make_image(tmp_path_factory):
    return fakeimage.make(tmp_path_factory.mktemp("image"))


def good(*words, **kwargs):
    done = tnimage(*words, **kwargs)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def refused(code, *words, **kwargs):
    """The one line of a refusal, without the program's name."""
    done = tnimage(*words, **kwargs)
    assert done.returncode == code, done.stderr
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("tnimage: ")
    return done.stderr.removeprefix("tnimage: ").rstrip("\n")


# The command line itself.

def test_help_names_every_command():
    text = good("--help")
    for name, summary in cli.COMMANDS.items():
        assert re.search(rf"^ +{name}\s+{re.escape(summary)}$", text, re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(command):
    assert "examples:" in good(command, "--help")


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


# A real image: what its report and its objects say.

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
    assert re.search(r"^qemu-virt +\(default\) +4 +128 MiB +v3 +kernel uboot ", good("boards"),
                     re.M)
    text = good("boards", "zcu102")
    assert re.search(r"^uart0 +0xff000000 +4 KiB +53 +cadence-uart +console$", text, re.M)
    assert json.loads(good("boards", "zcu102", "--json"))["name"] == "zcu102"
    assert [board["name"] for board in json.loads(good("boards", "--json"))][0] == "qemu-virt"
    assert refused(3, "boards", "qemu-vrit").startswith(
        "unknown board 'qemu-vrit'; did you mean 'qemu-virt'?")


# new

def test_new(tmp_path):
    good("new", "blinky", cwd=tmp_path)
    folder = tmp_path / "blinky"
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert files == [".gitignore", "README.md", "src/main.c", "tnimage.toml"]
    assert all("@" not in (folder / name).read_text() for name in files)
    image = manifest.load(str(folder / "tnimage.toml"))
    assert (image.name, image.partitions[0].mode) == ("blinky", "bypass")
    assert refused(2, "new", "blinky", cwd=tmp_path) == \
        "blinky: already exists; choose another name"


def test_new_manifest_names_every_key(tmp_path):
    """What is commented out is true: each key is known, and none is missing."""
    good("new", "blinky", cwd=tmp_path)
    path = tmp_path / "blinky" / "tnimage.toml"
    path.write_text(re.sub(r"^# (\w+ = )", r"\1", path.read_text(), flags=re.M))
    manifest.load(str(path))
    keys = re.findall(r"^(\w+) = ", path.read_text(), re.M)
    assert set(keys) == {*manifest.IMAGE_KEYS, *manifest.PARTITION_KEYS}


@pytest.mark.parametrize("words, code, message", [
    (["9lives"], 2, "'9lives': not a project name; use up to 31 letters, digits, '-' and '_', "
     "a letter first"),
    (["a", "--board", "zcu103"], 3, "unknown board 'zcu103'; did you mean 'zcu102'?"),
    (["no/a\nb"], 2, "'no/a\\nb': not a project name; use up to 31 letters, digits, '-' and '_', "
     "a letter first"),
])
def test_new_refuses(tmp_path, words, code, message):
    assert refused(code, "new", *words, cwd=tmp_path) == message
    assert os.listdir(tmp_path) == []


# config

MANIFEST = """\
[image]
name = "x"

[[partition]]
name = "one"          # the first
src = ["a.c"]
options = {
  OLD = 1,  # ]}
  TEXT = "}",
}

[[partition]]
name = "two"
libs = ["crc32"]
[partition.options]
OLD = 1

[[channel]]
"""


def test_config_edits_only_its_keys():
    lines = config.edit(MANIFEST.splitlines(), 0, "options", "{ NEW = 2 }")
    assert lines[4:9] == ['name = "one"          # the first', 'src = ["a.c"]',
                          "options = { NEW = 2 }", "", "[[partition]]"]
    lines = config.edit(lines, 1, "options", "{ NEW = 3 }")
    assert lines[8:] == ["[[partition]]", 'name = "two"', 'libs = ["crc32"]',
                         "options = { NEW = 3 }", "", "[[channel]]"]
    lines = config.edit(lines, 1, "libs", "")
    assert lines[8:] == ["[[partition]]", 'name = "two"', "options = { NEW = 3 }", "",
                         "[[channel]]"]


def test_config_needs_a_terminal_and_a_manifest(tmp_path):
    assert refused(3, "config", cwd=tmp_path) == \
        "tnimage.toml: no such file; 'tnimage new NAME' makes a project with one"
    good("new", "blinky", cwd=tmp_path)
    assert refused(2, "config", "blinky", cwd=tmp_path) == \
        "config: the menu needs a terminal; without one, write 'options' into " \
        "blinky/tnimage.toml"
    assert refused(2, "config", "-p", "blinke", "blinky", cwd=tmp_path) == \
        "blinky/tnimage.toml: no partition 'blinke'; did you mean 'blinky'?"


def test_config_menu(tmp_path):
    """The first entry is switched on, saved, and the menu left."""
    good("new", "blinky", cwd=tmp_path)
    manifest_path = tmp_path / "blinky" / "tnimage.toml"
    before = manifest_path.read_text()
    pid, master = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", LINES="40", COLUMNS="120")
        os.execv(fakeimage.TNIMAGE, [fakeimage.TNIMAGE, "config", str(tmp_path / "blinky")])
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    for want, key in ((b"Quit", b" s"), (b"Filename", b"\n"), (b"saved to", b"\n"),
                      (b"", b"q"), (b"tnimage.toml: written", b"")):
        while want not in seen:
            seen += os.read(master, 4096)
        os.write(master, key)
    _, status = os.waitpid(pid, 0)
    os.close(master)
    assert os.waitstatus_to_exitcode(status) == 0
    added = set(manifest_path.read_text().splitlines()) - set(before.splitlines())
    assert len(added) == 1 and re.fullmatch(r'libs = \["[a-z0-9-]+"\]', added.pop())


# completion

@pytest.mark.parametrize("shell", ("bash", "zsh", "fish"))
def test_completion_knows_everything(shell):
    script = good("completion", shell)
    for word in (*COMMANDS, "--by" if shell != "fish" else "-l by", "partition"):
        assert word in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def complete(*words):
    """What bash offers for the last word."""
    script = good("completion", "bash") + (
        'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tnimage; echo "${COMPREPLY[*]}"\n')
    return subprocess.run(["bash", "-s", "tnimage", *words], input=script, text=True,
                          capture_output=True, check=True).stdout.split()


def test_completion_in_bash():
    assert complete("ver") == ["verify"]
    assert complete("run", "--bo") == ["--boot"]
    assert complete("run", "a.img", "--boot", "") == ["kernel", "uboot"]
    assert complete("completion", "") == ["-h", "--help", "bash", "zsh", "fish"]
