# SPDX-License-Identifier: Apache-2.0
"""One self-contained HTML page of all figures: nothing is loaded, it reads on a phone."""
import html
import re

import peers
import plot
import tables
import text

STYLE = """
:root{color-scheme:light dark;--a:#0a6cc4;--b:#d2691e;--c:#2e8b57;--d:#8e44ad;--e:#7f8c8d;
--f:#c0392b;--ink:#1b1f24;--soft:#5c6670;--line:#d9dee3;--paper:#fff;--card:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--a:#58a6ff;--b:#f0883e;--c:#56d364;--d:#d2a8ff;
--e:#8b949e;--f:#ff7b72;--ink:#e6edf3;--soft:#9aa4ae;--line:#30363d;--paper:#0d1117;
--card:#161b22}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:80rem;padding:1rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:.2em 0}h2{font-size:1.15rem;margin:2.2em 0 .2em}
p{margin:.3em 0 .8em;color:var(--soft);max-width:46rem}
nav{columns:16rem;font-size:.9rem;margin:1em 0}nav a{display:block;color:var(--a);
text-decoration:none;padding:.15em 0;break-inside:avoid}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem;
margin:1rem 0}.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;
padding:.6rem .8rem}.card b{display:block;font-size:1.35rem}.card span{font-size:.82rem;
color:var(--soft)}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:.4rem}
table{border-collapse:collapse;font-size:.85rem;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .55rem;text-align:right;border-bottom:1px solid var(--line);
white-space:nowrap}th{color:var(--soft);font-weight:600;background:var(--card);
white-space:normal;vertical-align:bottom}
td small{display:block;color:var(--soft);font-weight:400;font-size:.75rem;line-height:1.2;
white-space:normal}
td:first-child,th:first-child{text-align:left;position:sticky;left:0;background:var(--paper);
white-space:normal;min-width:min(36vw,15rem)}th:first-child{background:var(--card)}
tr:last-child td{border-bottom:0}td.peer{color:var(--soft)}td.over{color:var(--f);
font-weight:700}td.aim{color:var(--c)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),32rem));
gap:1rem;margin:.6rem 0 1rem}figure{margin:0;background:var(--card);border:1px solid
var(--line);border-radius:.5rem;padding:.5rem}figcaption{font-size:.85rem;color:var(--soft);
padding:.2rem .3rem}
svg{width:100%;height:auto;display:block}svg text{font:11.5px system-ui,sans-serif;
fill:var(--ink)}svg .grid{stroke:var(--line);fill:none}svg .peer{fill:var(--e);opacity:.65}
svg .limit{stroke:var(--f);stroke-width:2;fill:none}svg .value{font-weight:700}
svg .on{fill:#fff;font-weight:700}
/* On a phone a line of a wide table is a card, so that nothing lies beside the screen. */
@media(max-width:40rem){.many table,.many tbody{display:block}.many .heads{display:none}
.many tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(5.2rem,1fr));gap:.1rem .5rem;
padding:.4rem .5rem;border-bottom:1px solid var(--line)}.many tr:last-child{border-bottom:0}
.many td{border:0;padding:.1rem 0;text-align:left;min-width:0;white-space:normal;
overflow-wrap:anywhere}.many td:empty{display:none}.many td:first-child{grid-column:1/-1;
position:static;font-weight:600}.many td[data-c]::before{content:attr(data-c);display:block;
font-size:.68rem;line-height:1.15;font-weight:400;color:var(--soft)}}
footer{margin:3rem 0 1rem;font-size:.8rem;color:var(--soft)}
"""


def _figure(svg, caption):
    return f"<figure>{svg}<figcaption>{html.escape(caption)}</figcaption></figure>"


def _column(table, column):
    """{line: value} of one column."""
    return {line: table.cells[line, column].value for line in table.lines
            if (line, column) in table.cells}


