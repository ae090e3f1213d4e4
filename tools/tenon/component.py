# SPDX-License-Identifier: Apache-2.0
"""One component of a build: its folder, its generated sources, and how its files are compiled.

Paths: the build folder is `.tn/<image>/`; commands run in it, and name what they make relative
to it, so that nothing that they write depends on where it is.
"""
import os
import re

from tenon import cache, errors, files, templates, toolchain
from tenon.config import Config

# Mode -> (layer, root library); Mortise is the component of mode "hv".
ROOTS = {
    "hv": ("HV", "LIB_MORTISE"),
    "bypass": ("BYPASS", "LIB_BYPASS_START"),
    "tenon": ("TENON", "LIB_TENON_START"),
    "bare": ("TENON", "LIB_BARE_START"),
    "bare-boot": ("HV", "LIB_BARE_BOOT"),
    "native": ("BYPASS", "LIB_NATIVE_START"),
    "hosted": ("BYPASS", "LIB_HOSTED_START"),  # native beside partitions
    "native-boot": ("HV", "LIB_NATIVE_BOOT"),
}


class Component:
    """What is linked on its own: Mortise, or the program of a partition."""

    def __init__(self, name, mode, pool, machine, build, facts, optimize):
        self.name = name
        self.mode = mode
        self.layer, self.root = ROOTS[mode]
        self.pool = pool
        self.machine = machine
        self.build = build  # absolute path of .tn/<image>
        self.folder = os.path.join(build, name)
        self.facts = facts
        self.optimize = optimize
        self.sources = []  # the application's: absolute paths
        self.app_flags = []  # its own -D, -I and cflags
        self.cflags = toolchain.compile_flags(self.layer, optimize)
        self.asmflags = toolchain.assemble_flags(self.layer)
        self.board_text = templates.render("board.h.j2", board=machine.data)
        self.pool_text = templates.render("pool_table.h.j2", instances=[])
        self.config_text = ""  # tn_config.h with every eligible library's options
        self.config_values = {}

    def tree(self, *parts):
        """The absolute path of a file of the tree."""
        return os.path.join(self.pool.root, *parts)

    def generated(self, *parts):
        """The path of a generated source, relative to the build folder."""
        return os.path.join(self.name, "gen", *parts)

    def write(self, text, *parts):
        """Write a generated source; returns its path relative to the build folder."""
        path = self.generated(*parts)
        files.write(os.path.join(self.build, path), text)
        return path

    @property
    def eligible(self):
        """The libraries that this layer and board allow."""
        return [library for library in self.pool.libraries.values()
                if self.pool.eligible(library, self.facts)]

    def prepare(self, options):
        """Write what the application and a look at a library are compiled with.

        Their tn_config.h has the options of every eligible library, as if it were in: the
        application includes headers before anybody knows what will be linked.
        """
        config = Config(self.pool, self.facts, {})
        for library in self.eligible:
            config.kconf.syms[library.symbol].set_value(2)
        for name, (value, _) in options.items():
            config.kconf.syms[name].set_value(value)
        self.config_values = config.options([library.symbol for library in self.eligible])
        self.config_text = config.header(self.config_values)
        self.write(self.config_text, "app", "tn_config.h")
        self.write(self.board_text, "include", "tn", "board.h")
        if self.mode == "hv":
            self.write(self.pool_text, "include", "tn", "pool_table.h")

    def declared(self, library):
        """A library, its dependencies, and theirs: what its headers and sources may include.

        That a source includes only what its own library declares is for `make check` to see:
        the compiler needs the headers that the declared ones include.
        """
        found, queue = set(), [library.symbol]
        while queue:
            name = queue.pop()
            if name not in found and name in self.pool.libraries:
                found.add(name)
                item = self.pool.libraries[name]
                queue += [*item.selects, *re.findall(r"\bLIB_\w+", item.depends)]
        return [self.pool.libraries[name] for name in sorted(found)]

    def declared_includes(self, library):
        """The include folders of declared(), relative to the tree."""
        return [item.include for item in self.declared(library) if item.include]

    def library_flags(self, library):
        """-I of what a library declares; the generated <tn/board.h> is LIB_BOARD's."""
        flags = [f"-I{self.tree(path)}" for path in self.declared_includes(library)]
        if any(item.symbol == "LIB_BOARD" for item in self.declared(library)):
            flags.append(f"-I{self.generated('include')}")
        if any(item.symbol == "LIB_FDT" for item in self.declared(library)):
            flags += [f"-I{cache.libfdt()}", f"-I{cache.libfdt()}/include"]
        return flags

    def all_includes(self):
        """-I of every library that this layer allows, for the application."""
        flags = [f"-I{self.tree(item.include)}" for item in self.eligible if item.include]
        return [*flags, f"-I{self.generated('include')}"]

    def map_flags(self):
        """No absolute path reaches an object."""
        flags = [f"-ffile-prefix-map={self.pool.root}=tenonos"]
        folders = {os.path.dirname(source) for source in self.sources}
        flags += [f"-ffile-prefix-map={folder}=app" for folder in sorted(folders)]
        return flags

    def compile_command(self, library, source):
        """The compiler's arguments to look at one source of a library, run in `folder`."""
        header = os.path.join(self.folder, "gen", "app", "tn_config.h")
        include = f"-I{os.path.join(self.folder, 'gen', 'include')}"
        flags = self.library_flags(library)
        flags = [include if flag.endswith("gen/include") else flag for flag in flags]
        base = self.asmflags if source.endswith(".S") else self.c_flags(library)
        return [*base, "-include", header, *flags]

    def c_flags(self, library):
        """The flags for C of a library.

        Under Tenon handlers and the kernel leave the FP registers to threads (docs/tenon.md), so
        that a library which computes with them says so: `select USES_FP`.
        """
        symbol = self.pool.kconf.syms[library.symbol]
        uses = any(selected.name == "USES_FP"
                   for node in symbol.nodes for selected, *_ in node.selects)
        return [*self.cflags, *toolchain.NO_FP] if self.layer == "TENON" and not uses else \
            self.cflags

    def check_root(self):
        """Refuse a mode whose runtime the tree does not have."""
        if _missing(self.pool, self.mode):
            here = [mode for mode in ROOTS if ROOTS[mode][0] != "HV" and not _missing(self.pool, mode)]
            raise errors.Refusal(
                errors.CONFIG, f"mode '{self.mode}' has no runtime in this tree "
                f"({_missing(self.pool, self.mode)}); modes here: {', '.join(here) or 'none'}")


def _missing(pool, mode):
    """What the tree lacks for a mode, "" for nothing."""
    _, root = ROOTS[mode]
    if root not in pool.libraries:
        return f"no library {root}"
    template = f"templates/{mode}-start.S.j2"
    return "" if os.path.exists(os.path.join(pool.root, template)) else f"no {template}"
