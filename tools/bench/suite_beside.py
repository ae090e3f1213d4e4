# SPDX-License-Identifier: Apache-2.0
"""Table 6: the same operations bare, on Mortise, and on Mortise beside a busy partition."""
import json

import measure
from figures import Figure
from measure import VIRT, build, say, windows_of
from suite_kernel import program

LINES = {"yield, 2 threads": "switch, 2 threads", "yield, 100 threads": "switch, 100 threads",
         "resume -> higher thread": "preemption",
         "semaphore give -> higher thread": "semaphore wakeup",
         "interrupt, whole round": "interrupt"}


def beside(so):
    """{row: median instructions} with a neighbour that never rests. Without -icount, under which
    CPUs take turns: so both really run, and only what the plugin counts is used."""
    say("tenon, beside a busy partition")
    image = build("-ftools/bench/beside.toml", "beside", VIRT, "-O", "2")
    text, windows = windows_of(image, so, part=image.components["kernel"], icount=False)
    names = [json.loads(line[len("bench: "):])["name"] for line in text.splitlines()
             if line.startswith("bench: ")]
    return {name: measure.Row({"name": name}, windows[at + 1]).median.length
            for at, name in enumerate(names) if name in LINES}


def suite_beside(_quick):
    """Table 6."""
    so, figures = measure.plugin("window.c", "model.c"), []
    for mode, column in (("bare", "bare"), ("tenon", "on Mortise")):
        _, rows = program("tenon.c", mode, "off", so)
        figures += [Figure("table6", LINES[row.name], column, row.result["median"],
                           "instructions") for row in rows if row.name in LINES]
    for name, value in beside(so).items():
        figures.append(Figure("table6", LINES[name], "on Mortise, beside a busy partition", value,
                              "instructions", exact=False))
    return figures
