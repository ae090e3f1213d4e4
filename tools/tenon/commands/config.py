# SPDX-License-Identifier: Apache-2.0
"""`tnimage config`: Kconfig's menu on the pool, its choices written into the manifest."""
import json
import os
import re
import sys
import tempfile

from tenon import errors

DESCRIPTION = """\
Show the libraries and options that one partition can have in a menu, and write what was chosen
into its manifest: options into 'options', libraries that were switched on into 'libs', off into
'without'. Only what differs from the default is written; comments and order of the file stay.
Libraries that the last build chose are on, so that their options can be seen: build first.
"""
EPILOG = """\
examples:
  tnimage config                        tnimage.toml in this folder
  tnimage config motor/                 the one in motor/
  tnimage config -p control sys.toml    a manifest with several partitions
"""
LAYER = {"bypass": "BYPASS", "tenon": "TENON", "bare": "TENON", "native": "BYPASS"}


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser("config", help="choose options in a menu", description=DESCRIPTION,
                            epilog=EPILOG)
    parser.add_argument("path", metavar="MANIFEST|FOLDER", nargs="?", default=".",
                        help="default: tnimage.toml in this folder")
    parser.add_argument("-p", "--partition", metavar="NAME", help="which partition to configure")


def run(args):
    """Show the menu, then write the manifest."""
    from tenon import manifest, pool as pools
    path = args.path
    if os.path.isdir(path):
        path = os.path.normpath(os.path.join(path, manifest.FILE))
    if not os.path.exists(path):
        raise errors.Refusal(errors.CONFIG, f"{path}: no such file; "
                             "'tnimage new NAME' makes a project with one")
    image = manifest.load(path)
    board = manifest.check(image)
    index = choose(image, args.partition, path)
    partition = image.partitions[index]
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise errors.Refusal(errors.USAGE, "config: the menu needs a terminal; without one, "
                             f"write 'options' into {path}")
    pool = pools.Pool()
    kconf = pool.kconfig(pools.Facts(LAYER[partition.mode], board.symbol))
    preset(kconf, pool, partition, last_build(path, image, partition))
    before = libraries_on(kconf, pool)
    if not menu(kconf):
        print(f"{path}: not changed")
        return errors.OK
    values = chosen(kconf, pool, partition, before)
    write(path, index, values)
    print(f"{path}: written")
    return errors.OK


def choose(image, name, path):
    """Index of the partition to configure."""
    names = [partition.name for partition in image.partitions]
    if name is None and len(names) == 1:
        return 0
    if name in names:
        return names.index(name)
    if name is None:
        raise errors.Refusal(errors.USAGE, f"{path}: has {len(names)} partitions; "
                             f"choose one with -p: {', '.join(names)}")
    raise errors.Refusal(errors.USAGE, f"{path}: no partition '{name}'"
                         f"{errors.nearest(name, names) or '; it has ' + ', '.join(names)}")


def last_build(path, image, partition):
    """The symbols of the libraries that the last build linked into the partition."""
    name = os.path.join(os.path.dirname(path), ".tn", image.name, "report.json")
    try:
        with open(name, encoding="utf-8") as file:
            report = json.load(file)
    except (OSError, ValueError):
        return []
    return [lib["lib"] for component in report["components"]
            if component["name"] == partition.name and component["layer"] != "hv"
            for lib in component["libs"] if lib["lib"].startswith("LIB_")]


def preset(kconf, pool, partition, linked):
    """What is so already: libraries first, for options depend on them."""
    symbols = [*linked, *(pool.find(word).symbol for word in partition.libs)]
    for symbol in symbols:
        if symbol in kconf.syms:
            kconf.syms[symbol].set_value("y")
    for word in partition.without:
        kconf.syms[pool.find(word).symbol].set_value("n")
    for name, value in partition.options.items():
        if name in kconf.syms:
            kconf.syms[name].set_value(value)


def libraries_on(kconf, pool):
    """Names of the libraries that are on."""
    return {library.name for library in pool.libraries.values()
            if kconf.syms[library.symbol].str_value == "y"}


