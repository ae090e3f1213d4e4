# SPDX-License-Identifier: Apache-2.0
"""What the user asked for: tnimage.toml and the command line, checked key by key.

The result, an `Image` with its `Partition`s, is complete: every default that does not depend
on the link is filled in, and every value knows its place for messages.
"""
import os
import re
from dataclasses import dataclass, field

from tenon import alone, board, channel, colours, errors, groups, pool_cpus, sizes, slot, toml

FILE = "tnimage.toml"
KERNELS = ("raw", "linux")  # modes of kernels that are not ours
MODES = ("bypass", "tenon", "bare", "native", *KERNELS, slot.MODE)
SEVERAL_CPUS = ("tenon", "bare", *KERNELS)
CPU_LIMIT = 4  # of one Tenon (rtos/smp)
CONSOLES = ("own", "shared", "none")
STARTS = ("boot", "demand")
RESTARTS = ("never", "fault", "always")
RESTART_TIMES = 16  # TN_RESTART_TIMES_MAX
VERIFY = ("crc", "sha256")
OPTIMIZE = ("s", "2")
PARTITION_LIMIT = 32  # TN_IMAGE_MAX_PARTITIONS
FIRST_SPI = 32
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,30}")

# Key -> how its value is checked. "size" takes 64K; "words" is a list of strings or one string.
IMAGE_KEYS = {"name": "name", "board": "text", "verify": "text", "optimize": "text",
              "memory_pool": "size", "colours": "colours"}
PARTITION_KEYS = {
    "name": "name", "mode": "text", "src": "words", "cpus": "numbers", "ram": "size",
    "stack": "size", "heap": "size", "devices": "words", "irqs": "numbers", "libs": "words",
    "kernel": "text", "kernel_offset": "size", "initrd": "text", "cmdline": "text",
    "without": "words", "console": "text", "caps": "words", "args": "words", "options": "table", "cflags": "words",
    "start": "text", "restart": "text",
    "restart_times": "number", "restart_window_ms": "number", "watchdog_ms": "number",
    "trusted_dma": "flag", "colours": "colours", "injectable": "numbers", "registers": "words",
    **pool_cpus.PARTITION_KEYS,
}
TOP_KEYS = {"image": dict, "partition": list, "channel": list, "pool": list}


@dataclass
class Partition:
    """One [[partition]]. Sizes are bytes; None: the builder decides after the link."""
    name: str = ""
    mode: str = "bypass"
    hosted: bool = False  # mode native beside other partitions
    src: list = field(default_factory=list)  # absolute paths
    kernel: str | None = None  # of a kernel: absolute paths of its image and its RAM disk
    kernel_offset: int | None = None  # into RAM, of an image that does not say where it is to lie
    initrd: str | None = None
    cmdline: str = ""
    cpus: list = field(default_factory=lambda: [0])
    ram: int | None = None  # everything: image, stack, data, heap
    stack: int | None = None
    heap: int | None = None
    devices: list = field(default_factory=list)
    irqs: list = field(default_factory=list)
    libs: list = field(default_factory=list)
    without: list = field(default_factory=list)
    caps: list = field(default_factory=list)
    console: str | None = None  # one of CONSOLES; None: shared when several partitions use it
    args: list = field(default_factory=list)  # without the name that comes first
    options: dict = field(default_factory=dict)  # Kconfig name -> text
    cflags: list = field(default_factory=list)
    start: str = "boot"  # one of STARTS
    restart: str = "never"  # one of RESTARTS
    restart_times: int = 5  # at most so often ...
    restart_window_ms: int = 10000  # ... in this time; 0: since the start
    watchdog_ms: int = 0  # 0: none
    colours: list = field(default_factory=list)  # page colours of the shared cache; empty: all
    colour_mask: int = 0  # the same for struct tn_region
    trusted_dma: bool = False  # may have devices that read and write memory themselves
    injectable: list = field(default_factory=list)  # of its interrupts
    registers: list = field(default_factory=list)  # of others' devices: texts, then dicts
    pool: str | None = None  # dynamic mode: see pool_cpus
    follow: bool = False  # the instance's priority is that of its running thread
    migrate: bool = False  # it may choose its CPU of the pool
    policy: str | None = None
    priority: int | None = None
    budget_us: int | None = None
    period_us: int | None = None
    slice_us: int | None = None
    places: dict = field(default_factory=dict)  # key -> where it was given
    table: str = ""  # where its [[partition]] is

    def place(self, key):
        """Where a key was given, for the front of a message: `tnimage.toml:7` or `--ram`."""
        return self.places.get(key, self.table or f"partition {self.name}")


