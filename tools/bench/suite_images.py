# SPDX-License-Identifier: Apache-2.0
"""Bytes and boots: the smallest programs, all examples, Tables 1 to 3 of the paper."""
import glob
import os
import re
import statistics
import subprocess
import tempfile
import time

import measure
from figures import TOP, Figure
from measure import BOARDS, VIRT, Counts, build, say, shown_events
from tenon import errors
from tenon.elf import Elf

BOOTS = 5  # of each configuration of Table 3
MODES = ["bypass", "tenon", "bare", "native"]
# The smallest programs: limit and aim of file, all memory (KiB) and instructions to main.
SMALLEST = {"bypass": ((40, 20), (128, 64), (150000, 40000)),
            "bare": ((40, 20), (128, 64), (100000, 30000)),
            "native": ((40, 20), (128, 64), (100000, 30000)),
            "tenon": ((64, 36), (192, 96), (250000, 80000))}
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|^\s*#(?!\s*(?:include|define|if|ifdef|ifndef|else|elif|"
                     r"endif|error|undef|pragma))[^\n]*", re.S | re.M)


def sizes_by_symbol(image):
    """Bytes of each symbol of each component: what a growing image is told by."""
    sizes = {}
    for part in image.report["components"]:
        for symbol in Elf(part["elf"]).symbols:
            if symbol.section and symbol.size:
                name = f"{part['layer']}:{symbol.name}"
                sizes[name] = sizes.get(name, 0) + symbol.size
    return sizes


def hello(so, quick):
    """The smallest program of each mode and board."""
    figures = []
    for mode in SMALLEST:
        for board in BOARDS if mode == "bypass" and not quick else [VIRT]:
            say(f"hello, {mode}, {board}")
            image = build("examples/hello/hello.c", f"{mode}/hello", board, "--mode", mode)
            points = {"main": image.symbols()["main"]}
            if mode not in ("bare", "native"):
                points["guest"] = image.symbols()["__image_start"]
            counts = Counts(image, so, points, events=measure.EVERYWHERE)
            main = counts.hits["main"][0]
            file, memory, steps = SMALLEST[mode]
            line, size = f"{mode}, {board}", image.report["image"]
            symbols = sizes_by_symbol(image)
            figures += [
                Figure("hello", line, "file", size["file_size"], "bytes",
                       *(bound << 10 for bound in file), functions=symbols),
                Figure("hello", line, "all memory", size["memory_size"], "bytes",
                       *(bound << 10 for bound in memory), functions=symbols),
                Figure("hello", line, "to main", main.all, "instructions", *steps,
                       functions=counts.functions["main"], events=shown_events(main.events))]
            if mode == "bypass":
                text = image.report["components"][0]["sections"]["text"]
                guest = counts.hits["guest"][0]
                figures += [
                    Figure("hello", line, "Mortise to its guest", guest.el2,
                           "instructions at EL2", 100000, 30000,
                           functions=counts.functions["guest"],
                           events=shown_events(guest.events)),
                    Figure("hello", line, "of these CRC-32",
                           counts.functions["guest"].get("tn_crc32", 0), "instructions at EL2"),
                    Figure("hello", line, "its first to main",
                           main.all - guest.all, "instructions",
                           events=shown_events(main.since(guest).events)),
                    Figure("hello", line, "Mortise's text", text, "bytes", 49152, 32768,
                           functions=symbols)]
    return figures


def with_sha256(so):
    """What it costs that an image asks for SHA-256 of its partitions at boot."""
    image = build("examples/hello/hello.c", "bypass-sha256/hello", VIRT, "--verify", "sha256")
    counts = Counts(image, so, {"guest": image.symbols()["__image_start"]})
    return [Figure("hello", f"bypass with SHA-256, {VIRT}", "Mortise to its guest",
                   counts.hits["guest"][0].el2, "instructions at EL2",
                   functions=counts.functions["guest"])]


def code_lines(path):
    """Lines of a source file that are neither empty nor comment."""
    with open(path, encoding="utf-8") as file:
        text = COMMENT.sub("", file.read())
    return sum(1 for line in text.splitlines() if line.strip())


def lines_of(paths):
    """(C, assembly) lines of source files."""
    counts = [0, 0]
    for path in paths:
        counts[path.endswith(".S")] += code_lines(path)
    return counts


