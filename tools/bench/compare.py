# SPDX-License-Identifier: Apache-2.0
"""What changed between two results, and the checked-in baseline of exact figures."""
import json
import os

import figures as store
from figures import HERE
from tables import number
from tenon import errors

BASELINE = os.path.join(HERE, "baseline.json")
# Beside a count: more of these is a regression, too.
EVENTS = ("dsb", "isb", "dmb", "sysreg", "call", "eret", "device")


def grown(old, new):
    """The first function whose count grew: "name (12 -> 15)"; "" when none is known to."""
    for name, count in new.items():
        if count > old.get(name, 0):
            return f"{name} ({old.get(name, 0)} -> {count})"
    return ""


def most_grown(old, new):
    """The same for what has no order of execution: the one that grew most."""
    order = sorted(new, key=lambda name: (old.get(name, 0) - new[name], name))
    return grown(old, {name: new[name] for name in order})


def culprit(figure, old):
    """Who made a figure grow."""
    ordered = figure.unit.startswith("instructions") and figure.table in ("kernel", "bypass",
                                                                         "table4", "figure9")
    return (grown if ordered else most_grown)(old, figure.functions)


def difference(old, new):
    """[(text, whether it is worse)] of two lists of figures; the order is the new list's."""
    before = {figure.key: figure for figure in old}
    lines = []
    for figure in new:
        other = before.pop(figure.key, None)
        if other is None:
            lines.append((f"new: {figure.key}: {number(figure.value)} {figure.unit}", False))
            continue
        if figure.value != other.value:
            more = figure.value - other.value
            part = f" ({more / other.value:+.1%})" if other.value else ""
            who = culprit(figure, other.functions) if more > 0 else ""
            lines.append((f"{figure.key}: {number(other.value)} -> {number(figure.value)} "
                          f"{figure.unit}{part}" + (f"; grew first: {who}" if who else ""),
                          more > 0 and figure.exact))
        for event in EVENTS:
            one, two = other.events.get(event, 0), figure.events.get(event, 0)
            if one != two:
                lines.append((f"{figure.key}: {one} -> {two} {event}", two > one))
    lines += [(f"gone: {key}", True) for key in before]
    return lines


def save_baseline(figures):
    """Write the baseline: one line a figure, so that two changes of it merge."""
    lines = [json.dumps(dict(figure.record(), functions=figure.functions), sort_keys=True)
             for figure in figures if figure.exact]
    text = json.dumps({"schema": store.SCHEMA, "tools": store.tools()})
    with open(BASELINE, "w", encoding="utf-8") as file:
        file.write(text[:-1] + ', "figures": [\n' + ",\n".join(lines) + "\n]}\n")


def check(figures):
    """Messages of what is worse than the baseline; a Refusal when they cannot be compared."""
    head, old = store.load(BASELINE)
    if head["tools"] != store.tools():
        differ = "; ".join(f"{name}: baseline {version!r}, here {store.tools().get(name)!r}"
                           for name, version in head["tools"].items()
                           if store.tools().get(name) != version)
        raise errors.Refusal(errors.TOOL, "the baseline was made with other tools, exact figures "
                             f"cannot be compared ({differ}); run 'make bench-baseline' before "
                             "you change anything")
    changes = difference(old, [figure for figure in figures if figure.exact])
    return [text for text, worse in changes if worse], [text for text, worse in changes
                                                         if not worse]
