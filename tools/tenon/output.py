# SPDX-License-Identifier: Apache-2.0
"""The end of a build: limits, the file in the form that was asked for, and what is shown."""
import json

from tenon import errors, files, request
from tenon.sizes import show


def check_limits(args, build):
    """--max-size and --max-ram."""
    image = build.report["image"]
    for option, key, what in (("--max-size", "file_size", "file"),
                              ("--max-ram", "memory_size", "memory")):
        text = args.max_size if key == "file_size" else args.max_ram
        limit = request.limit(text, option)
        if limit is not None and image[key] > limit:
            raise errors.Refusal(
                errors.FIT, f"{option} {text}: the image takes {image[key]} bytes of {what}, "
                f"{image[key] - limit} more than that; the largest: {_largest(build, key)}")


def _largest(build, key):
    """The largest ranges and libraries, for a message."""
    rows = []
    for component in build.report["components"]:
        for row in component["libs"]:
            count = sum(size for kind, size in row["bytes"].items()
                        if kind != "bss" or key == "memory_size")
            name = row["lib"].removeprefix("LIB_").lower().replace("_", "-")
            rows.append((count, f"{component['name']}/{name}"))
    if key == "memory_size":
        rows += [(row["size"], row["what"]) for row in build.report["layout"]
                 if not row["in_file"]]
    rows.sort(key=lambda row: (-row[0], row[1]))
    return ", ".join(f"{name} {show(count)}" for count, name in rows[:4])


def deliver(args, build, built, path):
    """Put the result in place in one step; returns its size."""
    data = files.read(built)
    if args.format != "img":
        from tenon import formats
        data = formats.convert(args, build, data)
    try:
        files.replace(path, data)
    except OSError as error:
        raise errors.Refusal(errors.USAGE, f"{path}: {error.strerror.lower()}; choose another "
                             "output with -o") from None
    return len(data)


def present(args, build, path, size):
    """What the user sees: one line, the table of --explain too, or JSON."""
    image = build.report["image"]
    if args.json:
        print(json.dumps({"output": path, "format": args.format, **build.report}, indent=1))
        return
    libraries = {row["lib"] for part in build.report["components"] for row in part["libs"]
                 if row["lib"].startswith("LIB_")}
    if args.explain:
        print(explanation(build.report))
    print(f"{path}: {size} bytes, {image['memory_size']} bytes of memory, "
          f"{len(libraries)} libraries, board {image['board']}")


def explanation(report):
    """Why each library is in and its bytes, a table a component."""
    from tenon.text import table
    lines = []
    for part in report["components"]:
        rows = [("LIBRARY", "TEXT", "RODATA", "DATA", "BSS", "WHY")]
        for row in part["libs"]:
            rows.append((name_of(row["lib"]), *row["bytes"].values(), reason(row["why"])))
        rows.append(("all", *part["sections"].values(), ""))
        lines += [f"{part['name']} ({part['mode']}), capabilities: "
                  f"{' '.join(part['caps']) or 'none'}", table(rows)]
        if part["mode"] != "hv":
            lines.append(facts(part))
        lines.append("")
    return "\n".join(lines)


def facts(part):
    """What the builder decided about a partition's memory and formats."""
    again = ", its own code recurses: much more" if part["recursive"] else ""
    text = (f"stack {show(part['stack'])} (frames {part['frames']} bytes{again}), "
            f"heap {show(part['heap'])}, all memory {show(part['ram'])}\n")
    if part["printf_float"]:
        return text + "printf formats floating point: a call passes a floating-point value"
    return text + ("printf without floating point: no call passes one (--set PRINTF_FLOAT=y "
                   "for a call that the compiler does not see)")


def name_of(lib):
    """LIB_UART_PL011 as users write it."""
    return lib.removeprefix("LIB_").lower().replace("_", "-") if lib.startswith("LIB_") else lib


def reason(why):
    """A `why` of the report in words."""
    by = name_of(why.get("by", ""))
    return {
        "root": f"root of {by}", "symbol": f"{why.get('symbol')}, wanted by {by}",
        "select": f"selected by {by}", "default": f"default when {by}", "option": f"{by}",
        "header": "its header's code is used", "app": "the application",
    }.get(why["kind"], "linked with the rest")
