# SPDX-License-Identifier: Apache-2.0
"""`tnimage libs`: the micro-library pool as tables, for people and for the docs."""
import json
import os
import re

from tenon import errors
from tenon.text import table

EPILOG = """\
examples:
  tnimage libs                          every library of the pool
  tnimage libs --mode bypass            what a bypass partition may link
  tnimage libs --board zcu102 --mode bypass
  tnimage libs loop                     one library: options, dependencies, capabilities
  tnimage libs --shared                 what Mortise and a guest have in common
  tnimage libs --hypercalls             the groups and functions that Mortise offers
"""
# Mode of a partition -> the layers that its image consists of.
MODE_LAYER = {"bypass": "BYPASS", "tenon": "TENON", "bare": "TENON", "native": "BYPASS", "hv": "HV"}


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser(
        "libs", help="list the micro-library pool", epilog=EPILOG,
        description="List the libraries that images are composed of, or show one of them.")
    parser.add_argument("lib", metavar="LIB", nargs="?", help="show this library in detail")
    parser.add_argument("--mode", choices=sorted(MODE_LAYER),
                        help="only what may be linked in this mode (hv: into Mortise)")
    parser.add_argument("--board", metavar="B", help="only what works on this board")
    parser.add_argument("--shared", action="store_true",
                        help="only libraries that both Mortise and a guest may link")
    parser.add_argument("--hypercalls", action="store_true",
                        help="list the hypercall groups and functions instead")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args):
    """Print what was asked for."""
    if args.hypercalls:
        groups = hypercalls()
        print(json.dumps(groups, indent=2) if args.json else hypercall_table(groups))
        return errors.OK
    from tenon import pool as pools
    pool = pools.Pool()
    if args.lib:
        libs = [pool.find(args.lib)]
    else:
        libs = selected(pool, args)
    if args.json:
        print(json.dumps([as_dict(lib) for lib in libs], indent=2))
    elif args.lib:
        print(detail(pool, libs[0]))
    else:
        print(shared_table(libs) if args.shared else overview(libs))
    return errors.OK


def selected(pool, args):
    """The libraries that the options leave, by path."""
    libs = sorted(pool.libraries.values(), key=lambda lib: lib.path)
    board = ""
    if args.board:
        from tenon import board as boards
        board = boards.load(args.board).symbol
    if args.mode or board:
        from tenon.pool import LAYERS, Facts
        layers = [MODE_LAYER[args.mode]] if args.mode else LAYERS
        libs = [lib for lib in libs if any(
            pool.eligible(lib, Facts(layer, board)) if board else layer in lib.layers
            for layer in layers)]
    if args.shared:
        libs = [lib for lib in libs if is_shared(lib)]
    return libs


def is_shared(lib):
    """Whether Mortise and some guest link the same source, be it code in headers."""
    if lib.symbol == "LIB_TEST":  # of the host's unit tests
        return False
    return "HV" in lib.layers and len(lib.layers) > 1 and (lib.sources or has_inline(lib))


def headers_of(lib):
    """Paths of a library's headers."""
    from tenon import paths
    return [os.path.join(folder, name)
            for folder, _, files in os.walk(paths.inside(lib.path, "include"))
            for name in sorted(files) if name.endswith(".h")]


def has_inline(lib):
    """Whether a library's headers hold functions."""
    for path in headers_of(lib):
        with open(path, encoding="utf-8") as file:
            if "static inline" in file.read():
                return True
    return False


def lines_of(lib):
    """Lines of source that are neither blank nor only a comment: its .c, .S and .h files."""
    from tenon import paths
    total = 0
    for path in [paths.inside(source) for source in lib.sources] + headers_of(lib):
        with open(path, encoding="utf-8") as source:
            text = re.sub(r"/\*.*?\*/", "", source.read(), flags=re.S)
        total += sum(1 for line in text.splitlines()
                     if line.strip() and not line.strip().startswith("//"))
    return total


def as_dict(lib):
    """A library as JSON shows it."""
    return {"name": lib.name, "symbol": lib.symbol, "path": lib.path, "title": lib.title,
            "layers": [layer.lower() for layer in lib.layers], "capabilities": lib.caps,
            "selects": lib.selects, "depends": lib.depends, "options": lib.options,
            "sources": lib.sources, "lines": lines_of(lib), "shared": bool(is_shared(lib)),
            "help": lib.help}


