# SPDX-License-Identifier: Apache-2.0
"""What a failed compile or link means to the user: one line with cause, place and cure."""
import fnmatch
import os
import re
import sys

from tenon import errors, symbols
from tenon.pool import Facts


class TooLarge(Exception):
    """The read-only image reached into writable memory: link again further up."""


def shown(path):
    """A path as the user would type it: relative where that is shorter."""
    return min(os.path.relpath(path), path, key=len)


def line_of(path, name):
    """`app.c:12`, where a name is called or defined first, else used at all; declarations do not
    count. Without a line when it is nowhere (a macro brought it)."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return shown(path)
    word = re.escape(name)
    declared = re.compile(rf"^(?!\s*return\b)(?:\s*[A-Za-z_]\w*[\s*]+)+{word}\s*\([^{{]*;")
    for pattern in (rf"\b{word}\s*\(", rf"\b{word}\b"):
        for number, line in enumerate(lines, 1):
            code = line.split("//")[0]
            if re.search(pattern, code) and not line.lstrip().startswith(("*", "/*")) and \
                    not declared.match(code):
                return f"{shown(path)}:{number}"
    return shown(path)


def compile_failed(failed, pool=None, layer=""):
    """Show the compiler's own messages, then refuse with the first one's place."""
    step = failed.step
    sys.stderr.write(failed.text)
    match = re.search(r"^(\S+?:\d+(?::\d+)?): (?:fatal )?error: (.*)$", failed.text, re.M)
    where = match[1] if match else shown(step.source) if step else "build.ninja"
    plain = re.search(r"^(?:clang: )?(?:fatal )?error: (.*)$", failed.text, re.M)
    what = match[2] if match else plain[1] if plain else "see the message above"
    if step is not None and step.library is not None:
        raise errors.Refusal(
            errors.COMPILE, f"{where}: library {step.library.name} does not compile: {what}; "
            "correct it, or leave it out with --without " + step.library.name)
    header = re.fullmatch(r"'(\S+)' file not found", what)
    why = absent(pool, layer, header[1]) if header and pool else None
    tail = f": {why}" if why else "; correct the source"
    raise errors.Refusal(errors.COMPILE, f"{where}: does not compile: {what}{tail}")


def absent(pool, layer, name):
    """What a library of this layer says about a symbol or header that the layer has not.

    Its options ABSENT_*: the default lists patterns, the help has the cause and what to do.
    """
    for library in pool.libraries.values():
        if layer not in library.layers:
            continue
        for option in library.options:
            if not option.startswith("ABSENT_"):
                continue
            symbol = pool.kconf.syms[option]
            patterns = symbol.orig_defaults[0][0].str_value.split()
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                return " ".join((symbol.nodes[0].help or "").split()).rstrip(".")
    return None


def check_application(given):
    """Refuse an application without main, or with a function in two of its files."""
    owners = {}
    for path, table in given.items():
        for name in sorted(table.defined - table.weak):
            if name in owners:
                raise errors.Refusal(
                    errors.LINK, f"{line_of(path, name)}: '{name}' is already defined in "
                    f"{line_of(owners[name], name)}; remove or rename one of them")
            owners[name] = path
    if "main" in owners:
        return
    local = {name: path for path, table in given.items() for name in table.local}
    first = next(iter(given))
    if "main" in local:
        raise errors.Refusal(
            errors.LINK, f"{line_of(local['main'], 'main')}: main is static; remove 'static'")
    near = _near("main", owners)
    where = line_of(owners[near], near) if near else shown(first)
    cure = f"the nearest name is '{near}': rename it" if near else \
        "add 'int main(void)', or name the file that has it"
    raise errors.Refusal(errors.LINK, f"{where}: no function 'main'; {cure}")


def _near(word, choices, cutoff=0.6):
    """The nearest of choices; letters that changed places count as near."""
    import difflib
    match = difflib.get_close_matches(word, sorted(choices), n=1, cutoff=cutoff)
    if match:
        return match[0]
    swapped = [name for name in sorted(choices) if sorted(name.lower()) == sorted(word.lower())]
    return swapped[0] if swapped else None


def link(composition, text):
    """Refuse with the meaning of the linker's messages."""
    if "the read-only image reaches into writable memory" in text:
        raise TooLarge()
    missing = list(dict.fromkeys(re.findall(r"undefined symbol: (\S+)", text)))
    if missing:
        raise errors.Refusal(errors.LINK, Missing(composition).line(missing))
    match = re.search(r"duplicate symbol: (\S+)\n((?:>>>.*\n?)*)", text)
    if match:
        raise errors.Refusal(errors.LINK, _duplicate(composition, match[1], match[2]))
    sys.stderr.write(text)
    match = re.search(r"error: (.*)", text)
    what = match[1] if match else "the linker failed"
    if "out of range" in what or "too large" in what or "exceeds" in what:
        raise errors.Refusal(
            errors.FIT, f"{composition.component.name}: does not fit into the address space: "
            f"{what}; make its largest objects smaller")
    raise errors.Refusal(
        errors.LINK, f"{composition.component.name}: does not link: {what}; see "
        f"{shown(composition.absolute('build.ninja'))}")