def menu(kconf):
    """kconfiglib's menuconfig; returns whether the user saved."""
    import contextlib
    import io
    import menuconfig
    with tempfile.TemporaryDirectory(prefix="tnimage-") as folder:
        saved = os.path.join(folder, "config")
        os.environ["KCONFIG_CONFIG"] = saved
        kconf.write_config(saved)
        before = os.stat(saved).st_mtime_ns
        # It speaks of a file that is not the user's.
        with contextlib.redirect_stdout(io.StringIO()):
            menuconfig.menuconfig(kconf)
        return os.stat(saved).st_mtime_ns != before


def chosen(kconf, pool, partition, before):
    """The manifest's options, libs and without after the menu; `before`: what was on."""
    after = libraries_on(kconf, pool)
    by_hand = {library.name for library in pool.libraries.values()
               if kconf.syms[library.symbol].user_value == 2}
    on, off = (after - before) & by_hand, before - after
    libs = {pool.find(word).name for word in partition.libs}
    without = {pool.find(word).name for word in partition.without}
    options = {}
    names = {name for library in pool.libraries.values() for name in library.options}
    for symbol in kconf.unique_defined_syms:
        if symbol.name in names and symbol.user_value is not None:
            value, user = symbol.str_value, symbol.user_value
            symbol.unset_value()
            if symbol.str_value != value:
                options[symbol.name] = toml_value(symbol, value)
            symbol.set_value(user)
    return {"options": options, "libs": sorted(libs - off | on),
            "without": sorted(without - on | (off - libs))}


def toml_value(symbol, value):
    """A Kconfig value as TOML: true, 64, 0x40, "text"."""
    import kconfiglib
    if symbol.orig_type in (kconfiglib.BOOL, kconfiglib.TRISTATE):
        return "true" if value == "y" else "false"
    if symbol.orig_type in (kconfiglib.INT, kconfiglib.HEX):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write(path, index, values):
    """Replace `options`, `libs` and `without` of partition `index` in the manifest's text."""
    from tenon import files
    with open(path, encoding="utf-8") as source:
        lines = source.read().splitlines()
    options = ", ".join(f"{key} = {value}" for key, value in sorted(values["options"].items()))
    lines = edit(lines, index, "options", f"{{ {options} }}" if options else "")
    for key in ("libs", "without"):
        words = ", ".join(f'"{word}"' for word in values[key])
        lines = edit(lines, index, key, f"[{words}]" if words else "")
    files.write(path, "\n".join(lines) + "\n")


def edit(lines, index, key, text):
    """The lines with `key = text` in [[partition]] number `index`; text '' removes the key."""
    heads = [n for n, line in enumerate(lines) if re.match(r"\s*\[", line)]
    parts = [n for n in heads if re.match(r"\s*\[\[\s*partition\s*\]\]", lines[n])]
    first = parts[index]
    lines = drop_table(lines, first, f"partition.{key}")
    end = next((n for n in range(first + 1, len(lines)) if re.match(r"\s*\[", lines[n])),
               len(lines))
    at = next((n for n in range(first + 1, end) if re.match(rf"\s*{key}\s*=", lines[n])), None)
    new = [f"{key} = {text}"] if text else []
    if at is not None:
        return lines[:at] + new + lines[value_end(lines, at):]
    while end > first + 1 and not lines[end - 1].strip():
        end -= 1
    return lines[:end] + new + lines[end:]


def value_end(lines, at):
    """The line behind the value that begins in line `at`: brackets may span lines."""
    depth = 0
    for number in range(at, len(lines)):
        bare = re.sub(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*', "", lines[number])
        depth += sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}")
        if depth <= 0:
            return number + 1
    return len(lines)


def drop_table(lines, first, name):
    """The lines without a [partition.options] table that belongs to the partition at `first`."""
    for number in range(first + 1, len(lines)):
        if re.match(r"\s*\[\[", lines[number]):
            break
        if re.match(rf"\s*\[\s*{re.escape(name)}\s*\]", lines[number]):
            end = next((n for n in range(number + 1, len(lines))
                        if re.match(r"\s*\[", lines[n])), len(lines))
            while not lines[end - 1].strip():
                end -= 1
            return lines[:number] + lines[end:]
    return lines
