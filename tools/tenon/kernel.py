# SPDX-License-Identifier: Apache-2.0
"""A partition whose program is a kernel that is not ours: modes raw and linux.

Nothing is compiled. Kernel, RAM disk and a device tree become one segment of the image, which
Mortise copies into the partition's RAM (region kind "load") each time that it begins.
"""
import os
import struct
from types import SimpleNamespace

from tenon import channel, devicetree, errors, files, groups, manifest, program
from tenon.program import IRQ_PRIORITY, Region
from tenon.sizes import BLOCK, PAGE, show, up

ARM64_MAGIC = 0x644d5241
MAGIC_AT, HEADER = 56, 64
RAW_OFFSET = 0x80000  # of an image without a header, as other loaders have it
TREE_FAR = 128 << 20  # how far into RAM other loaders put the tree of such an image
FORMATS = {  # that are not run at their first byte
    b"\x7fELF": "is an ELF file; make a flat image of it: llvm-objcopy -O binary",
    b"\x1f\x8b": "is compressed; unpack it",
}
TREE_DISTANCE = 1 << 20  # between the kernel's end and its device tree, at least
CAPS = ("POWER", "TIMER", "PMU", "VGIC", "STAGE1")
PPIS = range(16, 32)
MAINTENANCE = 25  # of the virtual interface, which is EL2's


class Kernel:
    """What compose.Guest is for a program: what the builder asks of a partition."""

    elf = None
    elf_path = ""

    def __init__(self, build, spec):
        self.build = build
        self.spec = spec
        self.component = Component(build, spec)
        nothing = dict.fromkeys(("text", "rodata", "data", "bss"), 0)
        self.account = SimpleNamespace(totals=lambda: nothing, of=lambda owner: nothing,
                                       used=frozenset())
        self.selection = SimpleNamespace(
            floats=(), given={}, libraries=lambda: [],
            config=SimpleNamespace(options=lambda: {}))
        self.program = None
        self.regions = self.irqs = self.doorbells = self.caps = None
        self.devices = []
        self._requests()

    def _requests(self):
        """Libraries that the user asks for can only be Mortise's."""
        place = self.spec.place("libs")
        for word in self.spec.libs:
            library = manifest.find_library(self.build.pool, word, place)
            if "HV" not in library.layers:
                raise errors.Refusal(
                    errors.CONFIG, f"{place}: library {library.name} is not Mortise's, and nothing "
                    f"is linked into a kernel in mode '{self.spec.mode}'; leave it out")
            self.build.hypervisor.wanted[library.symbol] = {"kind": "option", "by": place}

    @property
    def uses_console(self):
        """Whether it drives the UART that Mortise uses, too."""
        return any(device.get("console") for device in self.devices)

    def compile(self):
        """Nothing to compile."""
        return []

    def share_console(self, _shared):
        """A kernel drives its UART itself."""
        return False

    def link(self):
        """Place everything and find out what the partition may reach."""
        spec, machine = self.spec, self.build.machine
        self.devices = self._devices()
        channels = self.build.image.channels
        layout = Layout(spec, machine)
        layout.place(lambda initrd: devicetree.make(machine, spec, layout.ram, self.devices, initrd,
                                                        tenon_node(channels, spec.name, machine)))
        self.program = layout.program()
        self.doorbells = channel.doorbells(channels, spec.name)
        caps = {*CAPS, *spec.caps, *(["DEVICE"] if spec.devices else []),
                *(["CHAN"] if self.doorbells else []),
                *(["WATCHDOG"] if spec.watchdog_ms else []), *(["SCHED"] if spec.pool else [])}
        bits = self.build.pool.cap_bits()
        self.caps = sorted(caps, key=bits.get)
        self.irqs = sorted([*groups.mark(self._irqs(), spec), *channel.irqs(channels, spec.name)],
                           key=lambda irq: irq["intid"])
        self.regions = [*layout.regions(), *self._device_regions(),
                        *channel.regions(channels, spec.name), *groups.regions(spec)]
        mapped = [region for region in self.regions if region.kind != "load"]
        program.check_overlap(mapped, 39, spec.place("ram"))

    def _devices(self):
        machine, spec = self.build.machine, self.spec
        found = [machine.device(name) for name in spec.devices]
        console = machine.console()
        if console and console not in found and spec.console != "none" and self._may_have(console):
            found.insert(0, console)
        return found

    def _may_have(self, console):
        """The UART goes to the one kernel that there is, unless a partition asks for it."""
        others = [spec for spec in self.build.image.partitions if spec is not self.spec]
        if self.spec.console == "own":
            return True
        if any(console["name"] in spec.devices or spec.console == "own" for spec in others):
            return False
        if any(guest is not self and guest.spec.mode in manifest.KERNELS and guest.spec.console is None
               for guest in self.build.guests):
            raise errors.Refusal(
                errors.CONFIG, f"{self.spec.place('console')}: partition {self.spec.name}: several "
                "kernels could drive the UART; write console = \"own\" into one of them")
        return True

    def _irqs(self):
        machine = self.build.machine
        lines = {intid: False for intid in PPIS
                 if intid not in (machine.timer.get("hyp"), MAINTENANCE)}
        for device in self.devices:
            for irq in device.get("irqs", []):
                lines[irq["intid"]] = bool(irq.get("edge"))
        known = machine.intids()
        for intid in self.spec.irqs:
            lines[intid] = known.get(intid, False)
        return [{"intid": intid, "edge": edge, "priority": IRQ_PRIORITY}
                for intid, edge in sorted(lines.items())]

    def _direct(self):
        """Whether it has GICv2's CPU interface itself, where SGIs show the board's numbers of CPUs:
        Linux does not look at them, another kernel may (hv/vgicv2).  In a pool it is the virtual one."""
        return self.spec.mode == "linux" or self.spec.pool is not None or \
            sorted(self.spec.cpus) == list(range(len(self.spec.cpus)))

    def _device_regions(self):
        regions = [Region(device["name"], "device", "rw", device["base"], up(device["size"], PAGE),
                          device["base"]) for device in self.devices]
        gicc = self.build.machine.gic.get("gicc")
        if gicc and self._direct():
            together = len(self.build.image.partitions) > 1
            source = self.build.machine.gic["gicv"] if self.spec.pool is not None else gicc
            regions.append(Region("gicc", "device", "rws" if together else "rw", gicc["base"],
                                  up(gicc["size"], PAGE), source["base"]))
        return regions


