# SPDX-License-Identifier: Apache-2.0
"""Interference by the shared cache, by the model of shared.c: with a neighbour, without, coloured."""
import os

import measure
from figures import TOP, Figure
from measure import OUT, VIRT, build, say
from suite_linux import Folder

TABLE = 128 << 10  # colour_loop.c
CYCLES = 50
HV = (0x200000, 0x400000)  # slot 1 of EL2: all of Mortise
# Column -> what the neighbour's and the loop's [[partition]] and [image] say beside the rest.
KINDS = {"alone": ('start = "demand"\n', "", ""), "beside a memory hog": ("", "", ""),
         "the same, coloured": ('colours = "4-13"\n', 'colours = "0-3"\n', ""),
         "Mortise, too": ('colours = "4-13"\n', 'colours = "0-3"\n', 'colours = "14-15"\n')}
LINES = (("accesses to its table", "missed in its own first level", "missed in the shared cache, too"),
         ("Mortise's accesses for its calls", "of these missed in its own first level",
          "of these missed in the shared cache, too"))


def _image(column, hog, loop, own):
    name = "colours-" + column.replace(" ", "-").replace(",", "")
    path = os.path.join(TOP, "tools", "bench")
    text = (f'[image]\nname = "{name}"\n{own}[[partition]]\nname = "loop"\nsrc = "{path}/colour_loop.c"\n'
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
        measure.run(image, "-plugin", f"{so},out={log},first={table:#x},end={table + TABLE:#x},"
                    f"first={HV[0]:#x},end={HV[1]:#x},cpu=0")
        with open(log, encoding="ascii") as file:
            rows = [line.split()[1:] for line in file]
        for names, values in zip(LINES, rows, strict=True):
            for line, value in zip(names, values, strict=True):
                figures.append(Figure("colours", line, column, int(value) / CYCLES,
                                      "a cycle, by a model", exact=False))
    return figures
