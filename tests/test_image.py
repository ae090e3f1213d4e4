# SPDX-License-Identifier: Apache-2.0
"""tnpack as a command: what it writes, what it refuses with which line, and the parser fuzzed.

The library's own rules have their table in image/image_test.c, which test_units.py runs; here
are the words and exit codes, and that a refused image leaves nothing behind.
"""
import json
import os
import re
import struct
import subprocess
import zlib

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
INCLUDES = ("-Iimage/include", "-Icore/abi/include", "-Icore/base/include",
            "-Icore/crc32/include", "-Icore/sha256/include")
LIBRARY = ("image/image.c", "image/check.c", "image/desc.c", "image/digest.c",
           "core/sha256/sha256.c", "image/host/crc32.c")
HOST = ("image/host/tnpack.c", "image/host/spec.c", "image/host/pack.c", "image/host/verify.c",
        "image/host/inspect.c", "image/host/reason.c", "image/host/file.c")
SANITIZE = "address,undefined"
FUZZ_RUNS = 200000

R, W, X = 1, 2, 4
IMAGE, MEMORY, DEVICE = 1, 2, 3
RAM = 0x40000000


def compile_c(output, sanitizers, *sources):
    subprocess.run(["clang", "-std=gnu11", "-g", "-O1", f"-fsanitize={sanitizers}",
                    "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror", *INCLUDES,
                    "-o", output, *sources], cwd=TREE, check=True)


@pytest.fixture(scope="session")
def tnpack(tmp_path_factory):
    """tnpack under the sanitizers."""
    path = tmp_path_factory.mktemp("tnpack") / "tnpack"
    compile_c(path, SANITIZE, *HOST, *LIBRARY)
    return path


def region(ipa, size, source, kind, access):
    return struct.pack("<QQQHHI", ipa, size, source, kind, access, 0)


def irq(intid, edge=0):
    return struct.pack("<HBB", intid, edge, 0xa0)


TEXT = region(RAM, 0x1000, 0x1000, IMAGE, R | X)
RODATA = region(RAM + 0x1000, 0x1000, 0x2000, IMAGE, R)
STACK = region(RAM + 0x100000, 0x3000, 0x10000, MEMORY, R | W)
UART = region(0x09000000, 0x1000, 0x09000000, DEVICE, R | W)


def desc(name="app", regions=(TEXT, RODATA, STACK, UART), irqs=(irq(27), irq(33, 1), irq(34)),
         entry=RAM, cpus=1, mode=1, caps=0b110):
    """struct tn_partition_desc; the Python side of a contract, on purpose not the template's."""
    body = b"".join(regions) + b"".join(irqs)
    size = (72 + len(body) + 7) & -8
    head = struct.pack("<IHH32sQQQHHHH", 0x44504e54, 1, size, name.encode(), entry, caps, cpus,
                       mode, len(regions), len(irqs), 0)
    return (head + body).ljust(size, b"\0")


OTHER = desc("other", irqs=(irq(27),), cpus=2,
             regions=(region(RAM, 0x1000, 0x3000, IMAGE, R | X),
                      region(RAM + 0x100000, 0x1000, 0x13000, MEMORY, R | W)))
SPEC = """\
# two partitions
image demo qemu-virt 2 1

memory 0x40000
mortise mortise.bin 0x8000 0x4000
partition app "app desc" 0x800
segment text.bin 0x1000
segment rodata.bin 8192        # a decimal number
partition other other.desc 0xa00
segment other.bin 0x3000
toc 0xc00
report report.bin 0xe01
"""
REPORT = zlib.compress(b'{"libs": []}')
MORTISE = struct.pack("<II", 0x14000020, 0xd503201f).ljust(0x80, b"\xee") + b"mortise!" * 100


@pytest.fixture
def folder(tmp_path):
    """The files that SPEC names."""
    (tmp_path / "mortise.bin").write_bytes(MORTISE)
    (tmp_path / "app desc").write_bytes(desc())
    (tmp_path / "other.desc").write_bytes(OTHER)
    (tmp_path / "text.bin").write_bytes(b"text" * 600)
    (tmp_path / "rodata.bin").write_bytes(b"rodata" * 50)
    (tmp_path / "other.bin").write_bytes(b"other" * 33)
    (tmp_path / "report.bin").write_bytes(REPORT)
    (tmp_path / "app.spec").write_text(SPEC)
    return tmp_path