def _duplicate(composition, name, text):
    selection = composition.selection
    owners = [path for path, table in selection.given.items()
              if path != "start" and name in table.defined]
    libraries = [composition.component.pool.libraries[lib].name for lib in sorted(selection.on)
                 if lib in selection.tables and name in selection.tables[lib].defined]
    if owners and libraries:
        return (f"{line_of(owners[0], name)}: '{name}' is also in library {libraries[0]}, which "
                f"the image needs; rename yours, or leave that out with --without {libraries[0]}")
    if len(libraries) > 1:
        return (f"{name}: libraries {' and '.join(libraries)} both define it; leave one out "
                f"with --without {libraries[1]}")
    where = " and ".join(item.strip() for item in re.findall(r"defined (?:at|in) (.*)", text))
    return f"{composition.component.name}: '{name}' is defined twice, in {where}; rename one"


class Missing:
    """Explains undefined symbols of a component."""

    def __init__(self, composition):
        self.composition = composition
        self.component = composition.component
        self.selection = composition.selection
        self.pool = self.component.pool

    def line(self, names):
        """One line for all undefined symbols: the first explained, the others named."""
        names = sorted(names, key=lambda name: (self._origin(name)[0] is None, names.index(name)))
        name = names[0]
        path, root = self._origin(name)
        where = line_of(path, root) if path else f"{self.component.name}"
        what = f"undefined symbol '{name}'"
        if path and root != name:
            what += f" (needed by '{root}')"
        others = [other for other in names[1:] if other != name]
        tail = f" (also undefined: {', '.join(others[:8])}{', ...' if len(others) > 8 else ''})" \
            if others else ""
        return f"{where}: {what}: {self.reason(name)}{tail}"

    def _origin(self, name):
        """(source of the application, symbol) from which a wish came, or (None, name)."""
        for who in self.selection.missing.get(name, []):
            symbol = name
            for _ in range(1000):
                if who in self.selection.given and who != "start":
                    return who, symbol
                why = self.selection.members.get(who) or self.selection.on.get(who) or {}
                if why.get("kind") != "symbol":
                    break
                symbol, who = why["symbol"], why["by"]
        return None, name

    def reason(self, name):
        """Who has the symbol and why that does not help here, and what would."""
        for why in (self._left_out, self._unmet, self._layer, self._misspelt):
            text = why(name)
            if text:
                return text
        return "no file of yours and no library has it; add the source that defines it"

    def _left_out(self, name):
        for symbol in self.selection.exporters.get(name, []):
            if symbol in self.selection.without:
                library = self.pool.libraries[symbol].name
                return f"library {library} has it, but is left out by " \
                       f"{self.selection.without[symbol]}; remove that"
        return None

    def _unmet(self, name):
        for symbol in self.selection.exporters.get(name, []):
            unmet = " and ".join(self.selection.config.unmet(symbol))
            if unmet:
                library = self.pool.libraries[symbol].name
                return f"library {library} has it, but depends on {unmet}; see tnimage libs " \
                       f"{library}"
        for library in self.pool.libraries.values():
            if self.component.layer in library.layers and library.sources and \
                    not self.pool.eligible(library, self.component.facts) and \
                    name in symbols.of_library(self.component, library).defined:
                return f"library {library.name} has it, but depends on {library.depends}, which " \
                       f"board {self.component.machine.name} does not have; choose another board"
        return None

    def _layer(self, name):
        """Why this layer has no such thing, and the mode that has it or what to do instead."""
        cause, _, cure = (absent(self.pool, self.component.layer, name) or "").partition("; ")
        found = self._elsewhere(name)
        if found:
            library, mode = found
            return f"{cause or f'mode {self.component.mode} has it not'}; library {library} has " \
                   f"it: build with --mode {mode}"
        return f"{cause}; {cure}" if cause else None

    def _elsewhere(self, name):
        """(library, mode) of a mode of this tree that has the symbol, or None."""
        from tenon.component import ROOTS, Component
        for mode, (layer, root) in ROOTS.items():
            if layer in ("HV", self.component.layer) or root not in self.pool.libraries:
                continue
            facts = Facts(layer, self.component.facts.board)
            other = Component(f".{mode}", mode, self.pool, self.component.machine,
                              self.component.build, facts, self.component.optimize)
            other.prepare({})
            for library in other.eligible:
                if library.sources and name in symbols.of_library(other, library).defined:
                    return library.name, mode
        return None

    def _misspelt(self, name):
        known = {item for table in self.selection.given.values() for item in table.defined}
        libraries = {*self.selection.exporters}
        if self.selection.archives:
            libraries.update(self.selection.archives.where)
        known.update(item for item in libraries if not item.startswith("_"))
        # Among thousands of names something always looks a little like it.
        near = _near(name, known, 0.8)
        return f"no library has it; did you mean '{near}'?" if near else None