def _kernel(table):
    column = "tenon, FP off" if "tenon, FP off" in table.columns else table.columns[0]
    rows = [(line, table.cells[line, column].value, table.cells[line, column].limit,
             table.beside(line)) for line in table.lines
            if (line, column) in table.cells and table.beside(line)
            and table.cells[line, column].value < 1000]
    half = (len(rows) + 1) // 2
    return [_figure(plot.dots(f"operations and peers, {part}", some, "Tenon"),
                    f"Instructions, logarithmic; {column}. Names are in the table.")
            for part, some in ((1, rows[:half]), (2, rows[half:])) if some]


def _threads(table):
    """Lines by number of threads, and the growth beside the paper's."""
    def points(column):
        return [(int(line.split()[0]), value) for line, value in _column(table, column).items()]
    series = {column.removeprefix("bare, "): points(column) for column in table.columns
              if column.startswith("bare")}
    drawn = [_figure(plot.lines(table.title, series, "threads", table.cells[
        table.lines[0], table.columns[0]].unit), "Bare; one switch to the next thread.")]
    if table.name != "table4-model" or not series:
        return drawn
    growth = {f"here, {name}": [(x, y / got[0][1]) for x, y in got if x <= 100]
              for name, got in series.items() if "touched" not in name}
    for name, cycles in peers.PAPER_SWITCH.items():
        title = name if name == "Zephyr" else f"paper's Tenon, {name}"
        growth[title] = [(x, y / cycles[0]) for x, y in zip(peers.PAPER_THREADS, cycles)]
    drawn.append(_figure(plot.lines("growth", growth, "threads", "times the cost at 2"),
                         "How a switch grows from 2 threads: this model beside the paper's "
                         "measurements on an RK3568."))
    return drawn


def _timers(table):
    drawn = []
    for kind in ("tickless", "tick"):
        series = {column.removesuffix(f", {kind}"):
                  [(int(line), value) for line, value in _column(table, column).items()]
                  for column in table.columns if column.endswith(f", {kind}")}
        unit = table.cells[table.lines[0], table.columns[0]].unit.split(",")[0]
        if series:
            drawn.append(_figure(plot.lines(f"{table.title}, {kind}", series, "timers that wait",
                                            unit),
                                 f"{kind.capitalize()}: one timer started, stopped, expired among "
                                 "so many others."))
    return drawn


def _phases(table):
    rows = [(line, [table.cells[line, column].value for column in table.columns])
            for line in table.lines]
    return [_figure(plot.stacks(table.title, rows, table.columns), "Instructions.")]


def _sizes(table):
    rows = [(line, [table.cells[line, column].value for column in ("text", "rodata", "data",
                                                                    "bss")])
            for line in table.lines if (line, "text") in table.cells]
    return [_figure(plot.stacks(table.title, rows, ["text", "rodata", "data", "bss"]), "Bytes.")]


PLOTS = {"kernel": _kernel, "table4": _threads, "table4-model": _threads, "figure8": _phases,
         "figure9": _timers, "figure9-model": _timers, "examples": _sizes}


def _plain(text, head):
    """A cell that is no figure of ours."""
    return f'<td class="peer" data-c="{html.escape(head, quote=True)}">{text}</td>'


def _cell(figure, head, bounds):
    """A figure of ours; bounds: with its own limit below it."""
    if figure is None:
        return "<td></td>"
    kind = "over" if figure.over else \
        "aim" if figure.aim is not None and figure.value <= figure.aim else ""
    most = re.search(r"at most (\d+)", figure.unit)
    said = tables.number(figure.value) + (f" ≤{most[1]}" if most else "")
    who = "; ".join(f"{name} {count}" for name, count in list(figure.functions.items())[:8])
    hint = html.escape(f"{figure.unit}; {who}" if who else figure.unit, quote=True)
    return (f'<td class="{kind}" data-c="{html.escape(head, quote=True)}" title="{hint}">{said}'
            + (f"<small>limit {figure.limit}, aim {figure.aim}</small>"
               if bounds and figure.limit is not None else "") + "</td>")


