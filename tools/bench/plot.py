# SPDX-License-Identifier: Apache-2.0
"""Plots as SVG text: lines, dots on a scale, stacked bars. No scripts, colours from the page."""
import html
import math

WIDTH = 360  # of the drawing; the page stretches it, text stays readable on a phone
COLOURS = ["var(--a)", "var(--b)", "var(--c)", "var(--d)", "var(--e)", "var(--f)"]


def _text(x, y, text, anchor="start", more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>'
            f"{html.escape(str(text))}</text>")


def _frame(height, title, parts):
    return (f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="'
            f'{html.escape(title)}"><title>{html.escape(title)}</title>' + "".join(parts)
            + "</svg>")


def short(value):
    """10000 as 10k."""
    if value >= 1000:
        return f"{value / 1000:.3g}k" if value < 1e6 else f"{value / 1e6:.3g}M"
    return f"{value:g}" if value == int(value) else f"{value:.1f}"


def _nice(top):
    """A round number at or above top, and its step."""
    step = 10 ** math.floor(math.log10(top))
    for factor in (0.2, 0.25, 0.5, 1, 2, 5):
        if top / (step * factor) <= 5:
            return math.ceil(top / (step * factor)) * step * factor, step * factor
    return top, top


def _legend(names, y):
    parts, x = [], 8
    for at, name in enumerate(names):
        width = 16 + 6.4 * len(name)
        if x + width > WIDTH:
            x, y = 8, y + 15
        parts.append(f'<rect x="{x}" y="{y - 8}" width="10" height="10" '
                     f'fill="{COLOURS[at % len(COLOURS)]}"/>' + _text(x + 14, y + 1, name))
        x += width + 8
    return parts, y + 12


def lines(title, series, x_label, y_label):
    """series: {name: [(x, y)]}; x on a logarithmic scale with 0 at its left end."""
    parts, top = _legend(series, 14)
    height, left, right, bottom = top + 200, 40, WIDTH - 12, top + 165
    xs = sorted({x for points in series.values() for x, _ in points})
    most, step = _nice(max(y for points in series.values() for _, y in points))
    span = math.log10(max(xs[-1], 2) + 1)

    def place(x, y):
        return (left + (right - left) * math.log10(x + 1) / span,
                bottom - (bottom - top - 8) * y / most)
    value = 0
    while value <= most * 1.001:
        y = place(0, value)[1]
        parts.append(f'<path class="grid" d="M{left} {y:.1f}H{right}"/>'
                     + _text(left - 4, y + 3, short(value), "end"))
        value += step
    last = -99
    for x in xs:
        at = place(x, 0)[0]
        if at - last > 26:
            parts.append(_text(at, bottom + 14, short(x), "middle"))
            last = at
    for at, points in enumerate(series.values()):
        colour = COLOURS[at % len(COLOURS)]
        spots = [place(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                     'stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"><title>'
                  f"{short(point[0])}: {short(point[1])}</title></circle>"
                  for (x, y), point in zip(spots, points)]
    parts += [_text((left + right) / 2, bottom + 29, x_label, "middle"),
              _text(right, top + 2, y_label, "end")]
    return _frame(height, title, parts)


def dots(title, rows, ours):
    """rows: [(label, our value, limit or None, [(peer, value)])], on one logarithmic scale."""
    parts, y = [], 16
    values = [v for _, value, _, peers in rows for v in [value] + [p for _, p in peers] if v]
    low, high = math.log10(min(values)), math.log10(max(values))
    left, right = 12, WIDTH - 14

    def place(value):
        return left + (right - left) * (math.log10(value) - low) / (high - low)
    parts.append(f'<circle cx="14" cy="{y - 3}" r="4" fill="var(--a)"/>' + _text(22, y, ours)
                 + f'<circle cx="80" cy="{y - 3}" r="3" class="peer"/>' + _text(88, y, "peers")
                 + f'<path class="limit" d="M150 {y - 9}v12"/>' + _text(156, y, "limit"))
    for label, value, limit, peers in rows:
        y += 34
        parts += [_text(left, y - 12, label),
                  _text(right, y - 12, short(value), "end", 'class="value"'),
                  f'<path class="grid" d="M{left} {y}H{right}"/>']
        parts += [f'<circle cx="{place(peer):.1f}" cy="{y}" r="3" class="peer"><title>'
                  f"{html.escape(name)}: {peer}</title></circle>" for name, peer in peers if peer]
        if limit:
            parts.append(f'<path class="limit" d="M{place(limit):.1f} {y - 6}v12"/>')
        parts.append(f'<circle cx="{place(value):.1f}" cy="{y}" r="4.5" fill="var(--a)"/>')
    return _frame(y + 14, title, parts)


def stacks(title, rows, names):
    """rows: [(label, [values])], one bar each, its parts named."""
    parts, y = _legend(names, 14)
    most = max(sum(values) for _, values in rows)
    for label, values in rows:
        parts.append(_text(8, y + 14, label))
        x = 8.0
        for at, value in enumerate(values):
            width = (WIDTH - 50) * value / most
            parts.append(f'<rect x="{x:.1f}" y="{y + 19}" width="{width:.1f}" height="14" '
                         f'fill="{COLOURS[at % len(COLOURS)]}"/>')
            if width > (16 if value < 1000 else 32):
                parts.append(_text(x + width / 2, y + 30, short(value), "middle",
                                   'class="on"'))
            x += width
        parts.append(_text(x + 4, y + 30, short(sum(values)), more='class="value"'))
        y += 38
    return _frame(y + 4, title, parts)