@dataclass
class Image:
    """One image; `origin` is the manifest's path as the user gave it, "" without one."""
    name: str = ""
    board: str = board.DEFAULT
    verify: str = "crc"
    optimize: str = "s"
    memory_pool: int = 0  # bytes that partitions ask for at run time
    colours: list = field(default_factory=list)  # of Mortise's own memory; empty: all
    colour_mask: int = 0
    partitions: list = field(default_factory=list)
    channels: list = field(default_factory=list)
    pools: list = field(default_factory=list)
    part: bool = False  # no image but a program for a slot of another one
    origin: str = ""
    places: dict = field(default_factory=dict)

    def place(self, key):
        """Where a key was given, "" when it is the default."""
        return self.places.get(key, "")


def refuse(place, message):
    """A configuration refusal with its place in front."""
    raise errors.Refusal(errors.CONFIG, f"{place}: {message}" if place else message)


def refuse_choice(place, what, value, choices):
    """A word that is none of a fixed few: usage, when it is from the command line."""
    code = errors.USAGE if place.startswith("-") else errors.CONFIG
    raise errors.Refusal(code, f"{place}: unknown {what} '{value}'" + (
        errors.nearest(value, choices) or f"; they are: {', '.join(choices)}"))


class Lines:
    """The line of every table and key of a TOML text, found by a scan: tomllib knows none."""

    def __init__(self, name, text):
        self.name = name
        self.found = {}
        table, count = "", {}
        for number, line in enumerate(text.splitlines(), 1):
            head = re.match(r"\s*(\[\[?)\s*([\w.-]+)\s*\]", line)
            key = re.match(r"\s*\"?([\w-]+)\"?\s*[=.]", line)
            if head:
                table = head[2]
                if head[1] == "[[":
                    count[table] = count.get(table, -1) + 1
                    table = f"{table}.{count[table]}"
                self.found.setdefault(table, number)
            elif key:
                self.found.setdefault(f"{table}.{key[1]}" if table else key[1], number)

    def place(self, table, key=None):
        """`tnimage.toml:7` of a key, or of its table."""
        for name in (f"{table}.{key}" if table else key, table):
            if name in self.found:
                return f"{self.name}:{self.found[name]}"
        return self.name


def check_value(place, key, kind, value):
    """The value of a key in its final type, or a Refusal."""
    if kind == "size":
        try:
            return sizes.parse(value)
        except ValueError:
            refuse(place, f"{key} = {shown(value)} is not a size; write bytes or 64K, 16M")
    if kind == "numbers":
        numbers = value if isinstance(value, list) else [value]
        if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in numbers):
            refuse(place, f"{key} = {shown(value)} is not a list of numbers; write [0, 1]")
        return numbers
    if kind == "words":
        words = [value] if isinstance(value, str) else value
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            refuse(place, f"{key} = {shown(value)} is not a list of strings; write [\"a\", \"b\"]")
        return words
    if kind == "colours":
        return colours.numbers(place, key, value)
    if kind in ("end", "number", "flag"):
        return channel.check_value(place, key, kind, value)
    if kind == "table":
        if not isinstance(value, dict):
            refuse(place, f"{key} = {shown(value)} is not a table; write {{ NAME = 1 }}")
        return {name: option_text(item) for name, item in value.items()}
    if not isinstance(value, str):
        refuse(place, f"{key} = {shown(value)} is not a string; write it in quotes")
    if kind == "name" and not NAME.fullmatch(value):
        refuse(place, f"{shown(value)} is not a name; use up to 31 letters, digits, - _ .")
    return value


