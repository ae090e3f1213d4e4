# SPDX-License-Identifier: Apache-2.0
"""The image in other clothes: ELF for debuggers, FIT for U-Boot, C and padded binary for
embedding. The bytes of the image itself are the same in all of them."""
import os
import struct
import subprocess
import tempfile

from tenon import errors, files, slot, templates, toolchain
from tenon.elf import Elf
from tenon.sizes import BLOCK, PAGE, up

EM_AARCH64 = 183
STT_OBJECT, STT_FUNC = 1, 2
SHN_ABS = 0xfff1


def load_address(machine):
    """Where a tool that needs an address puts an image: 2 MiB into the first RAM bank, whose
    beginning is left to what starts it (QEMU puts the device tree there)."""
    return up(machine.ram[0]["base"], BLOCK) + BLOCK


def convert(args, build, data):
    """The image's bytes in the form args.format."""
    return {"elf": elf, "fit": fit, "c": source, "bin": padded,
            "part": slot.part}[args.format](args, build, data)


def padded(_args, _build, data):
    """The image filled up to whole flash pages with erased bytes."""
    return data + b"\xff" * (up(len(data), PAGE) - len(data))


def source(_args, build, data):
    """A C source with the image as an array, and what its loader must know as constants."""
    name = "".join(c if c.isalnum() else "_" for c in build.image.name)
    rows = [", ".join(f"0x{byte:02x}" for byte in data[at:at + 16])
            for at in range(0, len(data), 16)]
    return templates.render("image.c.j2", name=name, rows=rows, report=build.report,
                            load_align=BLOCK).encode()


def elf(_args, build, data):
    """An executable ELF file that loads the image, with the symbols of every component.

    Symbols have the addresses at which their code runs: Mortise's EL2 addresses, and each
    partition's guest-physical ones.
    """
    load = load_address(build.machine)
    symbols = [(0, 0, 0, 0)]
    strings = bytearray(b"\0")
    for part in (build.hypervisor, *build.guests):
        for symbol in sorted(part.elf.symbols, key=lambda s: (s.value, s.name)):
            if symbol.kind in (STT_OBJECT, STT_FUNC) and symbol.section and symbol.name:
                symbols.append((len(strings), symbol.kind, symbol.value, symbol.size))
                strings += symbol.name.encode() + b"\0"
    table = b"".join(struct.pack("<IBBHQQ", name, 0x10 | kind if name else 0, 0,
                                 SHN_ABS if name else 0, value, size)
                     for name, kind, value, size in symbols)
    names = b"\0.image\0.symtab\0.strtab\0.shstrtab\0"
    at = PAGE
    parts, offset = [], at + len(data)
    for blob in (table, bytes(strings), names):
        offset = up(offset, 8)
        parts.append((offset, blob))
        offset += len(blob)
    headers = up(offset, 8)
    memory = build.report["image"]["memory_size"]
    out = bytearray(headers + 5 * 64)
    struct.pack_into("<16sHHIQQQIHHHHHH", out, 0, b"\x7fELF\x02\x01\x01", 2, EM_AARCH64, 1, load,
                     64, headers, 0, 64, 56, 1, 64, 5, 4)
    struct.pack_into("<IIQQQQQQ", out, 64, 1, 7, at, load, load, len(data), memory, PAGE)
    out[at:at + len(data)] = data
    for offset, blob in parts:
        out[offset:offset + len(blob)] = blob
    sections = [(1, 1, 7, load, at, len(data), 0, 0, PAGE, 0),
                (8, 2, 0, 0, parts[0][0], len(table), 3, 1, 8, 24),
                (16, 3, 0, 0, parts[1][0], len(strings), 0, 0, 1, 0),
                (24, 3, 0, 0, parts[2][0], len(names), 0, 0, 1, 0)]
    for index, fields in enumerate(sections, 1):
        struct.pack_into("<IIQQQQIIQQ", out, headers + index * 64, *fields)
    return bytes(out)


def fit(args, build, data):
    """A FIT that U-Boot's bootm starts, signed when a key is given."""
    mkimage = toolchain.need("mkimage")
    folder, _, name = (args.key or "").rpartition(":")
    if args.key:
        _check_key(args.key, folder, name)
    with tempfile.TemporaryDirectory() as scratch:
        files.replace(os.path.join(scratch, "image.img"), data)
        its = templates.render("image.its.j2", image=build.report["image"], key=name,
                               load=load_address(build.machine))
        files.write(os.path.join(scratch, "image.its"), its)
        command = [mkimage, "-f", "image.its"]
        if args.key:
            command += ["-k", os.path.abspath(folder), "-r"]
        # The FIT holds a time; one that is given makes two builds equal.
        environment = dict(os.environ, SOURCE_DATE_EPOCH=os.environ.get("SOURCE_DATE_EPOCH", "0"))
        result = subprocess.run([*command, "image.itb"], cwd=scratch, env=environment, text=True,
                                capture_output=True, check=False)
        made = files.read(os.path.join(scratch, "image.itb"))
        if result.returncode or made is None:
            line = (result.stderr.strip().splitlines() or ["no message"])[-1]
            raise errors.Refusal(errors.CONFIG, f"mkimage: {line}; check the key")
    return made


def _check_key(text, folder, name):
    if not folder or not name:
        raise errors.Refusal(errors.USAGE, f"--key {text}: not of the form DIR:NAME")
    for ending in (".key", ".crt"):
        path = os.path.join(folder, name + ending)
        if not os.path.exists(path):
            raise errors.Refusal(errors.CONFIG, f"--key {text}: no such file {path}; make it with "
                                 "openssl, as U-Boot's doc/uImage.FIT/signature.txt says")
