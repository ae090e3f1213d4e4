# SPDX-License-Identifier: Apache-2.0
"""`tnimage inspect`: what is in an image, drawn as text and as SVG."""
import json
import sys

from tenon import errors
from tenon.text import size_text, table

EPILOG = """\
examples:
  tnimage inspect app.img                 header, partitions, file and memory map
  tnimage inspect app.img --svg app.svg   the maps as a picture
  tnimage inspect app.img --json          everything, for scripts
  tnimage inspect app.img --report        the build report that the image carries, JSON
"""


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser(
        "inspect", help="show what is in an image, and its file and memory map", epilog=EPILOG,
        description="Check an image as 'tnimage verify' does, then show what is in it: header, "
        "partitions with their rights, and what lies where in the file and in memory.")
    parser.add_argument("image", metavar="IMG", help="image that 'tnimage build' wrote")
    parser.add_argument("--svg", metavar="FILE", help="draw the maps into FILE ('-': print it)")
    parser.add_argument("--report", action="store_true", help="print the build report")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args):
    """Read the image back and show it."""
    from tenon import imagefile
    image = imagefile.load(args.image)
    if args.svg:
        write_svg(image, args.svg)
        if not (args.json or args.report):
            return errors.OK
    if args.report:
        print(json.dumps(imagefile.image_report(image), indent=2))
    elif args.json:
        print(json.dumps(image.data, indent=2))
    else:
        print(show(image))
    return errors.OK


def name_regions(image):
    """Give each region the word that the build report has for it, where there is a report."""
    from tenon import imagefile
    report = imagefile.image_report(image, missing=None)
    for component in (report or {}).get("components", []):
        for partition in image.partitions:
            if partition["name"] != component["name"] or component["layer"] == "hv":
                continue
            if "pool" in component:
                partition["pool"] = component["pool"]
            words = {(region["ipa"], region["kind"]): region["what"]
                     for region in component.get("regions", [])}
            for region in partition["regions"]:
                region.setdefault("what", words.get((region["ipa"], region["kind"])))


def write_svg(image, path):
    """Draw file, memory and every partition side by side."""
    from tenon import memmap, svg
    name_regions(image)
    columns = [("Image file", f"{image.file_size} bytes", memmap.file_map(image)),
               ("Memory", f"{size_text(image.memory_size)} from the load address on",
                memmap.memory_map(image))]
    for partition in image.partitions:
        columns.append((f"Partition {partition['name']}", "as it sees itself",
                        memmap.partition_map(partition)))
    document = svg.render(image, columns)
    if path == "-":
        sys.stdout.write(document)
        return
    try:
        with open(path, "w", encoding="utf-8") as out:
            out.write(document)
    except OSError as error:
        raise errors.Refusal(errors.USAGE, f"{path}: cannot be written: {error.strerror}; "
                             "name another file for --svg") from None


def show(image):
    """The whole page."""
    from tenon import memmap
    name_regions(image)
    parts = [header(image)]
    parts += [partition_text(partition) for partition in image.partitions]
    parts.append(f"image file, {image.file_size} bytes\n" + memmap.draw(memmap.file_map(image)))
    parts.append(f"memory, {size_text(image.memory_size)} from the load address on, "
                 f"{size_text(memmap.free_memory(image))} of it free\n"
                 + memmap.draw(memmap.memory_map(image)))
    for partition in image.partitions:
        parts.append(f"partition {partition['name']}, as it sees itself\n"
                     + memmap.draw(memmap.partition_map(partition)))
    return "\n\n".join(parts)


def header(image):
    checks = "CRC-32 of each segment, SHA-256 of each partition" if image.sha256_at_boot \
        else "CRC-32 of each segment"
    return table([("image", image.name), ("board", image.board),
                  ("file", f"{image.file_size} bytes ({size_text(image.file_size)})"),
                  ("memory", f"{image.memory_size} bytes ({size_text(image.memory_size)})"),
                  ("CPUs", image.cpu_count), ("format", f"version {image.version}"),
                  ("checked at boot", checks)])


def pool_text(pool):
    """How an instance is scheduled: `p, edf, 3000 us in 10000 us`."""
    words = [pool["name"], pool["policy"]]
    if "priority" in pool:
        words.append(f"priority {pool['priority']}")
    if "slice_us" in pool:
        words.append(f"slices of {pool['slice_us']} us")
    if "budget_us" in pool:
        words.append(f"{pool['budget_us']} us in {pool['period_us']} us")
    return ", ".join(words)


def partition_text(partition):
    """One partition: what it is, what it may do."""
    irqs = ", ".join(f"{irq['intid']}{' edge' if irq['edge'] else ''}"
                     for irq in partition["irqs"])
    memory = sum(r["size"] for r in partition["regions"] if r["kind"] == "memory")
    rows = [("mode", partition["mode"]), ("entry", f"{partition['entry']:#x}"),
            ("CPUs", ", ".join(map(str, partition["cpus"]))),
            *([("pool", pool_text(partition["pool"]))] if "pool" in partition else []),
            ("capabilities", " ".join(partition["caps"]) or "-"), ("interrupts", irqs or "-"),
            ("writable", size_text(memory)), ("sha256", partition["sha256"])]
    for number, segment in enumerate(partition["segments"]):
        rows.append((f"segment {number}", f"{segment['offset']:#x}, {segment['size']} bytes, "
                     f"crc {segment['crc']:08x}"))
    return f"partition {partition['name']}\n" + "\n".join(
        "  " + line for line in table(rows).splitlines())
