# SPDX-License-Identifier: Apache-2.0
"""The packer: builds tnpack for this machine when it is needed, and runs it.

tnpack (image/host) is the boot-image library that Mortise uses, with a command line.
"""
import glob
import hashlib
import os
import subprocess

from tenon import cache, errors, files, paths, toolchain

INCLUDES = ("image/include", "core/abi/include", "core/base/include", "core/crc32/include",
            "core/sha256/include")
SOURCES = ("image/[a-z]*.c", "image/host/[a-z]*.c", "core/sha256/sha256.c")


def _sources():
    found = [path for pattern in SOURCES for path in glob.glob(paths.inside(pattern))]
    return sorted(path for path in found if not path.endswith(("_test.c", "_fuzz.c")))


def tool():
    """The path of tnpack, compiled into the cache under the hash of its sources."""
    digest = hashlib.sha256()
    headers = [path for folder in (*INCLUDES, "image/host", "image")
               for path in glob.glob(paths.inside(folder, "**", "*.h"), recursive=True)]
    for path in [*_sources(), *sorted(set(headers))]:
        digest.update((files.read(path) or b"") + b"\0")
    place = os.path.join(cache.folder(), "tools", digest.hexdigest()[:32], "tnpack")
    if not os.path.exists(place):
        _compile(place)
    return place


def _compile(place):
    os.makedirs(os.path.dirname(place), exist_ok=True)
    temporary = f"{place}.{os.getpid()}"
    command = [toolchain.need("clang"), "-std=gnu11", "-O2", "-o", temporary,
               *(f"-I{paths.inside(folder)}" for folder in INCLUDES), *_sources()]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        line = next((line for line in result.stderr.splitlines() if "error:" in line),
                    "the compiler gave no message")
        raise errors.Refusal(errors.TOOL, f"tnpack does not compile on this machine: {line}; "
                             "install libc6-dev, or correct image/")
    os.replace(temporary, place)


def pack(build, plan, descriptors, report):
    """Write the image into the build folder and check it; returns its path."""
    lines = [f"image {build.image.name} {build.image.board} {plan.cpu_count} "
             f"{1 if build.image.verify == 'sha256' else 0}",
             f"memory {plan.memory_size}"]
    folder = build.folder
    files.write(os.path.join(folder, "mortise", "mortise.bin"), plan.mortise)
    lines.append(f"mortise mortise/mortise.bin {plan.bss_offset} {plan.bss_size}")
    for name, (offset, data) in plan.segments.items():
        files.write(os.path.join(folder, name, f"{name}.bin"), data)
        files.write(os.path.join(folder, name, "descriptor.bin"), descriptors[name])
        lines.append(f"partition {name} {name}/descriptor.bin {plan.descriptors[name][0]}")
        lines.append(f"segment {name}/{name}.bin {offset}")
    files.write(os.path.join(folder, "report.bin"), report)
    lines.append(f"toc {plan.toc_offset}")
    lines.append(f"report report.bin {plan.report_offset}")
    files.write(os.path.join(folder, "image.spec"), "\n".join(lines) + "\n")
    out = os.path.join(folder, "image.img")
    for command in (["pack", "image.spec", "image.img"], ["verify", "image.img"]):
        result = subprocess.run([tool(), *command], cwd=folder, capture_output=True, text=True,
                                check=False)
        if result.returncode:
            line = (result.stderr.strip().splitlines() or ["tnpack failed"])[0]
            raise errors.Refusal(errors.VERIFY if command[0] == "verify" else errors.FIT,
                                 line.removeprefix("tnpack: ").removeprefix("tnimage: "))
    return out