def layers_text(lib):
    return " ".join(layer.lower() for layer in lib.layers) or "-"


def overview(libs):
    if not libs:
        return "no library of the pool fits"
    rows = [("LIBRARY", "FOLDER", "LAYERS", "CAPABILITIES", "WHAT")]
    for lib in libs:
        rows.append((lib.name, lib.path, layers_text(lib), " ".join(lib.caps) or "-", lib.title))
    return table(rows)


def shared_table(libs):
    rows = [("LIBRARY", "FOLDER", "LAYERS", "LINES", "WHAT")]
    counts = [lines_of(lib) for lib in libs]
    for lib, count in zip(libs, counts):
        rows.append((lib.name, lib.path, layers_text(lib), count, lib.title))
    rows.append(("total", "", "", sum(counts), f"{len(libs)} libraries"))
    return table(rows, right=(3,))


def detail(pool, lib):
    rows = [("folder", lib.path), ("symbol", lib.symbol), ("layers", layers_text(lib)),
            ("depends on", lib.depends or "-"), ("selects", " ".join(lib.selects) or "-"),
            ("capabilities", " ".join(lib.caps) or "-"),
            ("sources", " ".join(os.path.basename(path) for path in lib.sources) or "-"),
            ("lines", lines_of(lib))]
    text = [f"{lib.name}: {lib.title}", "", table(rows)]
    if lib.help:
        text += ["", lib.help]
    if lib.options:
        options = [("OPTION", "DEFAULT", "WHAT")]
        for name in lib.options:
            symbol = pool.kconf.syms[name]
            prompt = next((node.prompt[0] for node in symbol.nodes if node.prompt), "-")
            options.append((name, default_text(symbol), prompt))
        text += ["", table(options)]
    return "\n".join(text)


def default_text(symbol):
    """The default as its Kconfig writes it, the first of several."""
    from tenon.pool import expr_text
    for value, *_ in symbol.orig_defaults:
        return expr_text(value) or "y"
    return "n" if not symbol.orig_defaults and symbol.orig_type == 2 else "-"


def hypercalls():
    """The groups of core/abi with number, capability, functions, and the library of each.

    Numbers come from hypercall.h; capability and functions from the registrations, so a group
    that nobody registers is shown as absent.
    """
    from tenon import paths
    with open(paths.inside("core/abi/include/tn/abi/hypercall.h"), encoding="utf-8") as header:
        text = header.read()
    groups = {name: {"group": name, "number": int(number), "capability": None, "library": None,
                     "functions": []}
              for name, number in re.findall(r"#define TN_HC_GROUP_(\w+) (\d+)", text)}
    base = int(re.search(r"#define TN_HC_BASE (\w+)", text)[1], 16)
    for name, group, number, note in re.findall(
            r"#define (TN_HC_\w+) TN_HC\(TN_HC_GROUP_(\w+), (\d+)\)[ \t]*(?:/\* (.*?) \*/)?",
            text):
        identifier = base | groups[group]["number"] << 8 | int(number)
        groups[group]["functions"].append(
            {"name": name, "id": f"{identifier:#x}", "note": " ".join(note.split())})
    for path, name, capability in registrations():
        if name in groups:
            groups[name].update(capability=capability, library=path)
    return sorted(groups.values(), key=lambda group: group["number"])


def registrations():
    """(folder, group, capability) of every REGISTER_HYPERCALL_GROUP in the tree."""
    from tenon import paths
    for folder, below, files in os.walk(paths.inside("hv")):
        below.sort()
        for name in sorted(files):
            if not name.endswith(".c"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as source:
                text = source.read()
            for group, cap in re.findall(
                    r"^REGISTER_HYPERCALL_GROUP\(\s*(?:TN_HC_GROUP_)?(\w+),\s*(?:TN_CAP_)?(\w+)",
                    text, re.M):
                yield os.path.relpath(folder, paths.ROOT), group.upper(), cap.upper()


def hypercall_table(groups):
    rows = [("GROUP", "CAPABILITY", "ID", "FUNCTION", "LIBRARY")]
    for group in groups:
        first = (f"{group['number']} {group['group']}", group["capability"] or "-")
        for function in group["functions"] or [{"id": "-", "name": "-"}]:
            rows.append((*first, function["id"], function["name"], group["library"] or "absent"))
            first = ("", "")
    return table(rows)
