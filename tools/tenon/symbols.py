# SPDX-License-Identifier: Apache-2.0
"""Symbol tables of objects (LTO bitcode or ELF) and of archives, read by llvm-nm.

Reading an archive or compiling a library only to look at it takes a while, so the results are
kept in the cache under the hash of everything that they depend on.
"""
import hashlib
import json
import os
import re
import subprocess
from dataclasses import dataclass, field

from tenon import cache, errors, files, toolchain

# Format conversions that need the reader of floating point, as IR text shows a string.
SCANF_FORMAT = re.compile(r"%\*?\d*(?:l|L)?[aAeEfFgG]")
# A call through a variadic type that passes a floating-point value.
FLOAT_CALL = re.compile(r"\bcall\b.*?\.\.\.\).*\b(?:double|float|fp128)\b(?!\*)")
SCANF_CALL = re.compile(r"@[a-z_]*scanf(?:_r)?\(")


@dataclass
class Symbols:
    """What an object or a library defines and what it wants."""
    defined: set = field(default_factory=set)  # global
    weak: set = field(default_factory=set)  # of defined
    local: set = field(default_factory=set)  # static functions and objects
    undefined: set = field(default_factory=set)
    floats: list = field(default_factory=list)  # of "printf", "scanf": it formats or reads floats
    broken: str = ""  # the compiler's first error, when the library does not compile

    def add(self, other):
        """Join another object of the same library."""
        self.defined |= other.defined
        self.weak |= other.weak
        self.local |= other.local
        self.undefined |= other.undefined
        self.floats = sorted({*self.floats, *other.floats})

    def close(self):
        """Forget wishes that are fulfilled inside."""
        self.undefined -= self.defined
        return self

    def dump(self):
        """As JSON."""
        return {name: sorted(value) if isinstance(value, set) else value
                for name, value in self.__dict__.items()}

    @classmethod
    def load(cls, data):
        """From dump()."""
        return cls(**{name: set(value) if name in ("defined", "weak", "local", "undefined")
                      else value for name, value in data.items()})


def of_objects(paths):
    """[Symbols] of object files, in their order."""
    if not paths:
        return []
    text = toolchain.output(["llvm-nm", "-P", "-A", *paths])
    found = {path: Symbols() for path in paths}
    for line in text.splitlines():
        head, _, rest = line.partition(": ")
        _record(found[head], rest.split())
    for path, symbols in found.items():
        symbols.close()
        symbols.floats = _floats(path)
    return list(found.values())


def _record(symbols, words):
    name, kind = words[0], words[1]
    if kind == "U":
        symbols.undefined.add(name)
    elif kind in "vw":
        pass  # an undefined weak symbol pulls nothing in
    elif kind.isupper() and kind != "N":
        symbols.defined.add(name)
        if kind in "WV":
            symbols.weak.add(name)
    elif not name.startswith(("$", ".L")):
        symbols.local.add(name)


def _floats(path):
    """Which of printf and scanf an object uses with floating point.

    printf's floats come as variadic arguments, so a call that passes one is the proof, whatever
    its format. scanf's come by pointer: there the constant formats decide, and a format that is
    no constant counts as one with floats.
    """
    with open(path, "rb") as file:
        if file.read(4) not in (b"BC\xc0\xde", b"\xde\xc0\x17\x0b"):
            return []
    text = toolchain.output(["llvm-dis", path, "-o", "-"])
    found = ["printf"] if FLOAT_CALL.search(text) else []
    if SCANF_CALL.search(text) and _scans_floats(text):
        found.append("scanf")
    return found


def _scans_floats(text):
    strings = dict(re.findall(r'^(@[\w.]+) = .* c"(.*)"', text, re.M))
    for line in text.splitlines():
        if not SCANF_CALL.search(line) or " call " not in line:
            continue
        formats = [strings[name] for name in re.findall(r"@[\w.]+", line) if name in strings]
        if not formats or any(SCANF_FORMAT.search(item) for item in formats):
            return True
    return False