def shown(value):
    """A value as TOML would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def option_text(value):
    """A Kconfig value: true is y, the rest as written."""
    return ("y" if value else "n") if isinstance(value, bool) else str(value)


def load(path):
    """The Image that a manifest describes."""
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except OSError as error:
        refuse(path, f"{error.strerror.lower()}; name the manifest with -f FILE")
    try:
        text = raw.decode("utf-8")
        data = toml.loads(text)
    except UnicodeDecodeError:
        refuse(path, "is not UTF-8 text; save it as UTF-8")
    except toml.Error as error:
        match = re.search(r"^(.*) \(at line (\d+), column \d+\)$", str(error))
        where = f"{path}:{match[2]}" if match else path
        refuse(where, f"is not TOML: {(match[1] if match else str(error)).lower()}; fix this line")
    lines = Lines(path, text)
    for key, value in data.items():
        if key not in TOP_KEYS:
            refuse(lines.place("", key), f"unknown table '{key}'"
                   + (errors.nearest(key, TOP_KEYS) or f"; tables: {', '.join(TOP_KEYS)}"))
        if not isinstance(value, TOP_KEYS[key]):
            wanted = f"[{key}]" if TOP_KEYS[key] is dict else f"[[{key}]]"
            refuse(lines.place("", key), f"'{key}' is not a table of this form; write {wanted}")
    image = Image(origin=path)
    _fill(image, data.get("image", {}), IMAGE_KEYS, lines, "image", "[image]")
    for index, table in enumerate(data.get("partition", [])):
        partition = Partition()
        _fill(partition, table, PARTITION_KEYS, lines, f"partition.{index}", "[[partition]]")
        folder = os.path.dirname(os.path.abspath(path))
        partition.src = [os.path.join(folder, name) for name in partition.src]
        for key in ("kernel", "initrd"):
            if getattr(partition, key) is not None:
                setattr(partition, key, os.path.join(folder, getattr(partition, key)))
        image.partitions.append(partition)
    for index, table in enumerate(data.get("channel", [])):
        item = channel.Channel(table=lines.place(f"channel.{index}"))
        _fill(item, table, channel.KEYS, lines, f"channel.{index}", "[[channel]]")
        image.channels.append(item)
    for index, table in enumerate(data.get("pool", [])):
        item = pool_cpus.Pool(table=lines.place(f"pool.{index}"))
        _fill(item, table, pool_cpus.KEYS, lines, f"pool.{index}", "[[pool]]")
        image.pools.append(item)
    if not image.partitions:
        refuse(path, "no [[partition]]; add one with src = [\"app.c\"]")
    if len(image.partitions) > PARTITION_LIMIT:
        refuse(lines.place(f"partition.{PARTITION_LIMIT}"),
               f"{len(image.partitions)} partitions, but an image holds {PARTITION_LIMIT};"
               " remove this [[partition]]")
    for index, partition in enumerate(image.partitions):
        partition.table = lines.place(f"partition.{index}")
    return image


def _fill(target, table, keys, lines, where, title):
    for key, value in table.items():
        place = lines.place(where, key)
        if key not in keys:
            near = errors.nearest(key, keys) or f"; keys: {', '.join(keys)}"
            refuse(place, f"unknown key '{key}' in {title}{near}")
        setattr(target, key, check_value(place, key, keys[key], value))
        target.places[key] = place


def override(image, key, value, option):
    """Let a command-line option replace a key of the image."""
    setattr(image, key, value)
    image.places[key] = option


def check(image):
    """Check what needs more than the one key; returns the Board."""
    if image.verify not in VERIFY:
        refuse_choice(image.place("verify"), "check", image.verify, VERIFY)
    if image.optimize not in OPTIMIZE:
        refuse_choice(image.place("optimize"), "level", image.optimize, OPTIMIZE)
    try:
        machine = board.load(image.board)
    except errors.Refusal as refusal:
        refuse(image.place("board"), str(refusal))
    groups.check_pool(image)
    pool_cpus.check(image, machine)
    _give_cpus(image.partitions, machine, image.pools)
    pool_cpus.watch_alone(image, machine)
    for partition in image.partitions:
        partition.hosted = partition.mode == "native" and len(image.partitions) > 1
        _check_partition(partition, machine)
        alone.check(partition)
        _check_console(partition, len(image.partitions))
        _check_restart(partition)
        _check_start(partition, image.partitions)
        _check_watchdog(partition, machine)
        groups.check(partition, machine)
    _check_together(image.partitions)
    colours.check_own(image, machine)
    channel.check(image.channels, image.partitions, machine, image.part)
    return machine


def _check_console(partition, count):
    if partition.console not in (None, *CONSOLES):
        refuse_choice(partition.place("console"), "console", partition.console, CONSOLES)
    if partition.console == "shared" and count == 1:
        refuse(partition.place("console"), "there is no other partition to share the console "
               "with; remove this key")


def _check_start(partition, partitions):
    if partition.start not in STARTS:
        refuse_choice(partition.place("start"), "start", partition.start, STARTS)
    if partition.start == "demand" and partition is partitions[0]:
        refuse(partition.place("start"), "the first partition starts with the machine; put another "
               "[[partition]] before it")


def _check_restart(partition):
    if partition.restart not in RESTARTS:
        refuse_choice(partition.place("restart"), "policy", partition.restart, RESTARTS)
    for key, least, most in (("restart_times", 1, RESTART_TIMES),
                             ("restart_window_ms", 0, 0xffffffff)):
        value = getattr(partition, key)
        if key in partition.places and partition.restart == "never":
            refuse(partition.place(key), f"{key} is for a partition that is restarted; add "
                   'restart = "fault"')
        if not least <= value <= most:
            refuse(partition.place(key), f"{key} = {value} is out of range; it goes from {least} "
                   f"to {most}")


def _check_watchdog(partition, machine):
    if "watchdog_ms" not in partition.places:
        return
    place, value = partition.place("watchdog_ms"), partition.watchdog_ms
    if not 1 <= value <= 0xffffffff:
        refuse(place, f"watchdog_ms = {value} is out of range; it goes from 1 to {0xffffffff}")
    if partition.pool is None and machine.gic["version"] < 3:
        refuse(place, f"board {machine.name} has a GICv{machine.gic['version']}, on which a watchdog needs "
               + ("one CPU that nobody else names; give the partition such a CPU, or a pool, or use a "
                  "board with a GICv3" if partition.mode in pool_cpus.MODES else
                  f"a pool, which mode '{partition.mode}' cannot have; remove this key, or use a board "
                  "with a GICv3"))


def _give_cpus(partitions, machine, pools):
    """A partition that names no CPU gets the first that nobody names."""
    named = {cpu for partition in partitions if "cpus" in partition.places
             for cpu in partition.cpus} | {cpu for item in pools for cpu in item.cpus}
    free = [cpu for cpu in range(machine.cpus) if cpu not in named]
    for partition in partitions:
        if "cpus" in partition.places or partition.pool is not None:
            continue
        if not free:
            refuse(partition.place("cpus"), f"partition {partition.name}: board {machine.name} has "
                   f"{machine.cpus} CPUs, and the other partitions have them; remove a partition")
        partition.cpus = [free.pop(0)]


def _check_together(partitions):
    """What one partition has no other may name."""
    if len(partitions) == 1:
        return
    owners = {}

    def claim(partition, key, item, what, cure):
        owner = owners.setdefault((key, item), partition)
        if owner is not partition:
            refuse(partition.place(key), f"partition {partition.name}: {what} belongs to partition "
                   f"{owner.name} ({owner.place(key)}); {cure}")

    for partition in partitions:
        alone.check_others(partition, partitions)
        claim(partition, "name", partition.name, f"the name {partition.name}",
              "give each partition its own name")
        for cpu in partition.cpus if partition.start == "boot" and partition.pool is None else []:
            claim(partition, "cpus", cpu, f"CPU {cpu}", "give each partition its own CPU")
        for colour in partition.colours:
            claim(partition, "colours", colour, f"colour {colour}", "give each partition its own, or "
                  "take the key away where it does not matter")
        for name in partition.devices:
            claim(partition, "devices", name, f"device {name}", "give it to one of them")
        for intid in partition.irqs:
            if intid >= FIRST_SPI:  # PPIs are each CPU's own
                claim(partition, "irqs", intid, f"interrupt {intid}", "give it to one of them")


def _check_partition(partition, machine):
    if partition.mode not in MODES:
        refuse_choice(partition.place("mode"), "mode", partition.mode, MODES)
    if not slot.check(partition, refuse):
        _check_keys(partition)
    for cpu in partition.cpus:
        if cpu >= machine.cpus:
            refuse(partition.place("cpus"), f"board {machine.name} has no CPU {cpu}; "
                   f"its CPUs are 0 to {machine.cpus - 1}")
    if len(set(partition.cpus)) != len(partition.cpus):
        refuse(partition.place("cpus"), f"cpus = {partition.cpus} names a CPU twice; name it once")
    _check_several(partition)
    for name in partition.devices:
        try:
            machine.device(name)
        except errors.Refusal as refusal:
            refuse(partition.place("devices"), str(refusal))
    _check_dma(partition, machine)
    colours.check(partition, machine)
    for intid in partition.irqs:
        if not 16 <= intid <= 1019:
            refuse(partition.place("irqs"), f"{intid} is not an interrupt; INTIDs are 16 to 1019")
    for key in ("ram", "stack", "heap"):
        value = getattr(partition, key)
        limit = machine.ram[0]["size"]
        if partition.mode in KERNELS:
            limit = machine.ram_span()[1] - machine.ram_span()[0]
        least = 0 if key == "heap" else sizes.PAGE
        if value is not None and not least <= value <= limit:
            refuse(partition.place(key), f"{key} of {sizes.show(value)} is out of range; on board "
                   f"{machine.name} it goes from {sizes.show(least)} to {sizes.show(limit)}")


# What says something of a program that is compiled here, and of a kernel that is not.
PROGRAM_KEYS = ("src", "stack", "heap", "without", "args", "options", "cflags")
KERNEL_KEYS = ("kernel", "kernel_offset", "initrd", "cmdline")


def _check_keys(partition):
    """Each mode has its keys."""
    if partition.mode not in KERNELS:
        for key in KERNEL_KEYS:
            if key in partition.places:
                refuse(partition.place(key), f"{key} is for modes {' and '.join(KERNELS)}, not for "
                       f"'{partition.mode}'; remove it")
        if not partition.src:
            refuse(partition.place("src"), "no source file; add src = [\"app.c\"]")
        if partition.console == "none":
            refuse(partition.place("console"), "console = \"none\" is for a kernel that shall have no "
                   "UART; leave the key out")
        return
    for key in PROGRAM_KEYS:
        if key in partition.places:
            refuse(partition.place(key), f"{key} is for programs that are compiled here, not for mode "
                   f"'{partition.mode}'; remove it")
    if not partition.kernel:
        refuse(partition.place("mode"), f"mode '{partition.mode}' needs a kernel; add "
               "kernel = \"Image\"")
    if partition.ram is None:
        refuse(partition.place("mode"), f"mode '{partition.mode}' needs to know its RAM; add "
               "ram = \"64M\"")
    if partition.console == "shared":
        refuse(partition.place("console"), "a kernel drives its UART itself; write console = \"own\", "
               "or \"none\"")
    for key in ("kernel", "initrd"):
        path = getattr(partition, key)
        if path is not None and not os.path.isfile(path):
            refuse(partition.place(key), f"{key} {os.path.relpath(path)}: no such file; check the name")


def _check_dma(partition, machine):
    """What a device does with memory no table of Mortise's limits."""
    named = [*partition.devices, *(text.split(":")[0] for text in partition.registers
                                   if text.endswith("w"))]
    known = {device["name"] for device in machine.devices}
    masters = [name for name in named if name in known and machine.device(name).get("dma")]
    if masters and partition.mode not in alone.MODES and not partition.trusted_dma:
        refuse(partition.place("devices"), f"partition {partition.name}: device {masters[0]} reads and "
               "writes memory itself (DMA), all of it, since Mortise drives no SMMU; leave it out, or "
               "add trusted_dma = true if this partition may have everything")
    if partition.trusted_dma and not masters:
        refuse(partition.place("trusted_dma"), f"partition {partition.name} has no device that reads and "
               "writes memory itself; remove this key")