def library_lines(folder):
    """(C, assembly) lines of a library: sources and headers, without its tests."""
    top = os.path.join(TOP, folder)
    return lines_of(path for path in glob.glob(f"{top}/*.[chS]")
                    + glob.glob(f"{top}/include/**/*.h", recursive=True)
                    if not re.search(r"_(test|fuzz)\.c$", path))


SECTIONS = ["text", "data", "bss", "rodata"]
# What has no folder in the pool.
GROUPS = {"newlib": "newlib (Debian's)", "app": "application"}


def groups_of(image, parts, name_of):
    """{group: lines and bytes} of components; name_of(component, library) is the group. A
    library's lines count once."""
    groups, seen = {}, set()
    for part in parts:
        for lib in part["libs"]:
            group = groups.setdefault(name_of(part, lib),
                                      dict.fromkeys(["C", "asm", *SECTIONS], 0))
            lines = [0, 0]
            if lib["lib"] == "app":
                lines = lines_of(image.sources(part))
            elif lib["path"] and lib["path"] not in seen:
                seen.add(lib["path"])
                lines = library_lines(lib["path"])
            group["C"] += lines[0]
            group["asm"] += lines[1]
            for section in SECTIONS:
                group[section] += lib["bytes"][section]
    return groups


def sized(table, name, group):
    """A line of Table 1."""
    return [Figure(table, name, key, value, "lines" if key in ("C", "asm") else "bytes")
            for key, value in group.items()] + [
        Figure(table, name, "all bytes", sum(group[s] for s in SECTIONS), "bytes")]


def components(table, image):
    """Table 1: lines and bytes by top folder, each library's lines once."""
    groups = groups_of(image, image.report["components"], lambda _, lib: lib["path"].split("/")[0]
                       or GROUPS.get(lib["lib"], "generated, stacks, alignment"))
    total = {key: sum(group[key] for group in groups.values()) for key in ["C", "asm", *SECTIONS]}
    return [figure for name, group in sorted(groups.items()) + [("total", total)]
            for figure in sized(table, name, group)]


def by_component(table, line, image):
    """Table 1 of an example: lines and bytes of each component, with the libraries in it."""
    return [figure for part in image.report["components"]
            for name, group in groups_of(image, [part], lambda part, _: part["name"]).items()
            for figure in sized(table, f"{line}: {name}", group)]


# The smallest Mortise and one with Linux, Tenon and bypass partitions.
MORTISES = ("hello, bypass", "mixed, manifest")


def mortise(column, image):
    """What other hypervisors are compared by: lines that were compiled, and .text."""
    part = image.report["components"][0]
    group = groups_of(image, [part], lambda part, _: part["name"])[part["name"]]
    return [Figure("mortise", "code lines compiled", column, group["C"] + group["asm"], "lines",
                   9000, 7000),
            Figure("mortise", "text", column, part["sections"]["text"], "bytes", 49152, 32768)]


def shared(images):
    """Table 2: the libraries that Mortise and Tenon both have in some example."""
    found = {}
    for image in images:
        mortise, tenon = image.report["components"]
        theirs = {lib["lib"]: lib for lib in tenon["libs"]}
        for lib in mortise["libs"]:
            if lib["path"] and lib["lib"] in theirs:
                pair = found.setdefault(lib["path"], [0, 0])
                for at, part in enumerate((lib, theirs[lib["lib"]])):
                    pair[at] = max(pair[at], sum(part["bytes"].values()))
    figures = []
    for path, (hv, rtos) in sorted(found.items()):
        lines = sum(library_lines(path))
        if lines:
            figures += [Figure("table2", path, "lines", lines, "lines"),
                        Figure("table2", path, "in Mortise, at most", hv, "bytes"),
                        Figure("table2", path, "in Tenon, at most", rtos, "bytes")]
    return figures


def manifest_modes(folder):
    """How an example is built: in every mode, or as its manifest says."""
    name = os.path.basename(folder)
    source = os.path.join(folder, f"{name}.c")
    if os.path.exists(source):
        return [(source, ("--mode", mode), mode) for mode in MODES]
    manifest = os.path.join(folder, "tnimage.toml")
    made = os.path.join(TOP, "build", name)  # where its Makefile puts programs that it carries
    options = ("-I", made) if glob.glob(os.path.join(made, "*.part")) else ()
    return [(f"-f{manifest}", options, "manifest")] if os.path.exists(manifest) else []