class Archives:
    """Which member of newlib and libgcc defines a symbol, and what each member wants."""

    def __init__(self, paths):
        self.members = {}  # "libc.a:puts.o" -> Symbols
        self.where = {}  # symbol -> member
        for path in paths:
            for member, symbols in _archive(path).items():
                self.members[member] = symbols
                for name in symbols.defined:
                    self.where.setdefault(name, member)


def _archive(path):
    """{"libc.a:puts.o": Symbols} of one archive, from the cache if it is the same file."""
    status = os.stat(path)
    key = hashlib.sha256(f"2 {path} {status.st_size} {status.st_mtime_ns}".encode()).hexdigest()
    entry = os.path.join(cache.folder(), "symbols", f"archive-{key[:32]}.json")
    data = _load(entry)
    if data is None:
        data = {}
        base = os.path.basename(path)
        text = subprocess.run([toolchain.need("llvm-nm"), "-P", "-A", path], capture_output=True,
                              text=True, check=False).stdout
        for line in text.splitlines():
            head, _, rest = line.partition(": ")
            member = head[head.rfind("[") + 1:-1]
            _record(data.setdefault(f"{base}:{member}", Symbols()), rest.split())
        for symbols in data.values():
            symbols.close()
            symbols.local = set()
        data = {name: symbols.dump() for name, symbols in sorted(data.items())}
        _store(entry, data)
    return {name: Symbols.load(item) for name, item in data.items()}


def of_library(component, library):
    """The Symbols of a library of the pool as this component would compile it."""
    digest = hashlib.sha256()
    for item in ("2", toolchain.identity(), repr(component.cflags), component.config_text,
                 component.board_text):
        digest.update(item.encode() + b"\0")
    for path in _inputs(component, library):
        digest.update(path.encode() + b"\0" + (files.read(component.tree(path)) or b"") + b"\0")
    entry = os.path.join(cache.folder(), "symbols", f"{library.name}-{digest.hexdigest()[:32]}.json")
    data = _load(entry)
    if data is not None:
        return Symbols.load(data)
    symbols = _probe(component, library)
    if not symbols.broken:
        _store(entry, symbols.dump())
    return symbols


def _inputs(component, library):
    """Every file of the tree that compiling a library may read, relative, sorted."""
    found = list(library.sources)
    for folder in [library.path, *component.declared_includes(library)]:
        recurse = folder != library.path
        for path, below, names in os.walk(component.tree(folder)):
            if not recurse:
                below[:] = []
            below.sort()
            found += [os.path.relpath(os.path.join(path, name), component.tree())
                      for name in sorted(names) if name.endswith((".h", ".inc"))]
    return found


def _probe(component, library):
    """Compile a library into a scratch folder and look at it."""
    import tempfile
    total = Symbols()
    with tempfile.TemporaryDirectory() as scratch:
        objects = []
        for index, source in enumerate(library.sources):
            target = os.path.join(scratch, f"{index}.o")
            command = [toolchain.need("clang"), *component.compile_command(library, source),
                       "-c", component.tree(source), "-o", target]
            result = subprocess.run(command, capture_output=True, text=True, check=False,
                                    cwd=component.folder)
            if result.returncode:
                lines = [line for line in result.stderr.splitlines() if "error:" in line]
                total.broken = (lines or ["the compiler gave no message"])[0]
                return total
            objects.append(target)
        for symbols in of_objects(objects):
            total.add(symbols)
    return total.close()


def _load(path):
    data = files.read(path)
    try:
        return json.loads(data) if data else None
    except ValueError:
        return None


def _store(path, data):
    try:
        files.replace(path, json.dumps(data).encode())
    except OSError as error:
        raise errors.Refusal(errors.TOOL, f"{cache.folder()}: {error.strerror.lower()}; set "
                             "TENON_CACHE to a folder that can be written") from None
