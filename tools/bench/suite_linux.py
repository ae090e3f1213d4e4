# SPDX-License-Identifier: Apache-2.0
"""Boots with Debian's kernel: bare, on Mortise, beside Tenon, twice (the paper's Table 3)."""
import os
import statistics
import subprocess
import sys

import measure
from figures import TOP, Figure
from measure import OUT, VIRT, Counts, build, say, shown_events
from tenon import cache, errors
from tenon.elf import Elf

sys.path.append(os.path.join(TOP, "tests"))
import linuxkit  # noqa: E402  (the initial RAM disk that the tests have)

BOOTS = 4
RAM = 256  # MiB, of each Linux
CMDLINE = "console=ttyAMA0 panic=1 do=poweroff"
KERNEL_ENTRY = 0x40000000  # where a Linux partition begins, and nothing of ours is linked
# More than this part of a boot's instructions at EL2 is a defect; what the project is for.
LIMIT, AIM = 0.07, 0.03


class Folder:
    """A path that linuxkit can join."""

    def __init__(self, path):
        self.path = path
        os.makedirs(path, exist_ok=True)

    def __truediv__(self, name):
        return os.path.join(self.path, name)


def partition(name, cpu, initrd, console="own"):
    """A Linux partition of a manifest."""
    return (f'[[partition]]\nname = "{name}"\nmode = "linux"\nkernel = "{cache.linux()}"\n'
            f'initrd = "{initrd}"\ncpus = [{cpu}]\nram = "{RAM}M"\n'
            f'console = "{console}"\ncmdline = "{CMDLINE}"\n')


def tenon_partition():
    """`hello` on Tenon as the first partition, with the UART."""
    source = os.path.join(TOP, "examples", "hello", "hello.c")
    return f'[[partition]]\nname = "hello"\nmode = "tenon"\nsrc = "{source}"\ncpus = [0]\n'


def bare(user, initrd, so):
    """Instructions of a boot without a hypervisor, to the first user instruction."""
    log = os.path.join(OUT, VIRT, "linux-bare.count")
    done = subprocess.run(
        ["qemu-system-aarch64", "-M", "virt,gic-version=3", "-cpu", "cortex-a53", "-m", f"{RAM}",
         "-nodefaults", "-display", "none", "-no-reboot", "-icount", "shift=0,sleep=off",
         "-serial", "stdio", "-kernel", cache.linux(), "-initrd", initrd, "-append", CMDLINE,
         "-plugin", f"{so},out={log},point=user:{user:#x}"], check=False,
        timeout=measure.QEMU_TIMEOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    with open(log, encoding="ascii") as file:
        hits = [int(line.split()[1]) for line in file if line.startswith("user ")]
    if not hits:
        raise errors.Refusal(errors.RUN, "Linux bare did not come to its first program: "
                             f"{done.stdout[-400:]!r}")
    return hits[0]


def prepare():
    """The initial RAM disk; its only program is `init` beside it."""
    return linuxkit.make_initrd(Folder(os.path.join(OUT, VIRT)))


def manifest(name, text, *options):
    """An image of these partitions."""
    path = os.path.join(OUT, VIRT, f"{name}.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'[image]\nname = "{name}"\nboard = "{VIRT}"\n{text}')
    return build(f"-f{path}", name, VIRT, *options)


def on_mortise(name, text, points, so):
    """The points of BOOTS boots of an image with this manifest."""
    image = manifest(name, text)
    points = dict(points)
    if "hello" in image.components:
        points["main"] = image.symbols(image.components["hello"])["main"]
    return [Counts(image, so, points, profile=False).hits for _ in range(BOOTS)]


def line(title, **runs):
    """A line of Table 3: the first boot, and the deviation of all. Not exact: the kernel draws
    random numbers, and is another one tomorrow."""
    figures = []
    for column, values in runs.items():
        column = column.replace("_", " ")
        figures += [Figure("table3", title, column, values[0], "instructions", exact=False),
                    Figure("table3", title, f"{column}, virtual time", values[0] / 1000, "µs",
                           exact=False),
                    Figure("table3", title, f"{column}, deviation", statistics.pstdev(values),
                           "instructions", exact=False)]
    return figures


def suite_linux(_quick):
    """Table 3's lines with Linux, and what Mortise adds to its boot."""
    so = measure.plugin("count.c")
    initrd = prepare()
    user = Elf(os.path.join(OUT, VIRT, "init")).entry
    points = {"user": user, "entry": KERNEL_ENTRY}
    say("Linux bare")
    alone = [bare(user, initrd, so) for _ in range(BOOTS)]
    figures = line("Linux bare", application=alone)
    say("Linux on Mortise")
    boots = on_mortise("linux", partition("linux", 0, initrd), points, so)
    figures += line("Linux on Mortise", hypervisor_ready=[h["entry"][-1].el2 for h in boots],
                    application=[h["user"][0].all for h in boots])
    exits = boots[0]["user"][0].since(boots[0]["entry"][-1])
    figures += [Figure("linux", "exits until the first user instruction", "on Mortise",
                       exits.el2, "instructions at EL2", exact=False,
                       events=shown_events(exits.events)),
                Figure("linux", "these, of a bare boot's instructions", "on Mortise",
                       round(100 * exits.el2 / alone[0], 4), "%", LIMIT, AIM, exact=False)]
    say("Tenon beside Linux")
    boots = on_mortise("tenon-linux", tenon_partition()
                       + partition("linux", 1, initrd, "none"), points, so)
    figures += line("Tenon beside Linux: Tenon", application=[h["main"][0].all for h in boots])
    figures += line("Tenon beside Linux: Linux", application=[h["user"][0].all for h in boots])
    say("two Linuxes")
    boots = on_mortise("two-linux", partition("one", 0, initrd) + partition("two", 1, initrd, "none"),
                       points, so)
    figures += line("two Linuxes: first", application=[h["user"][0].all for h in boots])
    figures += line("two Linuxes: second", application=[h["user"][1].all for h in boots])
    return figures
