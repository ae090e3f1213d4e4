# SPDX-License-Identifier: Apache-2.0
"""Composing one component: its objects, its libraries, its link.

`Guest` is the program of a partition, `Hypervisor` is Mortise. Both are the same kind of
composition from the same pool; they differ in what they begin with and in the linker script.
"""
import dataclasses
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor

from tenon import account, alone, channel, colours, config, explain, files, groups, manifest, pool_cpus, program
from tenon import symbols, templates, toolchain
from tenon.component import ROOTS, Component
from tenon.elf import Elf
from tenon.ninja import Failed, Step
from tenon.pool import Facts
from tenon.select import Selection


class Composition:
    """What Guest and Hypervisor have in common."""

    def __init__(self, build, name, mode, facts):
        self.build = build
        self.component = Component(name, mode, build.pool, build.machine, build.folder, facts,
                                   build.image.optimize)
        self.steps = build.ninja.steps
        self.owners = {}  # object -> LIB_X or "app"
        self.selection = None
        self.account = None
        self.elf = None

    @property
    def elf_path(self):
        """The linked ELF file, relative to the build folder."""
        return f"{self.component.name}/{self.component.name}.elf"

    def absolute(self, path):
        """A path of the build folder as an absolute one."""
        return os.path.join(self.build.folder, path)

    def start_step(self, template, **context):
        """The step for the start code that a template generates."""
        component = self.component
        library = component.pool.libraries[component.root]
        source = component.write(templates.render(template, **context), "start.S")
        flags = [*component.asmflags, *component.library_flags(library)]
        return self._step("as", source, f"{component.name}/obj/start.o", flags, library)

    def library_steps(self):
        """The steps for every source of every library that is on."""
        component = self.component
        header = component.write(
            self.selection.config.header(self.selection.config.options()), "tn_config.h")
        steps = []
        for library in self.selection.libraries():
            flags = ["-include", header, *component.library_flags(library)]
            for source in library.sources:
                assembly = source.endswith(".S")
                base = component.asmflags if assembly else [
                    *component.c_flags(library), *toolchain.WARNINGS, *component.map_flags()]
                target = f"{component.name}/obj/{source}.o"
                steps.append(self._step("as" if assembly else "cc", component.tree(source), target,
                                        [*base, *flags], library))
        return steps

    def _step(self, rule, source, target, flags, library):
        self.owners[target] = library.symbol if library else "app"
        shown = os.path.relpath(source, self.component.pool.root) if library else \
            os.path.basename(source)
        return Step(rule, target, [source], flags,
                    label=f"{self.component.name}: {shown}", source=source, library=library)

    def link_step(self, objects, script, extra=()):
        """The step that links the component."""
        archives = toolchain.archives(self.component.layer, self.component.optimize)
        group = ["--start-group", *archives, "--end-group"]
        flags = [*toolchain.link_flags(), *extra, "-T", script,
                 f"-Map={self.component.name}/{self.component.name}.map"]
        return Step("link", self.elf_path, objects, flags, [script, *archives],
                    label=f"{self.component.name}: link", tail=group)

    def run_link(self, objects, script, extra=()):
        """Link, and read what came out."""
        step = self.link_step(objects, script, extra)
        self.steps.append(step)
        try:
            self.build.ninja.run([step.output])
        except Failed as failed:
            self.steps.remove(step)
            if failed.step is step or failed.step is None:
                explain.link(self, failed.text)
            explain.compile_failed(failed)
        self.elf = Elf(self.absolute(self.elf_path))

    def count(self):
        """Find out whose each byte is."""
        self.account = account.Account(
            self.elf, self.absolute(self.elf_path), self.absolute(self.elf_path[:-4] + ".map"),
            self.selection, self.owners)

    def script_symbols(self, text):
        """The symbols that a linker script defines."""
        return set(re.findall(r"\b(\w+)\s*=[^=]", text)) | {
            f"__{end}_{name}" for end in ("start", "stop") for name in ("init",)}


def count_cpus(build):
    """How many CPUs Mortise runs on."""
    return sum(len(spec.cpus) for spec in build.image.partitions)


