# SPDX-License-Identifier: Apache-2.0
"""An image's maps as one SVG: the file, its memory, and each partition's view, side by side.

Heights grow with the logarithm of the size, so that 64 bytes and 16 MiB fit on one page and
every label has its line; the numbers at the edges are exact.
"""
import math
from xml.sax.saxutils import escape

from tenon.text import size_text

FONT = "font-family=\"'DejaVu Sans', Arial, sans-serif\""
MONO = "font-family=\"'DejaVu Sans Mono', monospace\""
WIDTH = 230  # of a box
ADDRESS = 104  # left of a column, for its addresses
GAP = 36  # between columns
MARGIN = 24
TOP = 96
LEGEND = "one colour, one owner; hatched: nothing; heights grow with the logarithm of the size"
LINE = 26  # least height of a box: one label
# Fills, dark enough to tell apart in print and light enough for black text.
PALETTE = ["#9ecae9", "#ffbf79", "#88d27a", "#f2cf5b", "#83bcb6", "#ff9d98", "#d6a5c9", "#d8b5a5"]
MORTISE = "#b9bcc4"
PLAIN = "#e6e6e6"


def height(size):
    """Height of a box: one line for up to 256 bytes, 7 pixels more for each doubling."""
    return LINE + 7 * max(0, math.log2(max(size, 1)) - 8)


def free_height(size):
    """Holes are drawn small: they only say that they are there."""
    return min(height(size), 2 * LINE)


def colours(image):
    """Owner to fill."""
    result = {"mortise": MORTISE, "": PLAIN}
    for number, partition in enumerate(image.partitions):
        result[partition["name"]] = PALETTE[number % len(PALETTE)]
    return result


def fit(text, width, size):
    """Text cut so that it fits `width` pixels at `size` points, by a safe mean width."""
    most = int(width / (size * 0.62))
    return text if len(text) <= most else text[:most - 1] + "…"


def text(x, y, content, size=12, anchor="start", font=FONT, weight="normal", fill="#111"):
    return (f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" {font} '
            f'font-weight="{weight}" fill="{fill}">{escape(content)}</text>')


def column(x, title, subtitle, ranges, fills):
    """One map as a stack of boxes; returns (SVG lines, height)."""
    lines = [text(x, TOP - 34, fit(title, WIDTH, 15), 15, weight="bold"),
             text(x, TOP - 14, fit(subtitle, WIDTH, 11), 11, fill="#555")]
    y = TOP
    for item in ranges:
        tall = free_height(item.size) if item.free else height(item.size)
        fill = "url(#hole)" if item.free else fills.get(item.owner, PLAIN)
        lines.append(f'<rect x="{x}" y="{y:.1f}" width="{WIDTH}" height="{tall:.1f}" '
                     f'fill="{fill}" stroke="#333" stroke-width="1"/>')
        lines.append(text(x - 8, round(y + 11, 1), f"{item.start:#x}", 11, "end", MONO,
                          fill="#444"))
        size = size_text(item.size)
        middle = round(y + tall / 2 + 4, 1)
        label = f"{item.what} ({item.access})" if item.access else item.what
        room = WIDTH - 24 - len(size) * 7
        lines.append(text(x + 8, middle, fit(label, room, 12), 12,
                          fill="#666" if item.free else "#111"))
        lines.append(text(x + WIDTH - 8, middle, size, 11, "end", MONO, fill="#333"))
        y += tall
    end = max((item.end for item in ranges), default=0)
    lines.append(text(x - 8, round(y + 11, 1), f"{end:#x}", 11, "end", MONO, fill="#444"))
    return lines, y + 18 - TOP


def render(image, columns):
    """The SVG document of `columns`: (title, subtitle, ranges) each."""
    fills = colours(image)
    body, deepest, x = [], 0, MARGIN + ADDRESS
    for title, subtitle, ranges in columns:
        lines, deep = column(x, title, subtitle, ranges, fills)
        body += lines
        deepest = max(deepest, deep)
        x += WIDTH + GAP + ADDRESS
    width = x - GAP - ADDRESS + MARGIN
    total = math.ceil(TOP + deepest + MARGIN + LINE)
    head = f"{image.name} on {image.board}"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{total}" '
        f'viewBox="0 0 {width} {total}">',
        '<defs><pattern id="hole" width="8" height="8" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="8" height="8" fill="#fff"/>'
        '<rect width="2" height="8" fill="#ddd"/></pattern></defs>',
        f'<rect width="{width}" height="{total}" fill="#fff"/>',
        text(MARGIN, 34, head, 18, weight="bold"), *body,
        text(MARGIN, total - MARGIN, LEGEND, 11, fill="#555"), "</svg>"]) + "\n"