def run(tnpack, folder, *args):
    return subprocess.run([tnpack, *args], cwd=folder, capture_output=True, timeout=60,
                          check=False)


def refused(tnpack, folder, code, line, *args):
    """Exactly this line and nothing else, and no file more than before."""
    before = sorted(os.listdir(folder))
    done = run(tnpack, folder, *args)
    assert (done.stderr.decode(), done.stdout) == (line + "\n", b"")
    assert done.returncode == code
    assert sorted(os.listdir(folder)) == before


@pytest.fixture
def image(tnpack, folder):
    """A packed image, as the bytes of app.img."""
    done = run(tnpack, folder, "pack", "app.spec", "app.img")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    return bytearray((folder / "app.img").read_bytes())


def seal_info(data):
    data[0x7c:0x80] = struct.pack("<I", zlib.crc32(data[:0x7c]))


def seal(data):
    """Make the CRCs of the table and the headers right again."""
    at, size = struct.unpack_from("<II", data, 0x60)
    data[0x68:0x6c] = struct.pack("<I", zlib.crc32(data[at:at + size]))
    seal_info(data)


# What pack writes.

def test_image_header(image):
    assert image[:8] == MORTISE[:8]
    assert struct.unpack_from("<QQQ", image, 8) == (0, 0x40000, 0xa)
    assert image[32:64] == bytes(24) + b"ARM\x64" + bytes(4)
    assert image[0x80:len(MORTISE)] == MORTISE[0x80:]


def test_no_leftover_and_mode(image, folder):
    assert len(image) == 0x3000 + 165
    assert not [name for name in os.listdir(folder) if name.startswith("app.img.")]
    mask = os.umask(0)
    os.umask(mask)
    assert (folder / "app.img").stat().st_mode & 0o777 == 0o666 & ~mask


def test_pack_twice_is_identical(tnpack, folder, image):
    assert run(tnpack, folder, "pack", "app.spec", "b.img").returncode == 0
    assert (folder / "b.img").read_bytes() == image


def test_pack_replaces_only_after_success(tnpack, folder, image):
    (folder / "other.desc").write_bytes(OTHER[:-1] + b"\1")
    assert run(tnpack, folder, "pack", "app.spec", "app.img").returncode == 8
    assert (folder / "app.img").read_bytes() == image


def test_verify(tnpack, folder, image):
    done = run(tnpack, folder, "verify", "app.img")
    assert done.returncode == 0
    assert done.stdout.decode() == f"app.img: ok, 2 partitions, {len(image)} bytes\n"


def test_report(tnpack, folder, image):
    done = run(tnpack, folder, "report", "app.img")
    assert (done.returncode, done.stdout) == (0, REPORT)


def test_inspect(tnpack, folder, image):
    done = run(tnpack, folder, "inspect", "app.img")
    data = json.loads(done.stdout)
    assert (data["name"], data["board"], data["cpu_count"]) == ("demo", "qemu-virt", 2)
    assert data["info"] == {
        "version": 1, "flags": 1, "sha256_at_boot": True, "file_size": len(image),
        "memory_size": 0x40000, "hv_bss_offset": 0x8000, "hv_bss_size": 0x4000,
        "info_crc": zlib.crc32(image[:0x7c])}
    assert data["report"] == {"offset": 0xe01, "size": len(REPORT), "crc": zlib.crc32(REPORT)}
    assert data["toc"] == {"offset": 0xc00, "size": 72 + 2 * 80 + 4 * 16,
                           "crc": zlib.crc32(image[0xc00:0xc00 + 296])}
    assert [(s["offset"], s["size"], s["partition"]) for s in data["segments"]] == [
        (0x80, len(MORTISE) - 0x80, None), (0x1000, 2400, 0), (0x2000, 300, 0), (0x3000, 165, 1)]
    for segment in data["segments"]:
        start = segment["offset"]
        assert segment["crc"] == zlib.crc32(image[start:start + segment["size"]])
    app = data["partitions"][0]
    assert (app["name"], app["mode"], app["entry"], app["caps"], app["cpus"]) == \
        ("app", "bypass", RAM, 6, [0])
    assert app["regions"][2] == {"kind": "memory", "ipa": RAM + 0x100000, "size": 0x3000,
                                 "source": 0x10000, "access": "rw"}
    assert [r["access"] for r in app["regions"]] == ["rx", "r", "rw", "rw"]
    assert app["irqs"][1] == {"intid": 33, "edge": True, "priority": 0xa0}
    assert (app["first_segment"], app["segment_count"]) == (1, 2)


