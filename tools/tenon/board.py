# SPDX-License-Identifier: Apache-2.0
"""Boards: core/board/<name>/board.toml read, checked and turned into what the builder asks for.

Every address and size of a machine comes from here; nothing else in the tool knows any.
"""
import os
import re
import tomllib

from tenon import errors, paths

DEFAULT = "qemu-virt"
PAGE = 4096  # what a partition has, of a device too, is whole pages
COLOURS = 32  # TN_COLOURS
CACHE_KEYS = {"level": int, "sets": int, "ways": int, "line": int, "shared": bool}

# Key -> type of what board.toml must say; the optional tables are in OPTIONAL.
REQUIRED = {
    "name": str, "title": str, "cpus": int, "mpidr": list, "ram": list, "ram_ipa": int,
    "timer": dict, "gic": dict,
}
OPTIONAL = {"device": list, "qemu": dict, "uboot": dict, "ipa_bits": int,
            "cache": dict}


class Board:
    """One board. `data` is board.toml as a dict (the `board` of every template)."""

    def __init__(self, data, path):
        self.data = data
        self.path = path  # of board.toml
        self.name = data["name"]
        self.title = data["title"]
        self.cpus = data["cpus"]
        self.mpidr = data["mpidr"]
        self.ram = data["ram"]  # [{base, size}], bytes; an image lies in the first
        self.ram_ipa = data["ram_ipa"]  # where partitions see their memory
        self.timer = data["timer"]  # {virt, phys, hyp}: INTIDs
        self.gic = data["gic"]
        self.devices = data.get("device", [])  # [{name, base, size, irqs, console, driver}]
        self.ipa_bits = data.get("ipa_bits", 32)

    @property
    def symbol(self):
        """Its Kconfig symbol."""
        return "BOARD_" + re.sub(r"\W", "_", self.name).upper()

    def device(self, name):
        """The device of this name; a Refusal if the board has none such."""
        for device in self.devices:
            if device["name"] == name:
                return device
        known = [device["name"] for device in self.devices]
        raise errors.Refusal(
            errors.CONFIG,
            f"board {self.name} has no device '{name}'"
            + (errors.nearest(name, known) or f"; it has {listed(known)}"))

    @property
    def colours(self):
        """How many page colours the cache that all CPUs share has; 0: there is none, or one."""
        cache = self.data.get("cache", {})
        count = cache["sets"] * cache["line"] // PAGE if cache.get("shared") else 0
        return count if count > 1 else 0

    def ram_span(self):
        """(base, end) of the RAM that begins with the first bank: adjoining ones count as one."""
        base = end = self.ram[0]["base"]
        for bank in self.ram:
            if bank["base"] == end:
                end += bank["size"]
        return base, end

    def console(self):
        """The device that the console uses, or None."""
        return next((d for d in self.devices if d.get("console")), None)

    def intids(self):
        """Every interrupt that a device or a timer of this board raises: {INTID: edge}."""
        lines = {self.timer[key]: False for key in ("virt", "phys") if key in self.timer}
        for device in self.devices:
            for irq in device.get("irqs", []):
                lines[irq["intid"]] = bool(irq.get("edge"))
        return lines


def listed(words):
    """The words for a message: `a, b, c`, or `none`."""
    return ", ".join(sorted(words)) or "none"


def names(root=None):
    """The names of all boards of the pool, sorted."""
    folder = os.path.join(root or paths.ROOT, "core", "board")
    if not os.path.isdir(folder):
        return []
    return sorted(name for name in os.listdir(folder)
                  if os.path.isfile(os.path.join(folder, name, "board.toml")))


def load(name, root=None):
    """The Board of this name; a Refusal if there is none or its file is wrong."""
    known = names(root)
    if name not in known:
        raise errors.Refusal(
            errors.CONFIG,
            f"unknown board '{name}'{errors.nearest(name, known) or f'; boards: {listed(known)}'}")
    path = os.path.join(root or paths.ROOT, "core", "board", name, "board.toml")
    try:
        with open(path, "rb") as file:
            data = tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise errors.Refusal(errors.CONFIG, f"{path}: {error}") from None
    _check(data, name, path)
    return Board(data, path)


def load_all(root=None):
    """All boards, sorted by name."""
    return [load(name, root) for name in names(root)]


def _check(data, name, path):
    def refuse(message):
        raise errors.Refusal(errors.CONFIG, f"{path}: {message}")

    for key, kind in REQUIRED.items():
        if key not in data:
            refuse(f"key '{key}' is missing")
        if not isinstance(data[key], kind):
            refuse(f"'{key}' must be of type {kind.__name__}")
    known = REQUIRED | OPTIONAL
    for key in data:
        if key not in known:
            refuse(f"unknown key '{key}'{errors.nearest(key, known)}")
    if data["name"] != name:
        refuse(f"name = \"{data['name']}\" is not the folder's name '{name}'")
    if len(data["mpidr"]) != data["cpus"]:
        refuse(f"mpidr has {len(data['mpidr'])} entries for {data['cpus']} CPUs")
    if "cache" in data:
        _check_cache(data["cache"], refuse)
    devices = data.get("device", [])
    if sum(1 for device in devices if device.get("console")) > 1:
        refuse("more than one device has console = true")
    for device in devices:
        for frame in _overlapped(device, data["gic"]):
            refuse(f"device '{device['name']}' lies over {frame}, which is Mortise's; correct its base "
                   "and size")


def _check_cache(cache, refuse):
    for key, kind in CACHE_KEYS.items():
        if type(cache.get(key)) is not kind:
            refuse(f"[cache] needs '{key}' of type {kind.__name__}")
    for key in cache:
        if key not in CACHE_KEYS:
            refuse(f"unknown key '{key}' in [cache]{errors.nearest(key, CACHE_KEYS)}")
    colours = cache["sets"] * cache["line"] // PAGE
    if colours & (colours - 1) or colours > COLOURS:
        refuse(f"[cache]: {cache['sets']} sets of {cache['line']} bytes make {colours} page colours; "
               f"a power of two up to {COLOURS} is known")


def _overlapped(device, gic):
    """The GIC's frames that share a page with a device."""
    begin, end = device["base"] & -PAGE, device["base"] + device["size"]
    for name in ("gicd", "gicr", "gicc", "gich", "gicv", "gicc_dir"):
        frame = gic.get(name)
        if frame and begin < frame["base"] + frame["size"] * frame.get("count", 1) and \
                frame["base"] < end:
            yield name
