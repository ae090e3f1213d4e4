# SPDX-License-Identifier: Apache-2.0
"""Images without a compiler's work in them: a hand-made EL2 program where Mortise would be.

They let the commands that read and run images be tested alone: what the program prints and how
it ends is the test's choice, so every way in which a run can end is one line.
"""
import os
import struct
import subprocess
import sys
import zlib

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TREE, "tools"))

from tenon import board as boards, pack  # noqa: E402  (the path must be set first)

TNIMAGE = os.path.join(TREE, "tools", "tnimage")

# What the program does behind its text.
POWER_OFF = "ldr w0, =0x84000008\nsmc #0\n"  # PSCI SYSTEM_OFF (Arm DEN0022)
HANG = "1: wfi\nb 1b\n"
BRANCH_TO_0X80 = struct.pack("<I", 0x14000000 | 0x80 // 4)
PAGE = 0x1000
CAP_EXIT = 1 << 1

# Prints every byte of `text` through the board's UART, as the driver's registers ask for it.
PUT = {
    "pl011": "str w2, [x0]\n",
    "cadence-uart": "2: ldr w3, [x0, #0x2c]\ntbnz w3, #4, 2b\nstr w2, [x0, #0x30]\n",
}
START = {"pl011": "", "cadence-uart": "mov w3, #0x114\nstr w3, [x0]\n"}
ECHO = "3: ldr w3, [x0, #0x18]\ntbnz w3, #4, 3b\nldr w2, [x0]\nstr w2, [x0]\n" \
       "cmp w2, #'q'\nb.ne 3b\n"


def program(text, end, board):
    """Assembly that prints `text` (bytes) and then does `end`."""
    uart = board.console()
    data = ", ".join(str(byte) for byte in text + b"\0")
    return (f".text\nldr x0, ={uart['base']:#x}\n{START[uart['driver']]}"
            f"adr x1, text\n1: ldrb w2, [x1], #1\ncbz w2, done\n{PUT[uart['driver']]}b 1b\n"
            f"done:\n{end}{HANG}.ltorg\ntext: .byte {data}\n")


def assemble(folder, text):
    """Flat machine code of position-independent assembly."""
    source, obj, flat = (os.path.join(folder, name) for name in ("p.S", "p.o", "p.bin"))
    with open(source, "w", encoding="utf-8") as out:
        out.write(text)
    subprocess.run(["clang", "--target=aarch64-none-elf", "-c", source, "-o", obj], check=True)
    subprocess.run(["llvm-objcopy", "-O", "binary", obj, flat], check=True)
    with open(flat, "rb") as code:
        return code.read()


def descriptor(name, board, at, size, memory_at, memory_size):
    """struct tn_partition_desc with a text, a memory and an interrupt."""
    regions = [(board.ram_ipa, size, at, 1, 5),
               (board.ram_ipa + 0x100000, memory_size, memory_at, 2, 3)]
    irqs = struct.pack("<HBBHBB", board.timer["virt"], 0, 0xa0, 0, 0, 0)
    body = b"".join(struct.pack("<QQQHHI", *region, 0) for region in regions)
    total = 96 + len(body) + len(irqs)
    head = struct.pack("<IHH32sQQQHHHH24x", 0x44504e54, 2, total, name.encode(), board.ram_ipa,
                       CAP_EXIT, 1, 1, len(regions), 1, 0)
    return head + body + irqs


def make(folder, text=b"hello\n", end=POWER_OFF, board="qemu-virt", name="app", report=None,
         spare=0):
    """Pack an image whose program prints `text` and ends with `end`, and that takes `spare` bytes
    of memory more than it needs; returns its path."""
    folder = str(folder)
    machine = boards.load(board)
    code = assemble(folder, program(text, end, machine))
    segment_at = (0x80 + len(code) + PAGE - 1) & -PAGE
    report_at = segment_at + 0x100
    bss_at = segment_at + 2 * PAGE
    files = {
        "mortise": BRANCH_TO_0X80.ljust(0x80, b"\0") + code,
        "desc": descriptor(name, machine, segment_at, PAGE, bss_at + PAGE, 4 * PAGE),
        "segment": b"\x1f\x20\x03\xd5" * 64,
        "report": zlib.compress(report or b"{}"),
    }
    for key, data in files.items():
        with open(os.path.join(folder, key), "wb") as out:
            out.write(data)
    spec = os.path.join(folder, "spec")
    desc_at = (report_at + len(files["report"]) + 15) & -16
    with open(spec, "w", encoding="utf-8") as out:
        out.write(f'image {name} {board} 1 0\nmemory {bss_at + 5 * PAGE + spare}\n'
                  f'mortise "{folder}/mortise" {bss_at} {PAGE}\n'
                  f'partition {name} "{folder}/desc" {desc_at}\n'
                  f'segment "{folder}/segment" {segment_at}\ntoc {desc_at + 256}\n'
                  f'report "{folder}/report" {report_at}\n')
    path = os.path.join(folder, f"{name}.img")
    subprocess.run([pack.tool(), "pack", spec, path], check=True)
    return path


def tnimage(*words, **kwargs):
    """Run the command line; text in and out, never longer than five minutes."""
    kwargs.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([TNIMAGE, *map(str, words)], text=True, capture_output=True,
                          timeout=300, check=False, **kwargs)


def good(*words, **kwargs):
    """Standard output of a command that succeeds and has nothing to say beside it."""
    done = tnimage(*words, **kwargs)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def refused(code, *words, **kwargs):
    """The one line of a refusal, without the program's name."""
    done = tnimage(*words, **kwargs)
    assert done.returncode == code, done.stderr
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("tnimage: ")
    return done.stderr.removeprefix("tnimage: ").rstrip("\n")
