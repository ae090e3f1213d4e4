# SPDX-License-Identifier: Apache-2.0
"""Partition descriptors as bytes: a template, the compiler, the section that it made."""
import os

from tenon import errors, explain, paths, templates, toolchain
from tenon.elf import Elf
from tenon.ninja import Failed, Step

MODES = {"bypass": "bypass", "tenon": "tenon", "bare": "tenon", "native": "bypass", "raw": "kernel",
         "linux": "kernel", "slot": "bypass"}


def make(build, plan, guests):
    """Write <partition>/descriptor.bin for each guest; returns {partition: path}."""
    made = {}
    for guest in guests:
        name = guest.component.name
        source = guest.component.write(templates.render(
            "descriptor.c.j2", name=name, mode="native" if guest.spec.hosted else MODES[guest.spec.mode], entry=guest.program.entry,
            argument=getattr(guest.program, "argument", 0),
            caps=guest.caps, cpus=guest.spec.cpus, regions=guest.regions, irqs=guest.irqs,
            doorbells=guest.doorbells, spec=guest.spec),
            "descriptor.c")
        flags = [*toolchain.TARGET, "-std=gnu11", "-Os", *toolchain.WARNINGS,
                 f"-I{paths.inside('core/abi/include')}"]
        step = Step("cc", f"{name}/obj/descriptor.o", [source], flags,
                    label=f"{name}: descriptor", source=source)
        build.ninja.steps.append(step)
        made[name] = step.output
    try:
        build.ninja.run(list(made.values()), last=True)
    except Failed as failed:
        explain.compile_failed(failed)
    return {name: _extract(build, plan, name, path) for name, path in made.items()}


def _extract(build, plan, name, path):
    elf = Elf(os.path.join(build.folder, path))
    data = elf.content(elf.section(".tn.desc"))
    if len(data) != plan.descriptors[name][1]:
        raise errors.Refusal(
            errors.CONFIG, f"descriptor of {name} has {len(data)} bytes, planned were "
            f"{plan.descriptors[name][1]}; core/abi and layout.py differ")
    return data
