# SPDX-License-Identifier: Apache-2.0
"""One component's Kconfig: which libraries are on, why, and the values of their options.

kconfiglib forgives: a value that cannot take effect is dropped, a select overrides a
dependency with a warning. Here each of these is a refusal, because the image would differ from
what was asked for.
"""
from tenon import board as boards
from tenon import errors, pool

_BOOLS = {"1": "y", "0": "n", "y": "y", "n": "n"}


class Config:
    """A component's configuration.

    wanted: {LIB_X: why} to switch on; without: {LIB_X: place} to keep off;
    options: {NAME: (value, place)}; refused where they cannot be set, unless `lenient`, because not
    all libraries are on yet. `on` is {LIB_X: why}, sorted, after Kconfig's own rules.
    """

    def __init__(self, libraries, facts, wanted, without=None, options=None, lenient=False):
        self.pool = libraries
        self.facts = facts
        self.without = without or {}
        self.kconf = libraries.kconfig(facts)
        for symbol, why in wanted.items():
            self._switch_on(symbol, why)
        for symbol in self.without:
            self.kconf.syms[symbol].set_value(0)
        self._apply_switches(options or {})
        self.on = self._collect(wanted)
        if not lenient:
            self._apply(options or {})
        pool.check_warnings(self.kconf)

    def allowed(self, symbol):
        """Whether the library's dependencies hold here as things stand."""
        import kconfiglib
        return kconfiglib.expr_value(self.kconf.syms[symbol].direct_dep) > 0

    def unmet(self, symbol):
        """The dependencies of a library that do not hold here, as Kconfig text."""
        import kconfiglib
        parts = kconfiglib.split_expr(self.kconf.syms[symbol].direct_dep, kconfiglib.AND)
        return [pool.expr_text(part) for part in parts if kconfiglib.expr_value(part) == 0]

    def caps(self, symbols):
        """The capabilities that these libraries select here, sorted."""
        import kconfiglib
        found = set()
        for symbol in symbols:
            for node in self.kconf.syms[symbol].nodes:
                for selected, condition, *_ in node.selects:
                    if selected.name.startswith("CAP_") and kconfiglib.expr_value(condition):
                        found.add(selected.name[len("CAP_"):])
        return sorted(found)

    def options(self, symbols=None):
        """{NAME: value} of the options of the libraries that are on (or of these), and the
        counts that the builder sets."""
        values = {name: self.kconf.syms[name].str_value for name, _ in self.facts.counts}
        for symbol in sorted(self.on if symbols is None else symbols):
            for name in self.pool.libraries[symbol].options:
                values[name] = self.kconf.syms[name].str_value
        return dict(sorted(values.items()))

    def header(self, values):
        """The text of tn_config.h for options() values."""
        lines = ["/* Generated: the options of this component's libraries. */"]
        for name, value in values.items():
            lines.append(f"#define CONFIG_{name} {self._c_value(name, value)}")
        return "\n".join(lines) + "\n"

    def _c_value(self, name, value):
        import kconfiglib
        kind = self.kconf.syms[name].orig_type
        if kind in (kconfiglib.BOOL, kconfiglib.TRISTATE):
            return "1" if value == "y" else "0"
        if kind == kconfiglib.STRING:
            return '"' + kconfiglib.escape(value) + '"'
        return value or "0"

    def _switch_on(self, symbol, why):
        self.kconf.syms[symbol].set_value(2)

    def _collect(self, wanted):
        """{LIB_X: why} of everything that is on; refuses what could not be switched."""
        on = {}
        for symbol in sorted(self.pool.libraries):
            value = self.kconf.syms[symbol].str_value
            library = self.pool.libraries[symbol]
            if symbol in self.without and value == "y":
                by = self._selector(symbol)
                raise errors.Refusal(
                    errors.CONFIG, f"{self.without[symbol]}: library {library.name} is needed by "
                    f"{by}, which is in the image; leave that out, too")
            if symbol in wanted and value != "y":
                self._refuse_unmet(library, wanted[symbol])
            if value == "y":
                self._refuse_undefined(library)
                on[symbol] = wanted.get(symbol) or self._why(symbol)
        pool.check_warnings(self.kconf)
        return on

    def _refuse_undefined(self, library):
        """A name that nothing defines is n for ever: a typing error, or a folder that is gone."""
        for name in self.pool.undefined(library.symbol):
            known = [symbol for symbol in self.kconf.syms if self.kconf.syms[symbol].nodes]
            raise errors.Refusal(
                errors.CONFIG, f"{library.path}/Kconfig: unknown symbol {name}"
                f"{errors.nearest(name, known) or '; no library defines it'}")

    def _refuse_unmet(self, library, why):
        place = why.get("by") or why.get("symbol") or library.path
        if library.symbol in self.without:
            raise errors.Refusal(
                errors.CONFIG, f"{place}: library {library.name} is both asked for and left out; "
                f"remove one of {place} and {self.without[library.symbol]}")
        unmet = " and ".join(self.unmet(library.symbol)) or "a choice"
        raise errors.Refusal(
            errors.CONFIG, f"{place}: library {library.name} cannot be in this "
            f"{self.facts.layer.lower()} component: it depends on {unmet}; see tnimage libs "
            f"{library.name}")

    def _selector(self, symbol):
        """The name of a library that is on and selects this one."""
        for other in sorted(self.pool.libraries):
            if symbol in self.pool.libraries[other].selects and self.kconf.syms[other].tri_value:
                return self.pool.libraries[other].name
        return "Kconfig"

    def _why(self, symbol):
        """Why Kconfig itself switched a library on."""
        import kconfiglib
        for other in sorted(self.pool.libraries):
            if not self.kconf.syms[other].tri_value:
                continue
            for node in self.kconf.syms[other].nodes:
                for selected, condition, *_ in node.selects:
                    if selected.name == symbol and kconfiglib.expr_value(condition):
                        return {"kind": "select", "by": other}
        dep = pool.expr_text(self.kconf.syms[symbol].direct_dep)
        return {"kind": "default", "by": dep or "always"}

    def _apply_switches(self, options):
        """Options that are y or n, before libraries are collected: a select may depend on one."""
        import kconfiglib
        for name, (value, _) in options.items():
            symbol = self.kconf.syms[name]
            value = _BOOLS.get(value)
            if symbol.orig_type in (kconfiglib.BOOL, kconfiglib.TRISTATE) and value:
                symbol.set_value(value)

    def _apply(self, options):
        """Set the user's options; a value that does not take effect is refused."""
        import kconfiglib
        for name, (value, place) in options.items():
            owner = next((lib for lib in self.pool.libraries.values() if name in lib.options), None)
            symbol = self.kconf.syms[name]
            if owner.symbol not in self.on:
                raise errors.Refusal(
                    errors.CONFIG, f"{place}: option {name} belongs to library {owner.name}, "
                    f"which is not in the image; add --with {owner.name}, or remove it")
            if symbol.orig_type in (kconfiglib.BOOL, kconfiglib.TRISTATE):
                value = _BOOLS.get(value, value)
            symbol.set_value(value)
            if not _same(symbol, value):
                raise errors.Refusal(
                    errors.CONFIG, f"{place}: {name} = {value} is out of range; "
                    f"{_allowed(symbol)}")


