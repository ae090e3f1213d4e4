# SPDX-License-Identifier: Apache-2.0
"""Selection: which libraries a component needs, from undefined symbols and Kconfig's rules.

A wish (a symbol, and who has it) is fulfilled by, in this order: the application, the linker
script, a library that is on, a library that may be switched on, a member of newlib or libgcc.
Switching a library on adds its own wishes. What nobody fulfils is kept for the link, which
knows whether the code that has the wish is reached at all.
"""
from tenon import board, errors, symbols, toolchain
from tenon.config import Config

# newlib's formatters with and without floating point: the same interface, a third of the size.
PRINTF_INTEGER = {
    "_vfprintf_r": "_vfiprintf_r", "vfprintf": "vfiprintf", "_svfprintf_r": "_svfiprintf_r",
}
SCANF_INTEGER = {
    "__svfscanf_r": "__svfiscanf_r", "__svfscanf": "__svfiscanf", "__ssvfscanf_r": "__ssvfiscanf_r",
}

C_LIBRARY = "LIB_NEWLIB"  # core/newlib: the options of what the archives hold

# The compiler calls these without saying so in an object's symbol table.
COMPILER_CALLS = ("memcpy", "memmove", "memset", "memcmp")


class Selection:
    """The libraries of one component. `on`: {LIB_X: why}; `members`: {member: why};
    `missing`: {symbol: [who]}; `aliases`: {newlib symbol: the integer-only one}."""

    def __init__(self, component, given, wanted, without, options, script=()):
        self.component = component
        self.given = given  # {label: Symbols} of the application and the start code
        self.without = without
        self.options = options
        self.script = set(script)
        self.defined = {name for item in given.values() for name in item.defined}
        self.tables = {}  # LIB_X -> Symbols
        self.exporters = {}  # symbol -> [LIB_X]
        self._read_tables()
        guest = component.layer != "HV"
        self.archives = symbols.Archives(
            toolchain.archives(component.layer, component.optimize)) if guest else None
        self.wanted = dict(wanted)
        self._solve()

    def _read_tables(self):
        from concurrent.futures import ThreadPoolExecutor
        libraries = [lib for lib in self.component.eligible if lib.sources]
        with ThreadPoolExecutor() as workers:
            tables = list(workers.map(
                lambda lib: symbols.of_library(self.component, lib), libraries))
        for library, table in zip(libraries, tables):
            self.tables[library.symbol] = table
            for name in table.defined:
                self.exporters.setdefault(name, []).append(library.symbol)

    def _solve(self):
        """Alternate between symbols and Kconfig until neither adds a library."""
        floats = set()
        while True:
            self.config = Config(self.component.pool, self.component.facts, self.wanted,
                                 self.without, self.options, lenient=True)
            self.on = dict(self.config.on)
            now = {kind for item in self.given.values() for kind in item.floats}
            now |= {kind for lib in self.on if lib in self.tables
                    for kind in self.tables[lib].floats}
            now |= {kind for kind in ("printf", "scanf")
                    if self.options.get(f"{kind.upper()}_FLOAT", ("n",))[0] in ("y", "1")}
            self.aliases = {}
            if "printf" not in now:
                self.aliases.update(PRINTF_INTEGER)
            if "scanf" not in now:
                self.aliases.update(SCANF_INTEGER)
            before = set(self.on)
            self._walk()
            added = {lib: why for lib, why in self.on.items() if lib not in before}
            if not added and now == floats:
                break
            floats = now
            self.wanted.update(added)
        self.floats = floats
        self.config = Config(self.component.pool, self.component.facts, self.wanted, self.without,
                             self.options)

    def _walk(self):
        """Fulfil every wish that follows from what is on."""
        self.members = {}
        self.missing = {}
        seen = set()
        queue = [(name, label) for label, item in sorted(self.given.items())
                 for name in sorted(item.undefined)]
        for symbol in sorted(self.on):
            queue += self._wishes(symbol)
        queue += [(name, "the compiler") for name in COMPILER_CALLS if name in self.exporters]
        while queue:
            name, who = queue.pop(0)
            if name in self.defined or name in self.script:
                continue
            if name in seen:
                if name in self.missing and who not in self.missing[name]:
                    self.missing[name].append(who)
                continue
            seen.add(name)
            queue += self._fulfil(name, who)
        if self.members and C_LIBRARY in self.component.pool.libraries:
            first = next(iter(self.members.values()))
            self.on.setdefault(C_LIBRARY, first)

    def _wishes(self, symbol):
        return [(name, symbol) for name in sorted(self.tables[symbol].undefined)] \
            if symbol in self.tables else []

    def _fulfil(self, name, who):
        """Find who defines a symbol; returns the wishes that come with it."""
        libraries = self.exporters.get(name, [])
        if any(lib in self.on for lib in libraries):
            return []
        why = {"kind": "symbol", "symbol": name, "by": who}
        allowed = [lib for lib in libraries
                   if lib not in self.without and self.config.allowed(lib)]
        if len(allowed) > 1:
            names = board.listed(self.component.pool.libraries[lib].name for lib in allowed)
            raise errors.Refusal(
                errors.CONFIG, f"{name}: several libraries have it ({names}); choose one with "
                "--with, or leave one out with --without")
        if allowed:
            self.on[allowed[0]] = why
            return self._wishes(allowed[0])
        if self.archives:
            target = self.aliases.get(name, name)
            member = self.archives.where.get(target)
            if member:
                if member in self.members:
                    return []
                self.members[member] = why
                return [(wish, member)
                        for wish in sorted(self.archives.members[member].undefined)]
        self.missing[name] = [who]
        return []

    def reachable_aliases(self):
        """The aliases that the link needs, sorted: those whose target was found."""
        present = {name for member in self.members
                   for name in self.archives.members[member].defined} if self.archives else set()
        return {name: target for name, target in sorted(self.aliases.items())
                if target in present}

    def libraries(self):
        """The Library objects that are on, sorted by path."""
        chosen = [self.component.pool.libraries[symbol] for symbol in self.on]
        return sorted(chosen, key=lambda library: library.path)

