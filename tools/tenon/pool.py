# SPDX-License-Identifier: Apache-2.0
"""The pool: which libraries the tree holds, read from the Kconfig of each folder.

`Pool` lists them; `Pool.kconfig(facts)` gives the Kconfig tree in which one component is
configured. What is chosen there is the matter of config.py and select.py.
"""
import os
import re
import tempfile
from dataclasses import dataclass, field

from tenon import errors, paths

TOPS = ("core", "image", "hv", "bypass", "rtos")  # folders that hold libraries
LAYERS = ("HV", "BYPASS", "TENON")
# Options that the builder sets, whatever a library's Kconfig says of them.
COUNTS = ("COLOURED", "CONSOLE_SHARED", "CPUS", "CPU_SET", "EL2_PROGRAM", "HOSTED", "HV_COLOURED", "HV_CPU", "HV_CPUS",
          "HV_IPA_BITS", "IRQS", "FIQ", "LIFE", "NATIVE", "PARTITIONS", "POOL", "POOL_IDLES", "POOL_TABLES",
          "POOLED", "POOL_WATCHDOGS",
          "PUBLISH", "RESTART", "S2_TABLES", "SHARED_REGIONS",
          "SLOTS", "WATCHDOGS")


@dataclass(frozen=True)
class Facts:
    """What the builder knows about a component before any library is chosen."""
    layer: str  # one of LAYERS
    board: str  # symbol, BOARD_QEMU_VIRT
    caps: frozenset = frozenset()  # "IRQ", ...: Mortise's tree only, the union of all partitions
    counts: tuple = ()  # (("IRQS", 3), ...): numbers that the builder sets


@dataclass
class Library:
    """One folder of the pool. Paths are relative to the tree's root."""
    symbol: str  # LIB_GICV3
    path: str  # core/gicv3
    title: str = ""  # its prompt
    help: str = ""
    sources: list = field(default_factory=list)  # core/gicv3/gic.c ..., sorted, no tests
    include: str = ""  # core/gicv3/include, or "" without public headers
    options: list = field(default_factory=list)  # names of its other symbols
    layers: list = field(default_factory=list)  # of LAYERS, where its dependencies can hold
    caps: list = field(default_factory=list)  # "IRQ": capabilities that it selects
    selects: list = field(default_factory=list)  # LIB_X: libraries that it selects, if or not
    depends: str = ""  # its `depends on` as Kconfig writes it, "" for none

    @property
    def name(self):
        """What users call it: gicv3."""
        return self.symbol[len("LIB_"):].lower().replace("_", "-")


class Pool:
    """All libraries, by symbol; `root` is the tree."""

    def __init__(self, root=None):
        self.root = root or paths.ROOT
        self.folders, self.boards = _folders(self.root)
        self._texts = {path: _read(os.path.join(self.root, path, "Kconfig"))
                       for path in sorted([*self.folders, *self.boards])}
        self.kconf = self.kconfig(None)
        self.libraries = {}
        for path in self.folders:
            library = self._library(path)
            if library.symbol in self.libraries:
                other = self.libraries[library.symbol].path
                raise errors.Refusal(
                    errors.CONFIG, f"{path}/Kconfig: {library.symbol} is already in {other}")
            self.libraries[library.symbol] = library

    def find(self, word):
        """The Library that a user calls `loop`, `LIB_LOOP` or `core/loop`; or a Refusal."""
        symbol = "LIB_" + re.sub(r"^LIB_", "", word.upper().replace("-", "_"))
        for library in self.libraries.values():
            if library.symbol == symbol or library.path == word.rstrip("/"):
                return library
        known = {lib.name: lib for lib in self.libraries.values()}
        near = errors.nearest(word.lower().removeprefix("lib_").replace("_", "-"), known)
        raise errors.Refusal(
            errors.CONFIG, f"unknown library '{word}'{near or '; see tnimage libs'}")

    def owner(self, file):
        """The Library that a file of the tree (relative path) belongs to, or None."""
        for library in self.libraries.values():
            if file.startswith(library.path + "/"):
                return library
        return None

    def cap_bits(self):
        """{"IRQ": 2, ...}: the capability bits of core/abi."""
        text = _read(os.path.join(self.root, "core/abi/include/tn/abi/cap.h"))
        return {name: int(bit)
                for name, bit in re.findall(r"^#define TN_CAP_(\w+) (\d+)\b", text, re.M)}

    def kconfig(self, facts):
        """A fresh kconfiglib.Kconfig of the pool for Facts (None: for listing only).

        Every warning of kconfiglib is a Refusal: what it warns of would be dropped silently.
        """
        import kconfiglib
        os.environ["srctree"] = self.root
        with tempfile.NamedTemporaryFile("w", suffix=".Kconfig") as top:
            top.write(self._top(facts))
            top.flush()
            try:
                kconf = kconfiglib.Kconfig(top.name, warn_to_stderr=False)
            except kconfiglib.KconfigError as error:
                raise errors.Refusal(errors.CONFIG, _kconfig_error(str(error))) from None
        check_warnings(kconf)
        return kconf

    def undefined(self, symbol):
        """Names in a library's definition that no Kconfig defines, sorted.

        kconfiglib can warn of them, but then a library that nobody links stops every build; so
        config.py asks for those that are on, and `make check` for all.
        """
        import kconfiglib
        found = set()
        for node in self.kconf.syms[symbol].nodes:
            expressions = [node.dep, *(sym for sym, *_ in node.selects),
                           *(condition for _, condition, *_ in node.selects),
                           *(condition for _, condition, *_ in node.defaults)]
            for expression in expressions:
                found |= {item.name for item in kconfiglib.expr_items(expression)
                          if isinstance(item, kconfiglib.Symbol) and not item.nodes
                          and not item.is_constant and not item.name.isdigit()}
        return sorted(found)

    def eligible(self, library, facts):
        """Whether the library's dependencies can hold for Facts, whatever else is chosen."""
        has = self._has(facts.board)
        return True in _possible(self.kconf.syms[library.symbol].direct_dep, facts, has)

    def _has(self, board):
        """HAS_* symbols that a board selects."""
        symbol = self.kconf.syms.get(board)
        return {sym.name for sym, _ in _selects(symbol)} if symbol else set()

    def _library(self, path):
        match = re.search(r"^\s*config\s+(\w+)", self._texts[path], re.M)
        if not match or not match[1].startswith("LIB_"):
            raise errors.Refusal(
                errors.CONFIG, f"{path}/Kconfig: the first symbol must be the library's, LIB_<NAME>")
        symbol = self.kconf.syms[match[1]]
        if not symbol.nodes[0].prompt:
            raise errors.Refusal(
                errors.CONFIG, f"{path}/Kconfig: {symbol.name} has no prompt; give it a title")
        folder = os.path.join(self.root, path)
        sources = [f"{path}/{name}" for name in sorted(os.listdir(folder))
                   if name.endswith((".c", ".S")) and not name.endswith(("_test.c", "_fuzz.c"))]
        include = f"{path}/include" if os.path.isdir(os.path.join(folder, "include")) else ""
        selected = sorted({sym.name for sym, _ in _selects(symbol)})
        options = re.findall(r"^\s*(?:menu)?config\s+(\w+)", self._texts[path], re.M)[1:]
        return Library(
            symbol.name, path, symbol.nodes[0].prompt[0], (symbol.nodes[0].help or "").strip(),
            sources, include, sorted(set(options)),
            [layer for layer in LAYERS
             if True in _possible(symbol.direct_dep, Facts(layer, ""), None)],
            [name[4:] for name in selected if name.startswith("CAP_")],
            [name for name in selected if name.startswith("LIB_")],
            expr_text(symbol.direct_dep))

    def _top(self, facts):
        """The Kconfig file above all others: the facts, then every folder."""
        defined = set()
        used = set()
        for text in self._texts.values():
            defined.update(re.findall(r"^\s*(?:menu)?config\s+(\w+)", text, re.M))
            used.update(re.findall(r"\bHAS_\w+", text))
        lines = ['mainmenu "TenonOS"']

        def add(name, value):
            lines.append(f"config {name}\n\tbool" + ("\n\tdefault y" if value else ""))

        for layer in LAYERS:
            add(f"LAYER_{layer}", facts and facts.layer == layer)
        for cap in self.cap_bits():
            add(f"CAP_{cap}", facts and cap in facts.caps)
        for name in sorted(used - defined):
            add(name, False)
        counts = dict(facts.counts) if facts else {}
        for name in COUNTS:
            value = f"\n\tdefault {counts[name]}" if name in counts else ""
            lines.append(f"config {name}\n\tint{value}")
        if facts and facts.board:
            add(facts.board, True)
        lines += [f'source "{path}/Kconfig"' for path in self._texts]
        return "\n".join(lines) + "\n"