class Hypervisor(Composition):
    """Mortise, composed for the partitions that it will carry."""

    MODE = "hv"
    CAPS = None  # those of the partitions

    def __init__(self, build):
        super().__init__(build, "mortise", self.MODE, Facts("HV", build.machine.symbol))
        self.wanted = {self.component.root: {"kind": "root", "by": self.MODE}}
        self.without = {}
        self.options = {}

    def start(self):
        """Declare its first object, which depends on nothing that a partition decides."""
        self.component.check_root()
        self.component.prepare({})
        self.start_object = self.start_step(f"{self.MODE}-start.S.j2", board=self.build.machine.data)
        self.steps.append(self.start_object)
        return self.start_object.output

    def cpus(self):
        """On how many CPUs it runs."""
        return count_cpus(self.build)

    def script(self):
        """The linker script's text."""
        return templates.render("hv.ld.j2", board=self.build.machine.data,
                                       cpus=count_cpus(self.build),
                                       slots=count_cpus(self.build) + pool_cpus.idles(self.build.image),
                                       hv_stack=4096 if self.build.image.pools else 2048)

    def link(self, guests):
        """Compose it for these linked guests."""
        from tenon import stage2
        component = self.component
        caps = frozenset(cap for guest in guests for cap in guest.caps)
        life = "LIFECYCLE" in caps and len(guests) > 1
        if life:
            caps |= {"IRQ"}  # Mortise itself sends and takes one
        watched = [guest.spec for guest in guests if guest.spec.watchdog_ms > 0]
        pooled = sum(spec.pool is not None for spec in watched)
        # Each CPU of Mortise has its own copy of .bss, which holds the largest partition's tables.
        bits = stage2.ipa_bits(self.build.machine, guests)
        tables = max(stage2.tables([region for region in getattr(guest, "mapped", guest.regions)
                                    if not groups.shares_tables(guest, region)], bits)
                     for guest in guests)
        colours.check_tables(guests, tables)
        component.facts = Facts(
            "HV", self.build.machine.symbol, caps if self.CAPS is None else self.CAPS,
            (("HV_CPU", min(guests[0].spec.cpus)), ("HV_CPUS", self.cpus()),
             ("HV_IPA_BITS", bits),
             ("IRQS", sum(len(g.irqs) for g in guests)),
             ("POOL", sum(len(item.cpus) for item in self.build.image.pools)),
             ("POOL_IDLES", pool_cpus.idles(self.build.image)),
             ("PARTITIONS", len(guests)), ("S2_TABLES", max(1, tables)),
             ("POOL_TABLES", groups.pool_tables(self.build, guests)),
             ("LIFE", int(life)), ("WATCHDOGS", len(watched)), ("POOL_WATCHDOGS", pooled),
             ("FIQ", int(life or len(watched) > pooled)),
             ("SLOTS", sum(guest.spec.mode == "slot" for guest in guests)),
             ("EL2_PROGRAM", int(guests[0].spec.hosted)),
             ("COLOURED", sum(bool(guest.spec.colours) for guest in guests)),
             ("HV_COLOURED", int(bool(self.build.image.colours))),
             ("RESTART", sum(guest.spec.restart != "never" for guest in guests)),
             ("SHARED_REGIONS", sum(1 for guest in guests for region in guest.regions
                                    if region.kind == "memory" and {*"rws"} <= {*region.access}))))
        component.pool_text = templates.render(
            "pool_table.h.j2", instances=pool_cpus.instances(self.build.image))
        component.prepare(self.options)
        script_text = self.script()
        script = component.write(script_text, "link.ld")
        table = symbols.of_objects([self.absolute(self.start_object.output)])[0]
        if self.build.image.verify == "sha256":
            library = component.pool.find("hv-verify-sha256")
            self.wanted[library.symbol] = {"kind": "option", "by": "verify"}
        self.selection = Selection(component, {"start": table}, self.wanted, self.without,
                                   self.options, self.script_symbols(script_text))
        steps = self.library_steps()
        self.steps += steps
        objects = [self.start_object.output, *(step.output for step in steps)]
        self.run_link(objects, script)
        self.count()


class BareBoot(Hypervisor):
    """What stands in Mortise's place in a bare image: it starts the program and is gone."""

    MODE = "bare-boot"
    CAPS = frozenset()

    def cpus(self):
        """The first CPU; the program starts the others."""
        return 1

    def script(self):
        """The linker script's text."""
        tables = self.component.config_values["BARE_TABLES"]
        return templates.render("bare.ld.j2", tables=tables)