def find_option(libraries, name, place):
    """(Kconfig name, Library) of an option as the user writes it (with or without CONFIG_).

    An option without a prompt is the builder's or only text, and cannot be set.
    """
    known = {option: lib for lib in libraries.libraries.values() for option in lib.options
             if option not in pool.COUNTS
             and any(node.prompt for node in libraries.kconf.syms[option].nodes)}
    plain = name.upper().removeprefix("CONFIG_").replace("-", "_")
    if plain not in known:
        raise errors.Refusal(
            errors.CONFIG, f"{place}: unknown option '{name}'"
            + (errors.nearest(plain, known) or f"; options: {boards.listed(known)}"))
    return plain, known[plain]


def _same(symbol, value):
    """Whether a symbol has taken this value, however the number is written."""
    import kconfiglib
    if symbol.orig_type in (kconfiglib.INT, kconfiglib.HEX):
        base = 16 if symbol.orig_type == kconfiglib.HEX else 10
        try:
            return int(symbol.str_value, base) == int(value, base)
        except ValueError:
            return False
    return symbol.str_value == value


def _allowed(symbol):
    """What an option takes, for a message."""
    import kconfiglib
    if symbol.orig_type in (kconfiglib.BOOL, kconfiglib.TRISTATE):
        return "it is y or n"
    for low, high, condition in symbol.ranges:
        if kconfiglib.expr_value(condition):
            return f"it goes from {low.str_value} to {high.str_value}"
    if symbol.visibility == 0:
        unmet = pool.expr_text(symbol.direct_dep)
        return f"it depends on {unmet}" if unmet else "it cannot be set"
    return {kconfiglib.INT: "it is a number", kconfiglib.HEX: "it is a hexadecimal number"}.get(
        symbol.orig_type, "it cannot take this value")