def test_digest_is_desc_then_segments(tnpack, folder, image):
    import hashlib
    data = json.loads(run(tnpack, folder, "inspect", "app.img").stdout)
    whole = desc() + b"text" * 600 + b"rodata" * 50
    assert data["partitions"][0]["sha256"] == hashlib.sha256(whole).hexdigest()


def test_names_are_json(tnpack, folder):
    (folder / "app.spec").write_text(SPEC.replace("image demo", 'image a"b\\c'))
    assert run(tnpack, folder, "pack", "app.spec", "app.img").returncode == 0
    assert json.loads(run(tnpack, folder, "inspect", "app.img").stdout)["name"] == 'a"b\\c'


def test_no_report(tnpack, folder):
    (folder / "app.spec").write_text(SPEC.replace("report report.bin 0xe01", ""))
    assert run(tnpack, folder, "pack", "app.spec", "app.img").returncode == 0
    refused(tnpack, folder, 8, "app.img: there is no build report in it; build it again",
            "report", "app.img")


@pytest.mark.parametrize("args", [(), ("frob", "x"), ("pack", "x"), ("verify",),
                                  ("verify", "x", "y")])
def test_usage(tnpack, tmp_path, args):
    done = run(tnpack, tmp_path, *args)
    assert done.returncode == 2 and done.stderr.startswith(b"usage: tnpack pack SPEC OUT")


def test_help(tnpack, tmp_path):
    done = run(tnpack, tmp_path, "--help")
    assert done.returncode == 0 and done.stdout.startswith(b"usage: tnpack")


# What pack refuses: (what is replaced in SPEC by what, exit code, the line).