NARROW = 3  # columns that a phone has room for


def _table(table):
    bounds, each = text.has_bounds(table)
    others = next(([name for name, _ in table.beside(line)] for line in table.lines
                   if table.beside(line)), [])
    heads = [""] + table.columns + (["limit", "aim"] if bounds and not each else []) + others
    rows = ['<tr class="heads">' + "".join(f"<th>{html.escape(head)}</th>" for head in heads)
            + "</tr>"]
    for line in table.lines:
        row = [table.cells.get((line, column)) for column in table.columns]
        cells = [f"<td>{html.escape(line)}</td>"]
        cells += [_cell(figure, column, each) for figure, column in zip(row, table.columns)]
        if bounds and not each:
            cells += [_plain(bound, head) for bound, head in zip(text.bounds_of(row),
                                                                 ("limit", "aim"))]
        cells += [_plain("-" if value is None else value, head)
                  for head, value in table.beside(line)] or ["<td></td>"] * len(others)
        rows.append("<tr>" + "".join(cells) + "</tr>")
    many = " many" if len(heads) > NARROW else ""
    return f'<div class="wide{many}"><table>' + "".join(rows) + "</table></div>"


CARDS = [("hello/bypass, qemu-virt/file", "bytes: hello with Mortise, the file"),
         ("hello/bypass, qemu-virt/to main", "instructions to its main"),
         ("hello/tenon, qemu-virt/all memory", "bytes: hello on Tenon and Mortise, all memory"),
         ("kernel/yield, 2 threads/tenon, FP off", "instructions: switch of threads"),
         ("kernel/interrupt -> handler/tenon, FP off", "instructions: interrupt to handler"),
         ("hypercalls/cheapest hypercall (IRQ enable, its own SGI)/qemu-virt",
          "instructions: a hypercall")]


def page(head, figures):
    """The page's text."""
    shown, by_key = tables.of(figures), {figure.key: figure for figure in figures}
    over = sum(figure.over for figure in figures)
    bounded = [figure for figure in figures if figure.limit is not None]
    reached = sum(figure.aim is not None and figure.value <= figure.aim for figure in bounded)
    parts = ['<!doctype html><html lang="en"><head><meta charset="utf-8">'
             '<meta name="viewport" content="width=device-width,initial-scale=1">'
             f"<title>TenonOS: figures of {head['date']}</title><style>{STYLE}</style></head>"
             "<body><h1>TenonOS in figures</h1>"
             f"<p>{head['date']}, commit {head['commit'][:12]}"
             f"{' with changes' if head['changed'] else ''}. Executed instructions and bytes, "
             "exact and repeatable: QEMU with -icount shift=0. Nothing but build times is wall time. "
             f"{len(figures)} figures, {len(bounded)} with a limit: {over} over it, {reached} at "
             "the aim or better (green).</p>", '<div class="cards">']
    parts += [f'<div class="card"><b>{by_key[key].value:,}</b><span>{html.escape(what)}</span>'
              "</div>" for key, what in CARDS if key in by_key]
    parts.append("</div><nav>")
    parts += [f'<a href="#{table.name}">{html.escape(table.title)}</a>' for table in shown]
    parts.append("</nav>")
    for table in shown:
        parts.append(f'<h2 id="{table.name}">{html.escape(table.title)}</h2>'
                     f"<p>{html.escape(table.note).replace('`', '')}</p>")
        if table.name in PLOTS:
            parts += ['<div class="plots">', *PLOTS[table.name](table), "</div>"]
        parts.append(_table(table))
    tools = "; ".join(f"{name}: {version}" for name, version in head["tools"].items())
    parts.append(f"<footer>{html.escape(tools)}. Made by make bench; "
                 "docs/benchmarks.md says how.</footer></body></html>\n")
    return "".join(parts)
