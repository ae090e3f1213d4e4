# SPDX-License-Identifier: Apache-2.0
"""A specification for tnpack with all its files, and tnpack under the sanitizers."""
import os
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


def irq(intid, flags=0):
    return struct.pack("<HBB", intid, flags, 0xa0)


TEXT = region(RAM, 0x1000, 0x1000, IMAGE, R | X)
RODATA = region(RAM + 0x1000, 0x1000, 0x2000, IMAGE, R)
STACK = region(RAM + 0x100000, 0x3000, 0x10000, MEMORY, R | W)
UART = region(0x09000000, 0x1000, 0x09000000, DEVICE, R | W)


def desc(name="app", regions=(TEXT, RODATA, STACK, UART), irqs=(irq(27), irq(33, 1), irq(34)),
         entry=RAM, cpus=1, mode=1, caps=0b110, doorbells=()):
    """struct tn_partition_desc; the Python side of a contract, on purpose not the template's."""
    body = b"".join(regions) + b"".join(irqs) + struct.pack(f"<{len(doorbells)}H", *doorbells)
    size = (96 + len(body) + 7) & -8
    head = struct.pack("<IHH32sQQQHHHH24x", 0x44504e54, 2, size, name.encode(), entry, caps, cpus,
                       mode, len(regions), len(irqs), len(doorbells))
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