SPECS = {
    "unknown": ("toc 0xc00", "tco 0xc00", 3,
                "app.spec:11: unknown directive 'tco'; there are image, memory, mortise, "
                "partition, segment, toc and report"),
    "fields": ("toc 0xc00", "toc 0xc00 7", 3,
               "app.spec:11: 'toc' has 1 fields, not 2; write 'toc OFFSET'"),
    "many fields": ("toc 0xc00", "toc 1 2 3 4 5 6 7 8", 3,
                    "app.spec:11: a quote is open or there are too many fields; close it"),
    "open quote": ('"app desc"', '"app desc', 3,
                   "app.spec:6: a quote is open or there are too many fields; close it"),
    "number": ("toc 0xc00", "toc -8", 3,
               "app.spec:11: '-8' is not a number of 32 bits; write it as 4096 or 0x1000"),
    "bare 0x": ("toc 0xc00", "toc 0x", 3,
                "app.spec:11: '0x' is not a number of 32 bits; write it as 4096 or 0x1000"),
    "large number": ("memory 0x40000", "memory 0x100000000", 3,
                     "app.spec:4: '0x100000000' is not a number of 32 bits; "
                     "write it as 4096 or 0x1000"),
    "name": ("image demo", "image " + "x" * 32, 3,
             f"app.spec:2: '{'x' * 32}' is not a name; use 1 to 31 printable characters without "
             "blanks"),
    "blank in name": ("image demo", 'image "de mo"', 3,
                      "app.spec:2: 'de mo' is not a name; use 1 to 31 printable characters "
                      "without blanks"),
    "no file": ("text.bin", "tex.bin", 3,
                "app.spec:7: cannot read 'tex.bin': No such file or directory; build it first"),
    "folder": ("text.bin", ".", 3,
               "app.spec:7: cannot read '.': Is a directory; build it first"),
    "twice": ("memory 0x40000", "memory 0x40000\nmemory 0x40000", 3,
              "app.spec:5: 'memory' is in line 4 already; keep one"),
    "toc twice": ("toc 0xc00", "toc 0xc00\ntoc 0xd00", 3,
                  "app.spec:12: 'toc' is in line 11 already; keep one"),
    "no memory": ("memory 0x40000", "", 3, "app.spec: there is no 'memory' line; add it"),
    "no toc": ("toc 0xc00", "", 3, "app.spec: there is no 'toc' line; add it"),
    "no mortise": ("mortise mortise.bin 0x8000 0x4000", "", 3,
                   "app.spec: there is no 'mortise' line; add it"),
    "segment first": ("memory 0x40000", "segment text.bin 0x1000", 3,
                      "app.spec:4: a segment before any partition; put it behind its "
                      "partition's line"),
    "no segment": ("segment other.bin 0x3000", "", 3,
                   "app.spec:9: partition 'other' has no segment; add a 'segment' line"),
    "same name": ("partition other", "partition app", 3,
                  "app.spec:9: there is a partition 'app' already; rename one"),
    "segment align": ("other.bin 0x3000", "other.bin 0x3010", 3,
                      "app.spec:10: offset 0x3010 of other.bin is not a multiple of 0x1000; "
                      "move it to 0x4000"),
    "toc align": ("toc 0xc00", "toc 0xc04", 3,
                  "app.spec:11: offset 0xc04 of the table of contents is not a multiple of 0x8; "
                  "move it to 0xc08"),
    "bss align": ("0x8000 0x4000", "0x8010 0x4000", 3,
                  "app.spec:5: Mortise's .bss at 0x8010 is not at a page; move it to 0x9000"),
    "overlap": ("rodata.bin 8192", "rodata.bin 0x1000", 6,
                "app.spec:8: rodata.bin at 0x1000..0x112b overlaps text.bin at 0x1000..0x195f of "
                "line 7; move one of them"),
    "overlap toc": ("toc 0xc00", "toc 0xe00", 6,
                    "app.spec:12: report.bin at 0xe01..0xe14 overlaps the table of contents at "
                    "0xe00..0xf27 of line 11; move one of them"),
    "overlap headers": ("toc 0xc00", "toc 0x20", 6,
                        "app.spec:11: the table of contents at 0x20..0x147 overlaps mortise.bin "
                        "at 0..0x39f of line 5; move one of them"),
    "memory": ("memory 0x40000", "memory 0x3000", 6,
               "app.spec:4: the file has 12453 bytes, its memory 12288; "
               "give the image more memory"),
    "beyond 4 GiB": ("other.bin 0x3000", "other.bin 0xfffff000", 6,
                     "app.spec:4: the file has 4294963365 bytes, its memory 262144; "
                     "give the image more memory"),
    "bss in file": ("0x8000 0x4000", "0x3000 0x4000", 6,
                    "app.spec:5: Mortise's .bss at 0x3000 overlaps the file, which ends at "
                    "0x30a5; move it to 0x4000"),
    "bss beyond": ("0x8000 0x4000", "0x8000 0xfffff000", 6,
                   "app.spec:5: Mortise's .bss ends at 0x100007000, the memory at 0x40000; "
                   "give the image more memory"),
    "flags": ("qemu-virt 2 1", "qemu-virt 2 6", 8,
              "app.spec:2: an unknown flag is set, or a reserved field is not 0; "
              "use flags of this version only"),
    "cpu count": ("qemu-virt 2 1", "qemu-virt 1 1", 8,
                  "app.spec:9: partition 'other': it has no CPU, or one beyond the image's CPU "
                  "count; give it a CPU that exists"),
    "no cpu": ("qemu-virt 2 1", "qemu-virt 0 1", 8,
               "app.spec:2: 1..32 partitions, up to 128 segments and 1..64 CPUs are possible; "
               "use fewer"),
}


@pytest.mark.parametrize("old, new, code, line", SPECS.values(), ids=SPECS)
def test_bad_spec(tnpack, folder, old, new, code, line):
    assert SPEC.count(old) == 1
    (folder / "app.spec").write_text(SPEC.replace(old, new))
    refused(tnpack, folder, code, line, "pack", "app.spec", "app.img")


