# SPDX-License-Identifier: Apache-2.0
"""The lines of a run as a file for each partition: what `tnimage run --split DIR` writes.

Mortise shows a line of a partition that shares the console as `[name] line`, and its own as
`mortise: ...`; all others are of the partition that drives the UART itself, or of the boot loader.
"""
import os
import re

from tenon import errors, imagefile

MORTISE, OTHERS = "mortise", "console"


class Splitter:
    """Takes whole lines; a file is made when its first line comes, in place of an older one."""

    def __init__(self, folder, board, image):
        self.folder = folder
        self.files = {}
        components = imagefile.image_report(image, missing={}).get("components", [])
        names = [item["name"] for item in components if item["layer"] != "hv"]
        self.shown = re.compile(rb"\[(" + b"|".join(re.escape(name.encode()) for name in names)
                                + rb")\] ?") if names else None
        self.owner = _owner(board, components)
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise errors.Refusal(errors.USAGE, f"--split: {folder}: {error.strerror.lower()}; name "
                                 "a folder that can be written") from None

    def take(self, line):
        """One line without its newline."""
        line = line.rstrip(b"\r")
        shown = self.shown.match(line) if self.shown else None
        if shown:
            self._write(shown.group(1).decode(), line[shown.end():])
        elif line.startswith(b"mortise: "):
            self._write(MORTISE, line)
        else:
            self._write(self.owner, line)

    def _write(self, name, line):
        if name not in self.files:
            path = os.path.join(self.folder, f"{name}.txt")
            try:
                self.files[name] = open(path, "wb")
            except OSError as error:
                raise errors.Refusal(errors.USAGE, f"--split: {path}: {error.strerror.lower()}; "
                                     "name another folder") from None
        self.files[name].write(line + b"\n")
        self.files[name].flush()

    def close(self, rest):
        """The run has ended; `rest` is a last line without a newline."""
        if rest:
            self.take(rest)
        for file in self.files.values():
            file.close()


def _owner(board, components):
    """The one partition that has the console's device, or a name for nobody."""
    console = next((device["name"] for device in board.devices if device.get("console")), None)
    owners = [item["name"] for item in components
              if any(region["kind"] == "device" and region["what"] == console
                     for region in item.get("regions", []))]
    return owners[0] if len(owners) == 1 else OTHERS
