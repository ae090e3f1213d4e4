# SPDX-License-Identifier: Apache-2.0
"""A slot as a component of an image: what its descriptor says, without a program (slot.py)."""
from types import SimpleNamespace

from tenon import channel, errors, groups, kernel, program, slot
from tenon.program import Region
from tenon.sizes import PAGE, up


class Slot(kernel.Kernel):
    """What compose.Guest is for a program: what the builder asks of a partition."""

    @property
    def uses_console(self):
        """What is created in it may."""
        return "CONSOLE" in self.caps

    def link(self):
        """What it has: nothing is linked."""
        spec, machine = self.spec, self.build.machine
        channels = self.build.image.channels
        slot.check_channels(self.build.image, spec)
        self.doorbells = channel.doorbells(channels, spec.name)
        caps = {*(spec.caps or slot.CAPS), *(["DEVICE"] if spec.devices else []),
                *(["CHAN"] if self.doorbells else []),
                *(["WATCHDOG"] if spec.watchdog_ms else [])}
        bits = self.build.pool.cap_bits()
        self.caps = sorted(caps, key=bits.get)
        devices, irqs = program.devices(spec, machine, [], caps, True)
        self.irqs = sorted([*groups.mark(irqs, spec), *channel.irqs(channels, spec.name)],
                           key=lambda irq: irq["intid"])
        segment = slot.segment(channel.table(channels, spec.name))
        base = machine.ram_ipa
        self.program = SimpleNamespace(
            entry=base, patched=lambda: segment, ram=spec.ram, stack=0, heap_start=0, heap_end=0,
            frames=0, recursive=False)
        shared = channel.regions(channels, spec.name)
        self.regions = [Region("nothing", "image", "rx", base, PAGE),
                        Region("memory", "memory", "rw", base + PAGE, spec.ram,
                               colours=spec.colour_mask), *shared, *devices]
        # Stage-2 tables for wherever a program's regions lie.
        self.mapped = [Region("program", "image", "rx", base, slot.window(spec.ram)), *shared, *devices]
        program.check_overlap(self.mapped, machine.ipa_bits, spec.place("ram"))
        size = slot.DESC + slot.REGION * len(self.regions) + 4 * len(self.irqs) + 2 * len(self.doorbells)
        if up(size, 8) > slot.desc_max():
            raise errors.Refusal(errors.CONFIG, f"{spec.place('devices')}: partition {spec.name}: a "
                                 f"slot's descriptor has {slot.desc_max()} bytes at most, and its devices, "
                                 f"interrupts and channels make {size}; leave some out")
