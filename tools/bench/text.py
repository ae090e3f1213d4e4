# SPDX-License-Identifier: Apache-2.0
"""docs/results.md, and figures inside other documents.

A figure in a document stands between two comments, the first of which says which it is:

    <!--=hello/bypass, qemu-virt/file KB-->19 KB<!--=-->

Its unit is KB or KiB of bytes, `thousand`, or nothing. Its value is the baseline's, or, of what the
baseline does not hold, docs/results.md's; a table that stands in neither comes with the next whole run.
"""
import glob
import os
import re

import tables
from figures import TOP
from tenon import errors

HEAD = """\
# Results

Written by `make bench` on {date} from commit `{commit}`{changed}; do not edit. Instructions are
executed instructions on one CPU ({qemu}, the board's CPU model,
`-icount shift=0`), counted by the target's PMCCNTR_EL0 and by plugins of QEMU in `tools/bench`;
compiler: {clang}. How, and what each column means:
[benchmarks.md](benchmarks.md). *Limit*: more is a defect, `make bench` fails. *Aim*: what the
project is for. Peers were measured on the same machine model (`tools/bench/peers.py`).
"""
RESULTS = os.path.join(TOP, "docs", "results.md")
MARK = re.compile(r"<!--=(.+?)(?: (KB|KiB|thousand))?-->([^<]*)<!--=-->")


def cell(figure):
    """One figure in a table."""
    if figure is None:
        return ""
    most = re.search(r"at most (\d+)", figure.unit)
    text = tables.number(figure.value) + (f" (≤ {most[1]})" if most else "")
    return text + (" **over the limit**" if figure.over else "")


def has_bounds(table):
    """(whether some figure of it has a limit, whether figures of one line have different ones)."""
    limits = [{figure.limit for (place, _), figure in table.cells.items() if place == line}
              for line in table.lines]
    return any(some != {None} for some in limits), any(len(some) > 1 for some in limits)


def bounds_of(row):
    """Limit and aim of a line: one for all of its figures, or one each, in their order."""
    shown = []
    for name in ("limit", "aim"):
        each = ["-" if getattr(figure, name) is None else f"{getattr(figure, name)}"
                for figure in row if figure]
        shown.append(each[0] if len(set(each)) == 1 else " / ".join(each))
    return shown


def one_table(table):
    """A table as Markdown."""
    bounds, _ = has_bounds(table)
    peers = [name for name, _ in next((table.beside(line) for line in table.lines
                                       if table.beside(line)), [])]
    heads = table.columns + (["limit", "aim"] if bounds else []) + peers
    lines = [f"## {table.title}", "", table.note, "", f"| | {' | '.join(heads)} |",
             "|---" * (len(heads) + 1) + "|"]
    for line in table.lines:
        row = [table.cells.get((line, column)) for column in table.columns]
        cells = [cell(figure) for figure in row]
        if bounds:
            cells += bounds_of(row)
        cells += ["-" if value is None else f"{value}" for _, value in table.beside(line)] or \
            [""] * len(peers)
        lines.append(f"| {line} | {' | '.join(cells)} |")
    units = list(dict.fromkeys(re.sub(r", at most \d+", "", figure.unit)
                               for figure in table.cells.values() if figure.unit))
    if units:
        lines += ["", f"Unit: {', '.join(units)}."]
    return "\n".join(lines) + "\n"


def results(head, figures):
    """The whole page."""
    top = HEAD.format(date=head["date"], commit=head["commit"][:12],
                      changed=" with changes" if head["changed"] else "",
                      qemu=head["tools"]["qemu"], clang=head["tools"]["clang"])
    return top + "".join("\n" + one_table(table) for table in tables.of(figures))


def shown(value, unit):
    """A figure as a sentence has it."""
    if unit in ("KB", "KiB"):
        return f"{round(value / (1000 if unit == 'KB' else 1024))} {unit}"
    if unit == "thousand":
        return f"{round(value / 1000)} thousand"
    return tables.number(value)


def documents():
    """Every page that may hold figures."""
    return [os.path.join(TOP, "README.md")] + sorted(
        glob.glob(os.path.join(TOP, "docs", "*.md"))
        + glob.glob(os.path.join(TOP, "examples", "*", "README.md")))


def published(path=RESULTS):
    """{key: value} of the tables of docs/results.md."""
    names = {heading[0]: name for name, heading in tables.HEADINGS.items()}
    values, name, heads = {}, "", None
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("## "):
                name, heads = names.get(line[3:].strip(), ""), None
            if not name or not line.startswith("| "):
                continue
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if heads is None:
                heads = cells
                continue
            for column, text in zip(heads[1:], cells[1:]):
                found = re.match(r"[\d.]+", text)
                if found:
                    values[f"{name}/{cells[0]}/{column}"] = float(found[0])
    return values


def stale(values, path, whole=True):
    """(text of the page with its figures as `values` has them, [what was not so]). Unless they are
    a whole run's, tables of which they have nothing are left alone."""
    wrong, known = [], {key.split("/")[0] for key in values}

    def replace(match):
        key, unit, text = match.groups()
        if not whole and key.split("/")[0] not in known:
            return match[0]
        if key not in values:
            raise errors.Refusal(errors.CONFIG, f"{os.path.relpath(path, TOP)}: no figure is "
                                 f"called '{key}'; names are in tools/bench/baseline.json and "
                                 "docs/results.md (table/line/column)")
        want = shown(values[key], unit)
        if text != want:
            wrong.append(f"{os.path.relpath(path, TOP)}: {key} is {want}, not {text}; run 'make "
                         "bench-baseline'")
        return match[0].replace(f"-->{text}<!--", f"-->{want}<!--")
    with open(path, encoding="utf-8") as file:
        return MARK.sub(replace, file.read()), wrong


def refresh(values, whole=False):
    """Write the figures into every page that names some."""
    values = published() | values
    for path in documents():
        text, wrong = stale(values, path, whole)
        if wrong:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