def test_no_spec(tnpack, tmp_path):
    refused(tnpack, tmp_path, 3,
            "x.spec: cannot read it: No such file or directory; name a specification",
            "pack", "x.spec", "app.img")


def test_empty_input(tnpack, folder):
    (folder / "text.bin").write_bytes(b"")
    refused(tnpack, folder, 3, "app.spec:7: 'text.bin' is empty; build it again",
            "pack", "app.spec", "app.img")


def test_short_mortise(tnpack, folder):
    (folder / "mortise.bin").write_bytes(bytes(0x80))
    refused(tnpack, folder, 3, "app.spec:5: mortise.bin has 128 bytes, no more than the headers; "
            "link Mortise at 0x80", "pack", "app.spec", "app.img")


def test_unwritable_output(tnpack, folder):
    refused(tnpack, folder, 3, "no/app.img: cannot write it: No such file or directory; "
            "choose another place", "pack", "app.spec", "no/app.img")
    (folder / "dir").mkdir()
    refused(tnpack, folder, 3, "dir: cannot write it: Is a directory; choose another place",
            "pack", "app.spec", "dir")


def test_many_partitions_and_segments(tnpack, folder):
    lines = "".join(f"partition p{n} other.desc 0\nsegment other.bin 0\n" for n in range(33))
    (folder / "app.spec").write_text(lines)
    refused(tnpack, folder, 6,
            "app.spec:65: an image holds 32 partitions; leave some out",
            "pack", "app.spec", "app.img")
    (folder / "app.spec").write_text("partition p other.desc 0\n" +
                                     "segment other.bin 0\n" * 128)
    refused(tnpack, folder, 6, "app.spec:129: an image holds 128 segments; join some",
            "pack", "app.spec", "app.img")


# Descriptors that pack refuses: (app's descriptor, exit code, the line behind "app.spec:6: ").

WX = region(RAM + 0x100000, 0x3000, 0x10000, MEMORY, R | W | X)
DESCS = {
    "not one": (b"x" * 80, 8, "not a partition descriptor; give one that the template made"),
    "name": (desc("app2"), 8, "its descriptor has another name; use one name in both"),
    "size": (desc() + bytes(8), 8,
             "the descriptor's size does not match its counts; make it again"),
    "mode": (desc(mode=9), 8, "unknown mode; use bypass or tenon"),
    "entry": (desc(entry=RAM + 0x1000), 8, "the entry is not an instruction in an executable "
              "region; set it to the start of the text"),
    "w+x": (desc(regions=(TEXT, WX)), 8,
            "region 1 (ipa 0x40100000, size 0x3000, source 0x10000): this access is not allowed "
            "(none, W with X, a device with X, or image bytes with W); split it by access"),
    "foreign segment": (desc(regions=(TEXT, region(RAM + 0x1000, 0x1000, 0x3000, IMAGE, R))), 8,
                        "region 1 (ipa 0x40001000, size 0x1000, source 0x3000): not inside one "
                        "of the partition's own segments; map its own segments only"),
    "memory": (desc(regions=(TEXT, region(RAM + 0x100000, 0x4000, 0x3d000, MEMORY, R | W))), 6,
               "region 1 (ipa 0x40100000, size 0x4000, source 0x3d000): not between the end of "
               "the file and the memory size; move it or give the image more memory"),
    "hv bss": (desc(regions=(TEXT, region(RAM + 0x100000, 0x4000, 0x7000, MEMORY, R | W))), 6,
               "region 1 (ipa 0x40100000, size 0x4000, source 0x7000): it overlaps Mortise's "
               ".bss; move one of them"),
    "overlap": (desc(regions=(TEXT, region(RAM, 0x1000, 0x10000, MEMORY, R))), 6,
                "region 0 (ipa 0x40000000, size 0x1000, source 0x1000): it overlaps another "
                "region in guest-physical space: region 1 (ipa 0x40000000, size 0x1000, source "
                "0x10000); move one of them"),
    "irq": (desc(irqs=(irq(27), irq(15))), 8, "interrupt 1 (INTID 15): INTID is not 16..1019, "
            "or edge not 0 or 1; use the interrupts of the board"),
    "irq twice": (desc(irqs=(irq(27), irq(27))), 8,
                  "interrupt 1 (INTID 27): the INTID is in the list before; list it once"),
}


