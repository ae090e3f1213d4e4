# SPDX-License-Identifier: Apache-2.0
"""Table 6: the same operations bare, on Mortise, and beside Linux and beside a busy partition."""
import json
import os

import measure
import suite_linux
from figures import TOP, Figure
from measure import VIRT, build, say, windows_of
from suite_kernel import program

LINES = {"yield, 2 threads": "switch, 2 threads", "yield, 100 threads": "switch, 100 threads",
         "resume -> higher thread": "preemption",
         "semaphore give -> higher thread": "semaphore wakeup",
         "interrupt, whole round": "interrupt"}


def beside(image, so):
    """{row: median instructions} of `kernel` in an image with a neighbour. Without -icount, under
    which CPUs take turns: so both really run, and only what the plugin counts is used."""
    text, windows = windows_of(image, so, part=image.components["kernel"], icount=False)
    names = [json.loads(line[len("bench: "):])["name"] for line in text.splitlines()
             if line.startswith("bench: ")]
    return {name: measure.Row({"name": name}, windows[at + 1]).median.length
            for at, name in enumerate(names) if name in LINES}


def linux_neighbour():
    """The same program, and Debian's kernel that boots on the other CPU and powers off."""
    source = os.path.join(TOP, "tools", "bench", "tenon.c")
    kernel = f'[[partition]]\nname = "kernel"\nmode = "tenon"\nsrc = "{source}"\ncpus = [0]\n' \
             'options = { TN_FP = false }\nconsole = "own"\n'
    return suite_linux.manifest("beside-linux", kernel + suite_linux.partition(
        "linux", 1, suite_linux.prepare(), "none"), "-O", "2")


def suite_beside(_quick):
    """Table 6."""
    so, figures = measure.plugin("window.c", "model.c"), []
    for mode, column in (("bare", "bare"), ("tenon", "on Mortise")):
        _, rows = program("tenon.c", mode, "off", so)
        figures += [Figure("table6", LINES[row.name], column, row.result["median"],
                           "instructions") for row in rows if row.name in LINES]
    busy = build("-ftools/bench/beside.toml", "beside", VIRT, "-O", "2")
    for image, other in ((linux_neighbour(), "Linux"), (busy, "a busy partition")):
        say(f"tenon, beside {other}")
        figures += [Figure("table6", LINES[name], f"on Mortise, beside {other}", value,
                           "instructions", exact=False)
                    for name, value in beside(image, so).items()]
    return figures
