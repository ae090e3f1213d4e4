# SPDX-License-Identifier: Apache-2.0
"""Interference by the shared cache, by the model of shared.c: with a neighbour, without, coloured."""
import os

import measure
from figures import TOP, Figure
from measure import OUT, VIRT, build, say
from suite_linux import Folder

TABLE = 128 << 10  # colour_loop.c
CYCLES = 50
# Column -> what the neighbour's and the loop's [[partition]] say beside the rest.
KINDS = {"alone": ('start = "demand"\n', ""), "beside a memory hog": ("", ""),
         "the same, coloured": ('colours = "4-15"\n', 'colours = "0-3"\n')}


def _image(column, hog, loop):
    name = "colours-" + column.replace(" ", "-").replace(",", "")
    path = os.path.join(TOP, "tools", "bench")
    text = (f'[image]\nname = "{name}"\n[[partition]]\nname = "loop"\nsrc = "{path}/colour_loop.c"\n'
            f'{loop}[[partition]]\nname = "hog"\nsrc = "{path}/colour_hog.c"\n{hog}')
    folder = Folder(os.path.join(OUT, VIRT, name))
    with open(folder / "tnimage.toml", "w", encoding="utf-8") as file:
        file.write(text)
    return build(f"-f{folder / 'tnimage.toml'}", name, VIRT)


def suite_colours(_quick):
    """Table "colours"."""
    so, figures = measure.plugin("shared.c"), []
    for column, keys in KINDS.items():
        say(f"colours, {column}")
        image = _image(column, *keys)
        table, log = image.symbols(image.components["loop"])["table"], image.path + ".shared"
        measure.run(image, "-plugin", f"{so},out={log},first={table:#x},end={table + TABLE:#x},cpu=0")
        with open(log, encoding="ascii") as file:
            accesses, first, shared = map(int, file.read().split()[1:])
        for line, value in (("accesses to its table", accesses),
                            ("missed in its own first level", first),
                            ("missed in the shared cache, too", shared)):
            figures.append(Figure("colours", line, column, value / CYCLES, "a cycle, by a model",
                                  exact=False))
    return figures