@pytest.mark.parametrize("data, code, line", DESCS.values(), ids=DESCS)
def test_bad_desc(tnpack, folder, data, code, line):
    (folder / "app desc").write_bytes(data)
    refused(tnpack, folder, code, f"app.spec:6: partition 'app': {line}",
            "pack", "app.spec", "app.img")


TWO = {
    "cpu": (desc("other", cpus=3, regions=(region(RAM, 0x1000, 0x3000, IMAGE, R | X),)),
            "one of its CPUs belongs to another partition, 'app'; give each its own CPUs"),
    "memory": (desc("other", cpus=2, regions=(
        region(RAM, 0x1000, 0x3000, IMAGE, R | X),
        region(RAM + 0x100000, 0x1000, 0x12000, MEMORY, R | W))),
        "region 1 (ipa 0x40100000, size 0x1000, source 0x12000): it belongs to another "
        "partition, 'app'; give it to one of them"),
    "spi": (desc("other", cpus=2, irqs=(irq(27), irq(33)),
                 regions=(region(RAM, 0x1000, 0x3000, IMAGE, R | X),)),
            "interrupt 1 (INTID 33): it belongs to another partition, 'app'; "
            "give it to one of them"),
}


@pytest.mark.parametrize("data, line", TWO.values(), ids=TWO)
def test_two_partitions_claim(tnpack, folder, data, line):
    (folder / "other.desc").write_bytes(data)
    refused(tnpack, folder, 6, f"app.spec:9: partition 'other': {line}",
            "pack", "app.spec", "app.img")


# Damaged images: the same line from verify, inspect and report.

DAMAGED = "the file is damaged, build it again"
TRUNCATED = "the file is truncated or not an image, build it again"


def damaged(tnpack, folder, data, line):
    (folder / "app.img").write_bytes(data)
    for command in ("verify", "inspect", "report"):
        refused(tnpack, folder, 8, f"app.img: {line}", command, "app.img")


def test_no_file(tnpack, tmp_path):
    refused(tnpack, tmp_path, 3, "app.img: cannot read it: No such file or directory; "
            "name an image", "verify", "app.img")


def test_empty(tnpack, tmp_path):
    damaged(tnpack, tmp_path, b"", "the file is empty; build it again")


def test_short(tnpack, folder, image):
    damaged(tnpack, folder, image[:100], f"100 bytes, the headers alone have 128; {TRUNCATED}")


def test_truncated(tnpack, folder, image):
    damaged(tnpack, folder, image[:-1],
            f"{len(image) - 1} bytes, the headers say {len(image)}; {TRUNCATED}")


def test_longer(tnpack, folder, image):
    damaged(tnpack, folder, image + b"\0",
            f"{len(image) + 1} bytes, the headers say {len(image)}; {TRUNCATED}")


def test_text_file(tnpack, tmp_path):
    damaged(tnpack, tmp_path, b"int main(void) { return 0; }\n" * 9,
            "not an arm64 Image; give an image that tnimage built")


def test_other_kernel(tnpack, folder, image):
    image[0x40] = 0
    damaged(tnpack, folder, image,
            "an arm64 Image, but not a TenonOS one; give an image that tnimage built")


def test_other_version(tnpack, folder, image):
    image[0x48] = 2
    damaged(tnpack, folder, image, "another version of the image format; use the tnimage that "
            "built it, or build it again")


def test_headers(tnpack, folder, image):
    image[0] ^= 1
    damaged(tnpack, folder, image, f"the CRC-32 of the headers is wrong; {DAMAGED}")


def test_header_field(tnpack, folder, image):
    image[24] ^= 1
    seal_info(image)
    damaged(tnpack, folder, image, f"a field of the arm64 Image header is wrong; {DAMAGED}")


def test_table(tnpack, folder, image):
    image[0xc00] ^= 1
    damaged(tnpack, folder, image, f"the CRC-32 of the table of contents is wrong; {DAMAGED}")