def _check_several(partition):
    """On how many CPUs a mode can run, and on which."""
    place = partition.place("cpus")
    if len(partition.cpus) == 1:
        return
    if partition.mode not in SEVERAL_CPUS:
        refuse(place, f"a partition in mode '{partition.mode}' runs on one CPU, "
               f"not on {len(partition.cpus)}; name one")
    if partition.mode not in KERNELS and len(partition.cpus) > CPU_LIMIT:
        refuse(place, f"cpus = {partition.cpus} names {len(partition.cpus)} CPUs; "
               f"Tenon runs on 1 to {CPU_LIMIT}")
    if partition.mode == "bare" and sorted(partition.cpus) != list(range(len(partition.cpus))):
        refuse(place, f"cpus = {partition.cpus}: the boot loader starts a bare image on CPU 0; "
               f"write cpus = {list(range(len(partition.cpus)))}")


def check_caps(partition, known):
    """Refuse capabilities that core/abi does not name, or that nobody is there to grant."""
    alone.check_caps(partition)
    for cap in partition.caps:
        if cap not in known:
            refuse(partition.place("caps"), f"unknown capability '{cap}'"
                   + (errors.nearest(cap, known) or f"; they are: {', '.join(known)}"))


def find_library(libraries, word, place):
    """pool.Pool.find() with the place of the word in front of its refusal."""
    try:
        return libraries.find(word)
    except errors.Refusal as refusal:
        refuse(place, str(refusal))
