# SPDX-License-Identifier: Apache-2.0
"""Kernels that are not ours in partitions: mode raw, with a small one of our own."""
import gzip
import os
import struct
import subprocess
import sys

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TREE, "tools"))

from tenon import board, devicetree, manifest  # noqa: E402

TNIMAGE = os.path.join(TREE, "tools", "tnimage")
SOURCES = os.path.join(TREE, "tests", "raw")
BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")
UART = {"pl011": (0x18, 0x20, 0), "cadence-uart": (0x2c, 0x10, 0x30)}  # status, full, data
CHECKS = 42  # in tests/raw/guest.c
OFFSET = 0x80000  # of an image without a header from the beginning of RAM
FAR = 1 << 20  # with kernel_offset


def compile_guest(folder, name, first=0, cpus=2, source="guest.c", offset=OFFSET):
    """One of the test's kernels as a flat image for a board and one or two CPUs from `first` on; returns its
    path."""
    machine = board.load(name)
    status, full, data = UART[machine.console()["driver"]]
    gic = machine.gic
    facts = {"GICD": gic["gicd"]["base"], "GICR": gic.get("gicr", {}).get("base", 0),
             "GICC": gic.get("gicc", {}).get("base", 0),
             "GICC_DIR": gic.get("gicc_dir", {}).get("base", 0), "UART": machine.console()["base"],
             "RAM_IPA": machine.ram_ipa,
             "UART_STATUS": status, "UART_FULL": full, "UART_DATA": data, "FIRST": first, "CPUS": cpus}
    elf, flat = str(folder / "guest.elf"), str(folder / "guest.flat")
    subprocess.run(
        ["clang", "-Wl,-e,start", "--target=aarch64-none-elf", "-ffreestanding", "-nostdlib", "-O1", "-Wall",
         "-Werror", "-mgeneral-regs-only", "-mstrict-align", "-fno-pic", "-fuse-ld=lld",
         *(f"-DTN_{key}={value:#x}" for key, value in facts.items()),
         f"-Wl,-T,{SOURCES}/link.ld", f"-Wl,--defsym=BASE={machine.ram[0]['base'] + offset:#x}",
         f"{SOURCES}/start.S", f"{SOURCES}/{source}", "-o", elf], check=True)
    subprocess.run(["llvm-objcopy", "-O", "binary", elf, flat], check=True)
    return flat


def tnimage(*words, **kwargs):
    return subprocess.run([TNIMAGE, *words], capture_output=True, errors="replace", timeout=300,
                          check=False, stdin=subprocess.DEVNULL, **kwargs)


def build(folder, name, text):
    (folder / "tnimage.toml").write_text(f'[image]\nname = "raw"\nboard = "{name}"\n' + text)
    done = tnimage("build", "-f", "tnimage.toml", "-o", "raw.img", cwd=folder)
    assert done.returncode == 0, done.stderr
    return str(folder / "raw.img")


def run(image, *words):
    done = tnimage("run", image, "--timeout", "120", *words)
    return done.returncode, done.stdout.replace("\r", "").split("\n")


def kernel(name, flat, **keys):
    text = f'[[partition]]\nname = "{name}"\nmode = "raw"\nkernel = "{flat}"\n'
    return text + "".join(f"{key} = {value}\n" for key, value in keys.items())


def passed(lines):
    assert not [line for line in lines if line.startswith("FAIL")], lines
    return [line for line in lines if line.startswith("ok ")]


@pytest.mark.parametrize("name", BOARDS)
def test_what_a_kernel_relies_on(tmp_path, name):
    """It ends by SYSTEM_OFF, with a second CPU asleep. One lies where another loader would have it."""
    far = {"kernel_offset": '"1M"'} if name == BOARDS[1] else {}
    flat = compile_guest(tmp_path, name, offset=FAR if far else OFFSET)
    image = build(tmp_path, name, kernel("own", flat, cpus="[0, 1]", ram='"32M"', cmdline='"a b do:o"', **far))
    code, lines = run(image)
    assert code == 0, lines
    assert len(passed(lines)) == CHECKS, lines