def crc_line(data, at, size, bit):
    """What a flipped bit at `at` does to the CRC of size bytes."""
    good = zlib.crc32(data[at:at + size])
    data[at] ^= bit
    return f"CRC-32 is {zlib.crc32(data[at:at + size]):08x}, the table says {good:08x}"


def test_segment(tnpack, folder, image):
    line = crc_line(image, 0x2000, 300, 4)
    damaged(tnpack, folder, image, f"segment 2 (partition 'app'): {line}; {DAMAGED}")


def test_mortise_segment(tnpack, folder, image):
    line = crc_line(image, 0x80, len(MORTISE) - 0x80, 1)
    damaged(tnpack, folder, image, f"segment 0 (Mortise): {line}; {DAMAGED}")


def test_desc(tnpack, folder, image):
    line = crc_line(image, 0xa00, len(OTHER), 2)
    damaged(tnpack, folder, image, f"partition 'other': descriptor: {line}; {DAMAGED}")


def test_damaged_report(tnpack, folder, image):
    line = crc_line(image, 0xe01, len(REPORT), 0x80)
    damaged(tnpack, folder, image, f"report: {line}; {DAMAGED}")


def test_digest(tnpack, folder, image):
    image[0xc00 + 72 + 80 + 48] ^= 1
    seal(image)
    damaged(tnpack, folder, image, f"partition 'other': its SHA-256 is wrong; {DAMAGED}")


def test_gap(tnpack, folder, image):
    image[0x2fff] = 1
    damaged(tnpack, folder, image,
            f"the byte at 0x2fff is not 0 and belongs to nothing; {DAMAGED}")


def test_forged_overlap(tnpack, folder, image):
    struct.pack_into("<I", image, 0xc00 + 72 + 160 + 16, 0x2000)
    seal(image)
    damaged(tnpack, folder, image, "segment 2 at 0x2000..0x212b overlaps segment 1 at "
            f"0x2000..0x295f; {DAMAGED}")


def test_forged_owner(tnpack, folder, image):
    struct.pack_into("<H", image, 0xc00 + 72 + 160 + 16 + 12, 1)
    seal(image)
    damaged(tnpack, folder, image, "segment 1: it belongs to another partition than the table "
            f"says; {DAMAGED}")


def test_forged_names(tnpack, folder, image):
    """A name that was not checked yet is never printed."""
    image[0xc00 + 72] = 0x1b
    seal(image)
    damaged(tnpack, folder, image,
            f"partition 0: a name is 1 to 31 printable characters without blanks; {DAMAGED}")
    image[0xc00] = 0x1b
    seal(image)
    damaged(tnpack, folder, image,
            f"board: a name is 1 to 31 printable characters without blanks; {DAMAGED}")


def test_every_byte(tnpack, folder, image):
    """A flipped byte is refused wherever it is, in a gap too (a sample: it is a process each)."""
    for at in [*range(0, 0x80, 3), *range(0x80, len(image), 97)]:
        image[at] ^= 0xff
        (folder / "app.img").write_bytes(image)
        done = run(tnpack, folder, "verify", "app.img")
        assert done.returncode == 8 and re.fullmatch(rb"app\.img: .+; .+\n", done.stderr), at
        image[at] ^= 0xff


def test_fuzz(tnpack, folder, image, tmp_path_factory):
    """A bounded run of libFuzzer over image_fuzz.c, from a packed image and the unit test's."""
    work = tmp_path_factory.mktemp("fuzz")
    seeds = work / "seeds"
    seeds.mkdir()
    (seeds / "packed").write_bytes(image)
    (seeds / "desc").write_bytes(desc())
    compile_c(work / "sample", SANITIZE, "-Icore/test/include", "image/image_test.c", *LIBRARY)
    subprocess.run([work / "sample", seeds / "sample"], check=True)
    compile_c(work / "fuzz", f"fuzzer,{SANITIZE}", "image/image_fuzz.c", *LIBRARY)
    done = subprocess.run(
        [work / "fuzz", f"-runs={FUZZ_RUNS}", "-max_total_time=300", "-seed=1", "-max_len=16384",
         f"-artifact_prefix={work}/", seeds], cwd=work, capture_output=True, text=True,
        timeout=400, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert re.search(r"^Done \d+ runs", done.stderr, re.M), done.stderr[-400:]
