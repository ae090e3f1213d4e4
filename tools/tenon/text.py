# SPDX-License-Identifier: Apache-2.0
"""Text for people: sizes and tables, the same in every command."""

KIB = 1 << 10


def size_text(size):
    """Bytes as a person reads them: 512 B, 20.3 KiB, 128 MiB."""
    if size < KIB:
        return f"{size} B"
    value = float(size)
    for unit in ("KiB", "MiB", "GiB"):
        value /= KIB
        if value < KIB or unit == "GiB":
            break
    return f"{value:.1f}".removesuffix(".0") + f" {unit}"


def table(rows, right=()):
    """Rows of cells as aligned columns; `right` names the columns that hold numbers."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) if column in right else cell.ljust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
