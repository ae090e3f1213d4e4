# SPDX-License-Identifier: Apache-2.0
"""What Mortise executes, and the bypass runtime's interrupts."""
import measure
from figures import Figure
from measure import BOARDS, VIRT, Counts, build, rows_of, say
from suite_kernel import figure

CALLS = {"PSCI_VERSION by HVC": ("psci", 90, 45),
         "cheapest hypercall (IRQ enable, its own SGI)": ("cheap", 70, 30),
         "unknown function": ("unknown", 90, 45)}
BYPASS = {"interrupt raised -> first line of the handler": (28, 20),
          "handler's end -> interrupted code": (32, 20),
          "interrupt raised -> back, whole round": (68, 45)}


def suite_hypercalls(quick):
    """What one hypercall executes at EL2."""
    so, figures = measure.plugin("count.c"), []
    for board in [VIRT] if quick else BOARDS:
        say(f"hypercalls, {board}")
        image = build("-ftools/bench/hypercall.toml", "hypercall", board)
        addresses = image.symbols()
        points = {}
        for key, _, _ in CALLS.values():
            points[key] = addresses[f"bench_{key}"]
            points[f"{key}_end"] = addresses[f"bench_{key}_end"]
        counts = Counts(image, so, points)
        for title, (key, limit, aim) in CALLS.items():
            begins, ends = counts.hits[key], counts.hits[f"{key}_end"]
            spent = max(end[1] - begin[1] for begin, end in zip(begins, ends))
            before, after = counts.functions[key], counts.functions[f"{key}_end"]
            grown = {name: count - before.get(name, 0) for name, count in after.items()
                     if count > before.get(name, 0)}
            figures.append(Figure("hypercalls", title, board, spent, "instructions at EL2", limit,
                                  aim, functions=grown))
    return figures


def suite_bypass(quick):
    """The bypass runtime's interrupt path."""
    so, figures = measure.plugin("window.c", "model.c"), []
    for board in [VIRT] if quick else BOARDS:
        say(f"bypass, {board}")
        image = build("tools/bench/bypass.c", "bypass", board, "--mode", "bypass")
        for row in rows_of(image, so):
            figures.append(figure("bypass", row.name, board, row, image, BYPASS[row.name]))
    return figures
