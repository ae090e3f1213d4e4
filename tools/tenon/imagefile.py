# SPDX-License-Identifier: Apache-2.0
"""An image read back: checked and taken apart by tnpack, the C code that Mortise boots with.

Nothing here knows the format; `load` refuses whatever tnpack refuses, with its line.
"""
import glob
import json
import os
import subprocess
import zlib

from tenon import errors, report


class Image:
    """A checked image. `data` is tnpack's JSON with capabilities and segments made readable."""

    def __init__(self, path, data, cap_names):
        self.path = path
        self.data = data
        info = data["info"]
        self.name = data["name"]
        self.board = data["board"]
        self.cpu_count = data["cpu_count"]
        self.version = info["version"]
        self.sha256_at_boot = info["sha256_at_boot"]
        self.file_size = info["file_size"]
        self.memory_size = info["memory_size"]
        self.hv_bss = {"offset": info["hv_bss_offset"], "size": info["hv_bss_size"]}
        self.toc = data["toc"]
        self.report = data["report"]
        self.mortise = data["segments"][0]
        self.partitions = data["partitions"]
        for index, partition in enumerate(self.partitions):
            partition["segments"] = [segment for segment in data["segments"]
                                     if segment["partition"] == index]
            partition["caps"] = names_of(partition["caps"], cap_names)


def names_of(mask, names):
    """The names of the bits that are set; a bit without a name shows its number."""
    return [names.get(bit, f"bit{bit}") for bit in range(64) if mask >> bit & 1]


def cap_names():
    """Bit number to name, from core/abi."""
    import re
    from tenon import paths
    with open(paths.inside("core/abi/include/tn/abi/cap.h"), encoding="utf-8") as header:
        found = re.findall(r"^#define TN_CAP_(\w+) (\d+)\b", header.read(), re.M)
    return {int(bit): name for name, bit in found}


def check_path(path):
    """Refuse what cannot be an image before any tool sees it."""
    if os.path.isdir(path):
        raise errors.Refusal(errors.USAGE, f"{path}: is a folder; name an image file")
    if not os.path.exists(path):
        near = errors.nearest(path, glob.glob("*.img"))
        stem = os.path.splitext(os.path.basename(path))[0]
        cure = near or f"; build it with 'tnimage build {stem}.c -o {path}'"
        raise errors.Refusal(errors.USAGE, f"{path}: no such file{cure}")
    if not os.access(path, os.R_OK):
        raise errors.Refusal(errors.USAGE, f"{path}: cannot be read; check its permissions")


def tnpack(command, path):
    """Run one of tnpack's reading commands; returns its output as bytes."""
    from tenon import pack
    done = subprocess.run([pack.tool(), command, path], capture_output=True, check=False)
    if done.returncode:
        line = done.stderr.decode(errors="replace").strip() or f"{path}: tnpack failed"
        raise errors.Refusal(errors.VERIFY, line.splitlines()[-1])
    return done.stdout


def load(path):
    """The image at `path`, fully verified; a Refusal with exit code 8 when it is damaged."""
    check_path(path)
    return Image(path, json.loads(tnpack("inspect", path)), cap_names())


def only_here():
    """The one image in this folder, for commands whose IMG may be left out."""
    found = sorted(glob.glob("*.img"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise errors.Refusal(errors.USAGE, "no *.img in this folder; name an image, or build one "
                             "with 'tnimage build'")
    raise errors.Refusal(errors.USAGE, f"{len(found)} images in this folder; "
                         f"name one of: {', '.join(found)}")


def image_report(image, **default):
    """The build report inside the image. Without one: `missing=...`, or a Refusal."""
    if not image.report["size"]:
        if "missing" in default:
            return default["missing"]
        raise errors.Refusal(errors.VERIFY, f"{image.path}: carries no build report; "
                             "build it again with tnimage")
    try:
        return report.expand(tnpack("report", image.path))
    except (zlib.error, ValueError) as error:
        raise errors.Refusal(errors.VERIFY, f"{image.path}: the build report cannot be read: "
                             f"{error}; build it again") from None


def build_folder(image):
    """The folder with the ELF files of exactly this image; a Refusal when it is not there."""
    stem = os.path.splitext(os.path.basename(image.path))[0]
    beside = os.path.join(os.path.dirname(os.path.abspath(image.path)), ".tn")
    for name in dict.fromkeys((stem, image.name)):
        try:
            with open(os.path.join(beside, name, "report.json"), encoding="utf-8") as file:
                if json.load(file) == image_report(image):
                    return os.path.join(beside, name)
        except (OSError, ValueError):
            continue
    raise errors.Refusal(errors.USAGE, f"{image.path}: the ELF files of this build are not in "
                         f"{os.path.relpath(os.path.join(beside, image.name))}; build it again")
