# SPDX-License-Identifier: Apache-2.0
"""Images as tnpack writes them, damaged ones as it refuses them, and the parser fuzzed.

The library's own rules have their table in image/image_test.c, which test_units.py runs; here
are the words and exit codes.
"""
import hashlib
import json
import os
import re
import struct
import subprocess
import zlib

import pytest

from imagekit import (LIBRARY, MORTISE, OTHER, RAM, REPORT, SANITIZE, SPEC, compile_c, desc, folder,
                      image, refused, run, tnpack)  # noqa: F401  (fixtures)

FUZZ_RUNS = 200000


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
