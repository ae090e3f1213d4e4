# SPDX-License-Identifier: Apache-2.0
"""`tnimage boards`: the boards of the pool, or everything about one."""
import json

from tenon import errors
from tenon.text import size_text, table

EPILOG = """\
examples:
  tnimage boards                 all boards
  tnimage boards qemu-virt       its memory, devices and interrupts
  tnimage boards --json          for scripts
"""


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser(
        "boards", help="list the boards, or one board's devices", epilog=EPILOG,
        description="List the boards that images can be built for, or show one of them.")
    parser.add_argument("name", metavar="NAME", nargs="?", help="show this board in detail")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args):
    """Print the table or one board."""
    from tenon import board as boards
    if args.name:
        board = boards.load(args.name)
        print(json.dumps(board.data, indent=2) if args.json else detail(board))
    elif args.json:
        print(json.dumps([board.data for board in boards.load_all()], indent=2))
    else:
        print(overview(boards.load_all(), boards.DEFAULT))
    return errors.OK


def ram_text(board):
    return size_text(sum(bank["size"] for bank in board.ram))


def ways(board):
    """How `tnimage run` can boot an image of the board."""
    names = [("kernel", "qemu"), ("uboot", "uboot")]
    return " ".join(way for way, key in names if key in board.data) or "-"


def overview(boards, default):
    rows = [("BOARD", "", "CPUS", "RAM", "GIC", "RUN", "TITLE")]
    for board in boards:
        rows.append((board.name, "(default)" if board.name == default else "", board.cpus,
                     ram_text(board), f"v{board.gic['version']}", ways(board), board.title))
    return table(rows)


def irqs_text(irqs):
    """Neighbours of one kind as a range: 33, 48-79 edge."""
    runs = []
    for irq in irqs:
        first, last, edge = irq["intid"], irq["intid"], irq.get("edge", False)
        if runs and runs[-1][1:] == (first - 1, edge):
            first = runs.pop()[0]
        runs.append((first, last, edge))
    return ", ".join(f"{first}{f'-{last}' if last > first else ''}{' edge' if edge else ''}"
                     for first, last, edge in runs)


def detail(board):
    lines = [f"{board.name}: {board.title}", ""]
    rows = [("CPUs", f"{board.cpus}, MPIDR {', '.join(hex(value) for value in board.mpidr)}")]
    for bank in board.ram:
        rows.append(("RAM", f"{bank['base']:#x}, {size_text(bank['size'])}"))
    rows.append(("partitions", f"see their memory at {board.ram_ipa:#x}"))
    rows.append(("GIC", f"v{board.gic['version']}, " + ", ".join(
        f"{key} {value['base']:#x}" for key, value in board.gic.items()
        if isinstance(value, dict) and "base" in value)))
    rows.append(("timers", ", ".join(f"{key} IRQ {irq}" for key, irq in board.timer.items())))
    qemu = board.data.get("qemu")
    rows.append(("QEMU", f"-M {qemu['machine']}" if qemu else "no model of it"))
    lines += [table(rows), ""]
    rows = [("DEVICE", "BASE", "SIZE", "IRQS", "DRIVER", "")]
    for device in board.devices:
        rows.append((device["name"], f"{device['base']:#x}", size_text(device["size"]),
                     irqs_text(device.get("irqs", [])) or "-",
                     device.get("driver", "-"), "console" if device.get("console") else ""))
    lines.append(table(rows))
    return "\n".join(lines)
