# SPDX-License-Identifier: Apache-2.0
"""Mortise with one partition: what it makes of a program that misbehaves, where it can be
started, and that its stage-2 tables are those which the builder counted."""
import os
import random
import subprocess
import sys
from types import SimpleNamespace

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TREE, "tools"))

from tenon import board, cache, stage2  # noqa: E402  (the path must be set first)

TNIMAGE = os.path.join(TREE, "tools", "tnimage")
BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")
PAGE, BLOCK = 0x1000, 0x200000
KINDS = {"image": 1, "memory": 2, "device": 3}


def tnimage(*words, **kwargs):
    return subprocess.run([TNIMAGE, *words], capture_output=True, text=True, timeout=300,
                          check=False, **kwargs)


def answer(image, key):
    """(exit code, output lines) of bad.c told to do `key`."""
    with subprocess.Popen([TNIMAGE, "run", image, "--timeout", "60"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True, bufsize=1) as run:
        question = run.stdout.readline()
        run.stdin.write(key + "\n")
        run.stdin.close()
        lines = run.stdout.read().replace("\r", "").split("\n")
        assert question.strip() == "?", [question, *lines]
        return run.wait(), lines


@pytest.fixture(scope="module", params=BOARDS)
def bad(request, tmp_path_factory):
    """(board, image of tests/mortise/bad.c)"""
    image = str(tmp_path_factory.mktemp("bad") / "app.img")
    done = tnimage("build", os.path.join(TREE, "tests/mortise/bad.c"), "--board", request.param,
                   "-o", image)
    assert done.returncode == 0, done.stderr
    return request.param, image


FAULTS = {
    "r": "data abort (translation fault) at 0x0000000012345678, read of 4 bytes",
    "w": "data abort (permission fault) at ",
    "t": "data abort (permission fault) at ",
    "x": "instruction abort (permission fault) at ",
    "s": "stack overflow (translation fault) at ",
    "f": "stack overflow (",
    "u": "undefined instruction",
    "b": "breakpoint instruction",
    "p": "misaligned program counter",
    "m": "access to a system register",
    "n": "instruction abort (translation fault) at 0x0000000000000000",
    "d": "data abort (translation fault) at 0x0000000008000000, read of 4 bytes",
}


@pytest.mark.parametrize("key", FAULTS)
def test_fault_is_reported_and_stops(bad, key):
    code, lines = answer(bad[1], key)
    assert any(line.startswith('mortise: partition 0 "bad" fault: ' + FAULTS[key])
               for line in lines), lines
    assert any(line.startswith("mortise:   pc 0x") for line in lines)
    assert any(line.startswith("mortise:   x28 0x") for line in lines)
    assert code == 9


def test_sgi_register_traps_on_gicv3(bad):
    code, lines = answer(bad[1], "i")
    reason = "access to a system register" if bad[0] == "qemu-virt" else "undefined instruction"
    assert f'mortise: partition 0 "bad" fault: {reason}' in lines
    assert code == 9


def test_what_is_not_granted_is_refused(bad):
    assert answer(bad[1], "h") == (0, ["-1 -1 -1 -1 -1 -1", ""])


def test_status(bad):
    assert answer(bad[1], "e") == (9, ['mortise: partition 0 "bad" exit 3', ""])


def test_another_exception_level(bad):
    """QEMU without virtualization=on: one line, no crash."""
    name, image = bad
    machine = board.load(name).data["qemu"]["machine"].replace("virtualization=on", "")
    with subprocess.Popen(
            ["qemu-system-aarch64", "-M", machine.rstrip(","), "-cpu", "cortex-a53", "-nic",
             "none", "-nographic", "-audiodev", "none,id=quiet", "-kernel", image],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True) as qemu:
        try:
            line = qemu.stdout.readline()
        finally:
            qemu.kill()
    assert line.strip() == ("mortise: entered at EL1; start the image at EL2 "
                            "(QEMU: virtualization=on)")


def corrupt(image, where, path):
    """Flip a bit at an offset, or in the first occurrence of a text."""
    with open(image, "rb") as file:
        data = bytearray(file.read())
    data[where if isinstance(where, int) else data.index(where)] ^= 1
    with open(path, "wb") as file:
        file.write(data)


@pytest.mark.parametrize("where, message", [
    # In Mortise's data: damaged code might not come as far as the check.
    (b"data abort", "mortise: segment 0 (mortise) is corrupt"),
    (0x50, "mortise: the image's header is corrupt; write the image again"),
    (0x40 + 26, "mortise: the image's header is corrupt; write the image again"),
])
def test_corrupt_image(bad, tmp_path, where, message):
    """tnimage would not even start it, so QEMU does."""
    name, image = bad
    broken = tmp_path / "broken.img"
    corrupt(image, where, broken)
    done = subprocess.run(
        ["qemu-system-aarch64", "-M", board.load(name).data["qemu"]["machine"], "-nic", "none",
         *(() if name == "zcu102" else ("-cpu", "cortex-a53")), "-nographic", "-kernel", broken],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith(message), done.stdout


@pytest.mark.parametrize("name", BOARDS)
def test_another_cpu(tmp_path, name):
    (tmp_path / "tnimage.toml").write_text(
        f'[image]\nname = "other"\nboard = "{name}"\n'
        '[[partition]]\nname = "app"\nmode = "bypass"\nsrc = ["app.c"]\ncpus = [2]\n')
    (tmp_path / "app.c").write_text(
        "#include <stdio.h>\n"
        "int main(void)\n{\n    unsigned long id;\n"
        '    __asm__("mrs %0, mpidr_el1" : "=r"(id));\n'
        '    printf("on %lu\\n", id & 0xff);\n    return 0;\n}\n')
    done = tnimage("build", "-f", "tnimage.toml", "-o", "other.img", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "other.img", "--timeout", "60", cwd=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "on 2"), done.stderr


def random_regions(rng, ipa_bits):
    """Regions that do not overlap, placed as layout.py places them."""
    regions, at = [], rng.randrange(1, 64) * PAGE
    for _ in range(rng.randrange(1, 7)):
        kind = rng.choice(list(KINDS))
        at += rng.choice((1, 2, rng.randrange(1, 3000))) * PAGE
        size = rng.choice((1, 3, rng.randrange(1, 3 * BLOCK // PAGE), BLOCK // PAGE)) * PAGE
        if rng.random() < 0.3:
            at = (at + BLOCK - 1) & -BLOCK
        if at + size >= 1 << ipa_bits:
            break
        source = rng.randrange(1, 1 << 16) * PAGE
        if kind == "device":
            source = at if rng.random() < 0.8 else source
        elif kind == "memory" and size >= BLOCK:
            source += (at - source) % BLOCK
        elif kind == "image" and (at - source) % BLOCK == 0:
            source += PAGE  # congruent by chance: fewer tables than counted
        colours = 0
        if kind == "memory" and rng.random() < 0.5:
            colours = rng.getrandbits(32) | 1 << source // PAGE % 32
        regions.append(SimpleNamespace(kind=kind, ipa=at, size=size, source=source,
                                       colours=colours))
        at += size
    return regions


@pytest.mark.parametrize("ipa_bits", [25, 28, 30, 32, 36])
def test_stage2_is_as_counted(tmp_path, ipa_bits):
    (tmp_path / "tn").mkdir()
    (tmp_path / "tn/board.h").write_text(f"#define TN_BOARD_IPA_BITS {ipa_bits}\n")
    (tmp_path / "tn/sysreg.h").write_text(
        "#include <string.h>\n"
        "#define tn_sysreg_read(name) 4\n#define tn_sysreg_write(name, value) (void)(value)\n"
        "#define tn_dsb(domain)\n#define tn_tlbi(operation)\n#define tn_isb()\n"
        "#define tn_dc_zva(at) memset((void *)(at), 0, 64)\n")
    program = tmp_path / "stage2"
    subprocess.run(
        ["clang", "-std=gnu11", "-g", "-O1", "-fsanitize=address,undefined",
         "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror", "-DCONFIG_S2_TABLES=4096", "-DCONFIG_HV_IPA_BITS=TN_BOARD_IPA_BITS",
         "-DCONFIG_PARTITIONS=1", "-DCONFIG_HV_CPUS=1", "-DCONFIG_POOL_IDLES=0", "-DCONFIG_EL2_PROGRAM=0",
         "-DCONFIG_COLOURED=1", "-DCONFIG_HV_COLOURED=0", f"-I{tmp_path}", *(f"-I{folder}/include" for folder in (
             "hv/stage2", "hv/partition", "core/abi", "core/base", "image")),
         "tests/mortise/stage2.c", "-o", program], cwd=TREE, check=True)
    rng = random.Random(ipa_bits)
    for _ in range(60):
        regions = random_regions(rng, ipa_bits)
        if not regions:
            continue
        text = "".join(f"{r.ipa:#x} {r.size:#x} {r.source:#x} {KINDS[r.kind]} "
                       f"{5 if r.kind == 'image' else 3} {r.colours:#x}\n" for r in regions)
        done = subprocess.run([program], input=text, capture_output=True, text=True, timeout=60,
                              check=False)
        assert done.returncode == 0, text + done.stdout + done.stderr
        assert int(done.stdout) == stage2.tables(regions, ipa_bits), text


TREE_SOURCE = """/dts-v1/;
/ {
    #address-cells = <2>;
    #size-cells = <%d>;
    chosen { memory = "no node"; reg = <0 0x40000000 0 0x8000000>; };
    memory@40000000 { device_type = "memory"; reg = <%s>; };
    memory-controller@0 { reg = <0 0x80000000 0 0x8000000>; };
    soc { #address-cells = <1>; memory@0 { reg = <0x80000000 0x8000000>; }; };
};
"""


@pytest.fixture(scope="module")
def dtb(tmp_path_factory):
    """hv/dtb for this machine, with libfdt, under the sanitizers."""
    program = tmp_path_factory.mktemp("dtb") / "dtb"
    folders = ("hv/partition", "hv/report", "core/abi", "core/base", "core/fdt", "core/mmio",
               "image")
    subprocess.run(
        ["clang", "-std=gnu11", "-g", "-O1", "-fsanitize=address,undefined",
         "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror", "-Wno-tautological-compare",
         "-DCONFIG_PARTITIONS=1", "-DCONFIG_HV_CPUS=1", "-DCONFIG_COLOURED=0",
         *(f"-I{folder}/include" for folder in folders), f"-I{cache.libfdt()}",
         f"-I{cache.libfdt()}/include", "tests/mortise/dtb.c", "core/fdt/fdt.c",
         "core/fdt/fdt_ro.c", "-o", program], cwd=TREE, check=True)
    return program


def tree(path, banks="0 0x40000000 0 0x8000000", size_cells=2):
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", path], check=True, text=True,
                   input=TREE_SOURCE % (size_cells, banks))
    return path


@pytest.mark.parametrize("banks, size_cells, base, size, fits", [
    ("0 0x40000000 0 0x8000000", 2, 0x40200000, 0x100000, True),
    ("0 0x40000000 0 0x8000000", 2, 0x40000000, 0x8000000, True),
    ("0 0x40000000 0 0x8000000", 2, 0x47f00000, 0x100001, False),
    ("0 0x40000000 0 0x8000000", 2, 0x3fe00000, 0x400000, False),
    ("0 0x40000000 0 0x8000000", 2, 0x80000000, 0x1000, False),
    ("0 0x80000000 0x8000000 0 0x40000000 0x100000", 1, 0x40000000, 0x100000, True),
    ("8 0 4 0 0 0x40000000 0 0x100000", 2, 0x800200000, 0x100000, True),
    ("8 0 4 0 0 0x40000000 0 0x100000", 2, 0x400200000, 0x100000, False),
    ("0xffffffff 0 0xffffffff 0", 2, 0x40000000, 0x1000, False),
])
def test_ram_of_the_device_tree(dtb, tmp_path, banks, size_cells, base, size, fits):
    path = tree(tmp_path / "tree.dtb", banks, size_cells)
    done = subprocess.run([dtb, path, hex(base), hex(size)], capture_output=True, text=True,
                          timeout=60, check=False)
    text = "" if fits else (f"mortise: the image takes {base:#014x}..{base + size:#014x}, "
                            "which is not RAM by the boot loader's device tree\n")
    assert (done.stdout, done.stderr) == (text, "")


@pytest.mark.parametrize("start, size, fits", [
    (0x44000000, 0x4000000, True),
    (0x44000000, 0x4001000, False),
    (0x3ffff000, 0x2000, False),
    (0x80000000, 0x1000, False),
])
def test_partition_ram_of_the_device_tree(dtb, tmp_path, start, size, fits):
    path = tree(tmp_path / "tree.dtb")
    done = subprocess.run([dtb, path, "0x40200000", "0x100000", hex(start), hex(size)],
                          capture_output=True, text=True, timeout=60, check=False)
    text = "" if fits else (f'mortise: partition "guest" takes {start:#014x}..'
                            f"{start + size:#014x}, which is not RAM by the boot loader's device "
                            "tree\n")
    assert (done.stdout, done.stderr) == (text, "")


def test_damaged_device_tree(dtb, tmp_path):
    """Any byte may be wrong: an answer, never a crash."""
    with open(tree(tmp_path / "tree.dtb"), "rb") as file:
        good = file.read()
    rng = random.Random(1)
    for _ in range(300):
        data = bytearray(good)
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(len(data))] = rng.choice((0, 1, 2, 3, 4, 9, 0x80, 0xff))
        (tmp_path / "bad.dtb").write_bytes(data)
        done = subprocess.run([dtb, tmp_path / "bad.dtb", "0x40200000", "0x1000"],
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode in (0, 1, 3) and done.stderr == "", done.stderr


@pytest.mark.parametrize("boot", ["kernel", "uboot"])
def test_device_tree_of_the_boot_loader(tmp_path, boot):
    (tmp_path / "app.c").write_text('#include <stdio.h>\nint main(void)\n{\n    puts("up");\n}\n')
    done = tnimage("build", "app.c", "--with", "hv-dtb", "-o", "app.img", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "app.img", "--boot", boot, "--timeout", "120", cwd=tmp_path)
    assert done.returncode == 0 and done.stdout.rstrip().endswith("up"), done.stdout
