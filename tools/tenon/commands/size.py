# SPDX-License-Identifier: Apache-2.0
"""`tnimage size`: what costs how many bytes, down to the last one, and what changed."""
import json
from dataclasses import asdict

from tenon import bytecount, errors
from tenon.text import table

DESCRIPTION = """\
Count every byte of an image once. FILE is what something takes in the image file, MEMORY what
it takes above the file while it runs; the last line is the image's size to the byte. An ELF
file instead of an image is counted by section or symbol.
"""
EPILOG = """\
examples:
  tnimage size app.img
  tnimage size app.img --by symbol
  tnimage size app.img --json > before.json
  tnimage size app.img --diff before.json      or --diff old.img: only what changed
"""


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser("size", help="what costs how many bytes, and what changed",
                            description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("files", metavar="IMG|ELF", nargs="*",
                        help="default: the one image in this folder")
    parser.add_argument("--by", choices=bytecount.KEYS,
                        help="what a line is; default: lib, for an ELF file section")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--diff", metavar="OLD",
                        help="compare with this image, ELF file or saved --json")


def run(args):
    """Count each file and print it."""
    from tenon import imagefile
    paths = args.files or [imagefile.only_here()]
    if args.diff and len(paths) != 1:
        raise errors.Refusal(errors.USAGE, "--diff compares one file; name one")
    old = load_count(args.diff, args.by) if args.diff else None
    counts = [count(path, args.by or (old["by"] if old else None)) for path in paths]
    if old:
        return show_diff(old, counts[0], args.json)
    if args.json:
        print(json.dumps(counts if len(counts) > 1 else counts[0], indent=2))
        return errors.OK
    for number, item in enumerate(counts):
        if len(counts) > 1:
            print(f"{chr(10) if number else ''}{item['name']}:")
        print(page(item))
    return errors.OK


def count(path, by):
    """The count of one file as --json has it."""
    from tenon import imagefile
    if is_elf(path):
        by = by or "section"
        if by not in ("section", "symbol"):
            raise errors.Refusal(errors.USAGE, f"{path}: an ELF file has no '--by {by}'; "
                                 "name the image")
        read = bytecount.section_rows if by == "section" else bytecount.symbol_rows
        rows = read("", path)
        totals = {key: sum(getattr(row, key) for row in rows) for key in ("file", "memory")}
    else:
        by = by or "lib"
        image = imagefile.load(path)
        needs = by != "partition"
        report = imagefile.image_report(image) if needs else None
        folder = imagefile.build_folder(image) if by == "symbol" else None
        rows = bytecount.of_image(image, report, folder, by)
        totals = {"file": image.file_size, "memory": image.memory_size - image.file_size}
    rows.sort(key=lambda row: (row.part == "", row.part != "mortise", row.part,
                               -row.file, -row.memory, row.name))
    return {"name": path, "by": by, "total": totals, "rows": [asdict(row) for row in rows]}


def is_elf(path):
    """Whether a file begins as ELF files do; an unreadable one is not, and refused later."""
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False


def load_count(path, by):
    """A count saved with --json, or that of an older image."""
    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError as error:
        raise errors.Refusal(errors.USAGE, f"{path}: {error.strerror.lower()}; --diff needs an "
                             "older image or a saved 'tnimage size --json'") from None
    if not text.lstrip().startswith(b"{"):
        return count(path, by)
    try:
        saved = json.loads(text)
        if {"by", "rows", "total"} <= saved.keys() and by in (None, saved["by"]):
            return saved
    except ValueError:
        pass
    raise errors.Refusal(errors.USAGE, f"{path}: not what 'tnimage size --json' prints"
                         f"{' --by ' + by if by else ''}; save it again")


def page(item):
    """The table of one count."""
    wide = item["by"] != "partition"
    kinds = [key.upper() for key in bytecount.SECTIONS] if wide else []
    rows = [("COMPONENT", item["by"].upper(), *kinds, "FILE", "MEMORY")]
    for row in item["rows"]:
        cells = [row[key] or "-" for key in bytecount.SECTIONS] if wide else []
        rows.append((row["part"] or "image", row["name"], *cells, row["file"] or "-",
                     row["memory"] or "-"))
    rows.append(("total", "", *("" for _ in kinds), item["total"]["file"],
                 item["total"]["memory"]))
    return table(rows, right=range(2, len(rows[0])))


def changes(old, new):
    """(component, name, old file, new file, old memory, new memory) of every row that differs."""
    def index(item, rename):
        return {tuple(rename.get(word, word) for word in (row["part"], row["name"])):
                (row["file"], row["memory"]) for row in item["rows"]}

    def guests(item):
        return {row["part"] for row in item["rows"]} - {"", "mortise"}

    # One partition each: it is the same one, whatever its name.
    one, two = guests(old), guests(new)
    rename = dict(zip(one, two)) if len(one) == len(two) == 1 else {}
    before, after = index(old, rename), index(new, {})
    found = []
    for key in sorted(before.keys() | after.keys()):
        one, two = before.get(key, (0, 0)), after.get(key, (0, 0))
        if one != two:
            found.append((*key, one[0], two[0], one[1], two[1]))
    return sorted(found, key=lambda row: -abs(row[3] - row[2]))


def show_diff(old, new, as_json):
    """What changed from `old` to `new`."""
    found = changes(old, new)
    if as_json:
        keys = ("part", "name", "old_file", "new_file", "old_memory", "new_memory")
        print(json.dumps({"by": new["by"], "old": old["total"], "new": new["total"],
                          "rows": [dict(zip(keys, row)) for row in found]}, indent=2))
        return errors.OK
    rows = [("COMPONENT", new["by"].upper(), "FILE", "WAS", "CHANGE", "MEMORY", "WAS", "CHANGE")]
    for part, name, *sizes in found:
        rows.append((part or "image", name, *change(*sizes[:2]), *change(*sizes[2:])))
    rows.append(("total", "", *change(old["total"]["file"], new["total"]["file"]),
                 *change(old["total"]["memory"], new["total"]["memory"])))
    print(table(rows, right=range(2, 8)))
    return errors.OK


def change(old, new):
    """New size, old size, signed difference."""
    return new, old, f"{new - old:+d}" if new != old else "0"