class NativeBoot(BareBoot):
    """The same for a program that stays at EL2."""

    MODE = "native-boot"


# What stands in Mortise's place where there are no partitions.
BOOTS = {"bare": BareBoot, "native": NativeBoot}


def _cpus(spec):
    """What a program is told of its CPUs and its place; nothing for one CPU at EL1."""
    if spec.mode == "native":
        return (("NATIVE", 1), *((("HOSTED", 1),) if spec.hosted else ()))
    if spec.pool:
        return (("POOLED", 1), *((("PUBLISH", 1),) if spec.follow else ()))
    return () if len(spec.cpus) == 1 else (
        ("CPUS", len(spec.cpus)), ("CPU_SET", sum(1 << cpu for cpu in spec.cpus)))


class Guest(Composition):
    """The program of one partition."""

    def __init__(self, build, spec):
        mode = "hosted" if spec.hosted else spec.mode
        super().__init__(build, spec.name, mode,
                         Facts(ROOTS[mode][0], build.machine.symbol, counts=_cpus(spec)))
        self.spec = spec
        self.component.sources = spec.src
        self.program = None
        self.regions = self.irqs = self.doorbells = self.caps = None
        self.objects = {}  # object -> source, of the application
        self.link_steps = []  # of the last link()
        self.wanted = {self.component.root: {"kind": "root", "by": spec.mode}}
        self.without = {}
        self.options = {}
        self._requests(build.pool)

    def _requests(self, pool):
        """Sort what the user asks for: a library or an option of Mortise goes there."""
        spec, layer = self.spec, self.component.layer
        hypervisor = self.build.hypervisor

        def target(library):
            return self if layer in library.layers or "HV" not in library.layers else hypervisor

        for key in ("libs", "without"):
            place = spec.place(key)
            for word in getattr(spec, key):
                library = manifest.find_library(pool, word, place)
                if key == "libs":
                    target(library).wanted[library.symbol] = {"kind": "option", "by": place}
                else:
                    target(library).without[library.symbol] = place
        place = spec.place("options")
        for name, value in spec.options.items():
            name, library = config.find_option(pool, name, place)
            target(library).options[name] = (value, place)

    def compile(self):
        """Declare the application's objects and the start code; returns their names."""
        component, spec = self.component, self.spec
        component.check_root()
        component.prepare(self.options)
        header = component.generated("app", "tn_config.h")
        steps, used = [], set()
        for source in spec.src:
            stem = re.sub(r"[^\w.-]", "_", os.path.basename(source))
            while stem in used:
                stem = f"_{stem}"
            used.add(stem)
            assembly = source.endswith(".S")
            base = component.asmflags if assembly else [
                *component.cflags, *toolchain.APP_WARNINGS, *component.map_flags()]
            step = self._step("as" if assembly else "cc", source,
                              f"{component.name}/obj/app/{stem}.o",
                              [*base, "-include", header, *component.all_includes(),
                               *spec.cflags], None)
            step.depends = files.carried(source, spec.cflags) if assembly else []
            self.objects[step.output] = source
            steps.append(step)
        self.start_object = self.start_step(f"{component.mode}-start.S.j2", args=[spec.name, *spec.args],
                                            channels=channel.table(self.build.image.channels,
                                                                   spec.name),
                                            board=self.build.machine.data)
        self.steps += [*steps, self.start_object]
        return [step.output for step in [*steps, self.start_object]]

    def link(self):
        """Choose the libraries and link until addresses and needs agree."""
        paths = list(self.objects)
        *tables, start = symbols.of_objects(
            [self.absolute(path) for path in [*paths, self.start_object.output]])
        given = {self.objects[path]: table for path, table in zip(paths, tables)}
        explain.check_application(given)
        given["start"] = start
        wanted_by_app = {name for table in tables for name in table.undefined}
        state = self._state()
        window = state.get("window", program.WINDOW_SMALL)
        old = {id(step) for step in self.link_steps}
        self.steps[:] = [step for step in self.steps if id(step) not in old]
        mark = len(self.steps)
        for _ in range(6):
            del self.steps[mark:]
            text = self._script(window)
            self.build.ninja.note(f"{self.component.name}: choosing libraries")
            self.selection = Selection(self.component, given, self.wanted, self.without,
                                       self.options, self.script_symbols(text))
            try:
                self._link_once(text)
            except explain.TooLarge:
                window *= 4
                continue
            self.program = program.Program(self.spec, self.elf, self.selection,
                                           bool(wanted_by_app & program.ALLOCATORS))
            self.count()
            if self._adopt_headers():
                continue
            if self.program.window() == window:
                break
            window = self.program.window()
        files.write(self.absolute(f"{self.component.name}/state.json"),
                    json.dumps({"window": window}) + "\n")
        self.link_steps = self.steps[mark:]
        self._rights()

    @property
    def uses_console(self):
        """Whether standard streams or a kernel's report of faults were linked, whichever; all that
        is left of them may be inlined code, then it is the UART's driver that tells."""
        console = self.build.machine.console()
        return bool(self.account.used & {"LIB_STDIO", "LIB_STDIO_SHARED", "LIB_REPORT_UART",
                                         "LIB_REPORT_SHARED"}) or any(
            region.kind == "device" and console and region.what == console["name"]
            for region in self.regions)

    def share_console(self, shared):
        """Link with the console that partitions share, or with one's own; True for a change."""
        facts = self.component.facts
        counts = (*_cpus(self.spec), *((("CONSOLE_SHARED", 1),) if shared else ()))
        if facts.counts == counts:
            return False
        self.component.facts = dataclasses.replace(facts, counts=counts)
        return True

    def _state(self):
        data = files.read(self.absolute(f"{self.component.name}/state.json"))
        return json.loads(data) if data else {}

    def _script(self, window):
        base = self.build.machine.ram_ipa
        return templates.render("partition.ld.j2", ram_ipa=base, writable_base=base + window,
                                board=self.build.machine.data)

    def _link_once(self, text):
        script = self.component.write(text, "link.ld")
        steps = self.library_steps()
        self.steps += steps
        aliases = []
        for name, target in self.selection.reachable_aliases().items():
            aliases += [f"--defsym={name}={target}", "-u", target]
        objects = [self.start_object.output, *self.objects, *(step.output for step in steps)]
        self.run_link(objects, script, aliases)

    def _adopt_headers(self):
        """Libraries that came in by their headers alone; True when the link must be redone."""
        new = sorted(self.account.used - set(self.selection.on))
        for symbol in new:
            self.wanted[symbol] = {"kind": "header", "by": "app"}
        return bool(new)

    def _rights(self):
        """Capabilities, regions and interrupts: what was really linked decides."""
        used = sorted(self.account.used)
        caps = set(self.selection.config.caps(used)) | set(self.spec.caps)
        if self.spec.devices:
            caps.add("DEVICE")
        if self.spec.pool:
            caps.add("SCHED")
        libraries = [self.component.pool.libraries[symbol] for symbol in used]
        alone.check_libraries(self.spec, libraries)
        device_regions, self.irqs = program.devices(
            self.spec, self.build.machine, libraries, caps, len(self.build.image.partitions) > 1)
        bits = self.component.pool.cap_bits()
        self.caps = sorted(caps, key=bits.get)
        # Those of a program for a slot are the slot's: nothing of them is the file's.
        channels = [] if self.build.image.part else self.build.image.channels
        self.irqs = sorted([*groups.mark(self.irqs, self.spec),
                            *channel.irqs(channels, self.spec.name)],
                           key=lambda irq: irq["intid"])
        self.doorbells = channel.doorbells(channels, self.spec.name)
        self.regions = [*self.program.own_regions(), *channel.regions(channels, self.spec.name),
                        *device_regions, *groups.regions(self.spec),
                        *groups.pool(self.build, self.spec, caps)]
        key = next((key for key in ("heap", "stack", "ram", "devices")
                    if key in self.spec.places), "ram")
        mapped = [region for region in self.regions if region.kind != "load"]
        if self.spec.hosted:
            mapped += alone.mortise()
            self.mapped = mapped
        program.check_overlap(mapped, self.build.machine.ipa_bits, self.spec.place(key))