def examples():
    """Image sizes of all examples in all modes that they build in; and the images on Tenon."""
    figures, on_tenon, built = [], [], set()
    for folder in sorted(glob.glob(os.path.join(TOP, "examples", "*"))):
        name = os.path.basename(folder)
        if os.path.exists(os.path.join(folder, "Makefile")):
            # What it needs besides the builder: a kernel's own program, one to create.
            subprocess.run(["make", "-s", "-C", folder], check=True, stdout=subprocess.DEVNULL)
        for source, options, mode in manifest_modes(folder):
            say(f"example {name}, {mode}")
            try:
                image = build(source, f"{mode}/{name}", VIRT, *options, quiet=True)
            except errors.Refusal as refusal:
                # An example of threads is nothing for bypass: that is no figure.
                if refusal.code not in (errors.LINK, errors.CONFIG, errors.COMPILE):
                    raise
                say(f"example {name}, {mode}: not for this mode")
                continue
            built.add(name)
            if mode == "tenon":
                on_tenon.append(image)
            line = f"{name}, {mode}"
            sections = {s: sum(part["sections"][s] for part in image.report["components"])
                        for s in SECTIONS}
            size = image.report["image"]
            figures += [Figure("examples", line, s, value, "bytes")
                        for s, value in sections.items()]
            figures += by_component("table1-examples", line, image)
            figures += mortise(line, image) if line in MORTISES else []
            figures += [Figure("examples", line, "file", size["file_size"], "bytes"),
                        Figure("examples", line, "all memory", size["memory_size"], "bytes")]
        if name not in built:
            raise errors.Refusal(errors.COMPILE, f"examples/{name} builds in no mode; 'tnimage "
                                 "build' says why")
    return figures, on_tenon


def build_times():
    """Seconds of a build from nothing and of one with nothing to do: the one place where a clock
    is read, and no figure that decides."""
    figures = []
    for mode in MODES:
        say(f"build time, {mode}")
        seconds = []
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(2):
                begin = time.monotonic()
                subprocess.run([measure.TNIMAGE, "build", "examples/hello/hello.c", "--mode",
                                mode, "-o", os.path.join(folder, "hello.img")], cwd=TOP,
                               check=True, stdout=subprocess.DEVNULL,
                               env=dict(os.environ, CCACHE_DISABLE="1"))
                seconds.append(round(time.monotonic() - begin, 2))
        figures += [Figure("build", mode, column, value, "seconds", exact=False)
                    for column, value in zip(("from nothing", "nothing changed"), seconds)]
    return figures


def boots(so):
    """Table 3: boots of each configuration, several times."""
    figures = []
    for title, mode in (("Tenon bare", "bare"), ("Tenon on Mortise", "tenon"),
                        ("bypass on Mortise", "bypass")):
        say(f"boot, {title}")
        image = build("examples/hello/hello.c", f"{mode}/hello", VIRT, "--mode", mode)
        points = {"main": image.symbols()["main"]}
        if mode != "bare":
            points["guest"] = image.symbols()["__image_start"]
        hits = [Counts(image, so, points, profile=False, events=measure.EVERYWHERE).hits
                for _ in range(BOOTS)]
        for column, point in (("hypervisor ready", "guest"), ("application", "main")):
            runs = [hit[point][0].all for hit in hits if point in hit]
            if runs:
                figures += [
                    Figure("table3", title, column, runs[0], "instructions",
                           events=shown_events(hits[0][point][0].events)),
                    Figure("table3", title, f"{column}, virtual time", runs[0] / 1000, "µs"),
                    Figure("table3", title, f"{column}, deviation", statistics.pstdev(runs),
                           "instructions")]
    return figures


def suite_images(quick):
    """What a build takes and how it boots."""
    so = measure.plugin("count.c")
    return hello(so, quick) + with_sha256(so)


def suite_code(_quick):
    """Tables 1 and 2, and every example."""
    image = build("examples/hello/hello.c", "tenon/hello", VIRT, "--mode", "tenon")
    figures, on_tenon = examples()
    return components("table1", image) + shared(on_tenon) + figures + build_times()


def suite_boot(_quick):
    """Table 3."""
    return boots(measure.plugin("count.c"))