@pytest.mark.parametrize("name", BOARDS[:2])
def test_beside_another_partition(tmp_path, name):
    """It faults with nothing to catch that, is reported, and its neighbour does not notice."""
    ticks = os.path.join(TREE, "tests", "partitions", "ticks.c")
    image = build(tmp_path, name,
                  '[[partition]]\nname = "ticks"\nmode = "bypass"\ncpus = [3]\nirqs = [27]\n'
                  f'src = ["{ticks}"]\nargs = ["3"]\n'
                  + kernel("own", compile_guest(tmp_path, name, 1), cpus="[1, 2]", ram='"32M"',
                           cmdline='"do:f"'))
    code, lines = run(image, *(["--boot", "uboot", "--quiet-boot"] if name == BOARDS[0] else []))
    assert code == 9, lines
    assert len(passed(lines)) == CHECKS, lines
    ours = [line for line in lines if line.startswith("mortise: partition")]
    assert ours == ['mortise: partition 1 "own" fault: data abort (external fault) at '
                    '0x000000003f000000, write'], lines


def test_device_tree():
    """What the kernel reads is what the board has."""
    import libfdt
    machine = board.load("qemu-virt")
    spec = manifest.Partition(mode="raw", cpus=[1, 3], cmdline="quiet")
    tree = libfdt.FdtRo(devicetree.make(machine, spec, (0x40000000, 1 << 25), [machine.console()],
                                        (0x41000000, 5)))

    def cells(path, name):
        data = bytes(tree.getprop(tree.path_offset(path), name))
        return [int.from_bytes(data[at:at + 4], "big") for at in range(0, len(data), 4)]

    assert tree.getprop(tree.path_offset("/chosen"), "bootargs").as_str() == "quiet"
    assert tree.getprop(tree.path_offset("/chosen"), "stdout-path").as_str() == "/pl011@9000000"
    assert cells("/chosen", "linux,initrd-end") == [0, 0x41000005]
    assert cells("/memory@40000000", "reg") == [0, 0x40000000, 0, 1 << 25]
    assert cells("/cpus/cpu@1", "reg") == [0, 1] and cells("/cpus/cpu@3", "reg") == [0, 3]
    assert cells("/timer", "interrupts") == [1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4]
    assert cells("/intc@8000000", "reg") == [0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0x40000]
    assert cells("/pl011@9000000", "interrupts") == [0, 1, 4]
    assert tree.getprop(tree.path_offset("/psci"), "method").as_str() == "hvc"


@pytest.mark.parametrize("name", BOARDS)
def test_nothing_left_in_registers(tmp_path, name):
    """Each life finds its CPU as after a reset: debug registers, counters, timers, the CPU interface."""
    image = build(tmp_path, name, kernel("own", compile_guest(tmp_path, name, source="left.c"), ram='"32M"',
                                         restart='"always"', restart_times="2"))
    code, lines = run(image)
    assert (code, lines) == (0, [*2 * ["clean", 'mortise: partition 0 "own" restarts'], "clean",
                                 'mortise: partition 0 "own" is not restarted any more', ""])


def odd_header(flat):
    """The image with an arm64 header that has it begin where no page does."""
    header = struct.pack("<IIQQ32xII", 0, 0, 0x80800, len(flat), 0x644d5241, 0)
    return header + flat[len(header):]


def test_other_files_than_flat_images(tmp_path):
    """A linked program, a compressed image, one that is to begin inside a page: refused with the cure."""
    flat = compile_guest(tmp_path, BOARDS[0])
    with open(flat, "rb") as file:
        image = file.read()
    (tmp_path / "guest.gz").write_bytes(gzip.compress(image))
    (tmp_path / "guest.odd").write_bytes(odd_header(image))
    for name, message in (("guest.elf", "is an ELF file; make a flat image of it: llvm-objcopy -O binary"),
                          ("guest.gz", "is compressed; unpack it"),
                          ("guest.odd", "has an arm64 Image header by which it begins 0x80800 into RAM; give it a "
                           "text_offset that is a multiple of 4 KiB")):
        text = kernel("k", name, ram='"32M"')
        (tmp_path / "tnimage.toml").write_text(f'[image]\nname = "raw"\n{text}')
        done = tnimage("build", "-f", "tnimage.toml", "-o", "raw.img", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (3, f"tnimage: tnimage.toml:6: kernel {name} {message}\n")
        assert not (tmp_path / "raw.img").exists()


def test_offset_of_an_image_that_says_its_own(tmp_path):
    """kernel_offset is for images without a header."""
    (tmp_path / "Image").write_bytes(struct.pack("<IIQQ32xII", 0, 0, OFFSET, 64, 0x644d5241, 0))
    text = kernel("k", "Image", ram='"32M"', kernel_offset='"1M"')
    (tmp_path / "tnimage.toml").write_text(f'[image]\nname = "raw"\n{text}')
    done = tnimage("build", "-f", "tnimage.toml", "-o", "raw.img", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (3, "tnimage: tnimage.toml:8: Image has an arm64 Image header, which "
                                              "says where it lies; remove kernel_offset\n")