def tenon_node(channels, name, machine):
    """What the device tree says of a partition's channels, for devicetree.make()."""
    rows = channel.table(channels, name)
    heard = [(row["name"], row["doorbell"]) for row in rows
             if row["notify"] and row["role"] == channel.RECEIVER]
    return SimpleNamespace(ends=channel.records(rows), heard=heard, bells=channel.bells(machine))


class Component:
    """The part of component.Component that a kernel has: a name and a folder."""

    layer = "KERNEL"

    def __init__(self, build, spec):
        self.name = spec.name
        self.optimize = build.image.optimize
        self.pool = build.pool
        self.folder = os.path.join(build.folder, spec.name)
        self.facts = SimpleNamespace(caps=())

    def write(self, text, *parts):
        """Write a generated source; returns its path relative to the build folder."""
        path = os.path.join(self.name, "gen", *parts)
        files.write(os.path.join(self.folder, "gen", *parts), text)
        return path


class Layout:
    """Where kernel, device tree and RAM disk lie in the partition's RAM."""

    def __init__(self, spec, machine):
        self.spec = spec
        bank = machine.ram[0]
        if spec.ram % BLOCK:
            raise errors.Refusal(errors.CONFIG, f"{spec.place('ram')}: ram of {show(spec.ram)}: a "
                                 f"kernel's RAM comes in blocks of {show(BLOCK)}; round it")
        self.ram = (bank["base"], spec.ram)
        self.kernel = self._read("kernel")
        self.initrd = self._read("initrd") if spec.initrd else b""
        self.bare = False  # an image that says nothing of itself
        self.pieces = []  # (what, ipa, bytes)
        self.tree_at = 0

    def _read(self, key):
        path = getattr(self.spec, key)
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise errors.Refusal(errors.CONFIG, f"{self.spec.place(key)}: {key} {os.path.relpath(path)}: "
                                 f"{error.strerror.lower()}; name a file that can be read") from None
        if not data:
            raise errors.Refusal(errors.CONFIG, f"{self.spec.place(key)}: {key} {os.path.relpath(path)} is empty; "
                                 "name another file")
        return data

    def _refuse(self, what):
        raise errors.Refusal(errors.CONFIG, f"{self.spec.place('kernel')}: kernel "
                             f"{os.path.relpath(self.spec.kernel)} {what}")

    def _refuse_key(self, what):
        raise errors.Refusal(errors.CONFIG, f"{self.spec.place('kernel_offset')}: {what}")

    def _kernel_extent(self):
        """(offset from the RAM's base, bytes that it takes) by its header, if it has one."""
        data = self.kernel
        if len(data) >= HEADER and struct.unpack_from("<I", data, MAGIC_AT)[0] == ARM64_MAGIC:
            offset, size = struct.unpack_from("<QQ", data, 8)
            if self.spec.kernel_offset is not None:
                self._refuse_key(f"{os.path.relpath(self.spec.kernel)} has an arm64 Image header, which says "
                                 "where it lies; remove kernel_offset")
            if offset % PAGE:
                self._refuse(f"has an arm64 Image header by which it begins {offset:#x} into RAM; give it a "
                             f"text_offset that is a multiple of {show(PAGE)}")
            return offset, max(size, len(data))
        if self.spec.mode == "raw":
            for magic, what in FORMATS.items():
                if data.startswith(magic):
                    self._refuse(what)
        if self.spec.mode == "linux":
            what = "is compressed; unpack it" if data[:2] == b"\x1f\x8b" else \
                "is no arm64 Image; name the file vmlinuz or Image of an arm64 kernel"
            self._refuse(what)
        given = self.spec.kernel_offset
        offset = RAW_OFFSET if given is None else given
        if given is not None and (offset % PAGE or offset + len(data) > self.spec.ram):
            self._refuse_key(f"kernel_offset of {offset:#x}: the kernel has to lie on a page inside of the "
                             f"partition's RAM of {show(self.spec.ram)}; give a multiple of {show(PAGE)}")
        self.bare = True
        return offset, len(data)

    def place(self, make_tree):
        """Decide; the tree says where the RAM disk is, so that it is made twice."""
        base, size = self.ram
        offset, taken = self._kernel_extent()
        kernel = base + offset
        least = kernel + taken + TREE_DISTANCE
        room = len(make_tree((0, 0) if self.initrd else None))
        # Of a bare image nobody knows what it takes behind its end: as far away as other loaders keep.
        far = max(least, base + min(size // 2, TREE_FAR)) if self.bare else least
        # One block for the whole tree: kernels map it by blocks. A little RAM does with pages.
        places = (up(far, BLOCK), up(least, BLOCK), up(least, PAGE))
        fits = (at for at in places if up(at + room, PAGE) + len(self.initrd) <= base + size)
        self.tree_at = next(fits, places[-1])
        initrd = up(self.tree_at + room, PAGE)
        tree = make_tree((initrd, len(self.initrd)) if self.initrd else None)
        assert len(tree) == room
        end = initrd + len(self.initrd)
        if end > base + size:
            raise errors.Refusal(
                errors.FIT, f"{self.spec.place('ram')}: partition {self.spec.name} needs "
                f"{show(end - base)} for its kernel, device tree and RAM disk, ram is {show(size)}; "
                "give it more")
        self.pieces = [("kernel", kernel, self.kernel), ("device tree", self.tree_at, tree)]
        if self.initrd:
            self.pieces.append(("initrd", initrd, self.initrd))
        if self.bare and offset >= up(room, PAGE):  # some look there, whatever x0 says
            self.pieces.append(("device tree", base, tree))

    def regions(self):
        """RAM, and what is copied into it."""
        found = [Region("ram", "ram", "rwx", *self.ram, colours=self.spec.colour_mask)]
        shift = 0
        for what, ipa, data in self.pieces:
            found.append(Region(what, "load", "r", ipa, up(len(data), PAGE), shift=shift))
            shift += up(len(data), PAGE)
        return found

    def program(self):
        """What the builder asks of program.Program."""
        segment = b"".join(data.ljust(up(len(data), PAGE), b"\0") for _, _, data in self.pieces)
        return SimpleNamespace(
            entry=self.pieces[0][1], argument=self.tree_at, patched=lambda: segment,
            ram=self.spec.ram, stack=0, heap_start=0, heap_end=0, frames=0, recursive=False)
