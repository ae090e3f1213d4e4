# SPDX-License-Identifier: Apache-2.0
"""One build, from the checked request to the image's bytes.

1. compile the application, 2. choose and link the partition's program, 3. compose Mortise for
it, 4. plan the image, make descriptors and report, pack. Each step is a module of its own.
"""
import os

from tenon import (alone, compose, descriptor, explain, files, groups, kernel, layout, manifest, ninja, pack,
                   pool_cpus, program, report, slot, slotguest, toolchain)
from tenon.pool import Pool


class Build:
    """A build of one image in `folder` (.tn/<image>/)."""

    def __init__(self, image, machine, folder, verbose=False):
        self.image = image
        self.machine = machine
        self.folder = folder
        self.pool = Pool()
        self.ninja = ninja.Ninja(folder, verbose)
        self.report = None
        self.guests = []
        self.hypervisor = None

    def run(self):
        """Build; returns the path of the checked image in the build folder."""
        toolchain.need_all()
        self._compile()
        self._link_guests()
        program.check_devices(self.guests)
        program.check_starters(self.guests)
        program.check_watchdogs(self.guests)
        groups.check_pool_used(self, self.guests)
        pool_cpus.check_counters(self.guests)
        self.hypervisor.link(self.guests)
        self.ninja.write_commands()
        return self._image()

    def _compile(self):
        os.makedirs(self.folder, exist_ok=True)
        files.write(os.path.join(self.folder, "..", ".gitignore"), "*\n")
        first = self.image.partitions[0]
        boot = compose.BOOTS[first.mode] if alone.is_alone(first) else compose.Hypervisor
        self.hypervisor = boot(self)
        for spec in self.image.partitions:
            manifest.check_caps(spec, self.pool.cap_bits())
            kind = slotguest.Slot if spec.mode == slot.MODE else \
                kernel.Kernel if spec.mode in manifest.KERNELS else compose.Guest
            self.guests.append(kind(self, spec))
        targets = [target for guest in self.guests for target in guest.compile()]
        targets.append(self.hypervisor.start())
        try:
            self.ninja.run(targets)
        except ninja.Failed as failed:
            guest = next((guest for guest in self.guests if failed.step is not None and
                          failed.step.output.startswith(guest.component.name + "/")),
                         self.guests[0])
            explain.compile_failed(failed, self.pool, guest.component.layer)

    def _link_guests(self):
        """Link every program; those that use the console share it when they are several.

        Whether a program uses it is known after its link. The last build's answer is tried
        first, so that nothing is linked twice in the end.
        """
        wish = {"own": False, "shared": True}
        path = os.path.join(self.folder, "console")
        guess = files.read(path) == b"shared\n" and len(self.guests) > 1
        for guest in self.guests:
            guest.share_console(wish.get(guest.spec.console, guess))
            guest.link()
        shared = sum(guest.uses_console for guest in self.guests) > 1
        for guest in self.guests:
            if guest.share_console(wish.get(guest.spec.console, shared)) and guest.uses_console:
                guest.link()
        files.write(path, "shared\n" if shared else "own\n")

    def _image(self):
        """Plan, describe, report, pack."""
        room = report.reserve(self._report(self._plan(0)))
        plan = self._plan(room)
        descriptors = descriptor.make(self, plan, self.guests)
        self.report = self._report(plan)
        data = report.finish(self, self.report, room)
        return pack.pack(self, plan, descriptors, data)

    def _plan(self, room):
        """Where everything lies when the report takes `room` bytes."""
        elf = self.hypervisor.elf
        plan = layout.plan(elf, self.guests, self.image.pools)
        layout.place_report(plan, room)
        layout.place_memory(plan, self.machine, elf, self.guests, self.image.colour_mask)
        return plan

    def _report(self, plan):
        return report.make(self, plan, self.hypervisor, self.guests)