def _kconfig_error(text):
    """kconfiglib's error as one line; a loop, which it shows over pages, as its symbols."""
    if "Dependency loop" in text:
        names = dict.fromkeys(re.findall(r"^(?:\.\.\.depends on )?(\w+) \(defined", text, re.M))
        return f"Kconfig: {', '.join(names)} select or depend on each other; remove one of these"
    return " ".join(text.split()) + "; fix this Kconfig"


def check_warnings(kconf):
    """Refuse what kconfiglib only warns of."""
    if kconf.warnings:
        text = " ".join(kconf.warnings[0].removeprefix("warning: ").split())
        raise errors.Refusal(errors.CONFIG, f"Kconfig: {text}")


def expr_text(expr):
    """An expression as Kconfig writes it; "" for the one that is always true."""
    import kconfiglib
    text = kconfiglib.expr_str(expr, lambda item: getattr(item, "name", str(item)))
    return "" if text == "y" else text


def _folders(root):
    """(library folders, board folders), relative paths, sorted."""
    folders, boards = [], []
    for top in TOPS:
        for folder, below, files in os.walk(os.path.join(root, top)):
            below[:] = sorted(name for name in below if not name.startswith("."))
            path = os.path.relpath(folder, root)
            if "Kconfig" in files:
                (boards if path.startswith("core/board/") else folders).append(path)
    return sorted(folders), sorted(boards)


def _read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _selects(symbol):
    """(selected symbol, condition) of every definition of a symbol."""
    for node in symbol.nodes:
        for selected, condition, *_ in node.selects:
            yield selected, condition


def _possible(expr, facts, has):
    """Which values {True, False} an expression can take: facts are fixed, all else is free.

    has: names of the board's HAS_ symbols, or None to leave these free, too.
    """
    import kconfiglib
    if isinstance(expr, tuple):
        if expr[0] == kconfiglib.NOT:
            return {not value for value in _possible(expr[1], facts, has)}
        if expr[0] in (kconfiglib.AND, kconfiglib.OR):
            left, right = (_possible(side, facts, has) for side in expr[1:])
            both = expr[0] == kconfiglib.AND
            return {(a and b) if both else (a or b) for a in left for b in right}
        return {True, False}
    name = getattr(expr, "name", "")
    if getattr(expr, "is_constant", False) and name in ("y", "n"):
        return {name == "y"}
    if name.startswith("LAYER_"):
        return {name == "LAYER_" + facts.layer}
    if name.startswith("BOARD_") and has is not None:
        return {name == facts.board}
    if name.startswith("HAS_") and has is not None:
        return {name in has}
    return {True, False}
