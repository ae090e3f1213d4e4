# SPDX-License-Identifier: Apache-2.0
"""`tnimage build`: from C sources to one boot image."""
import os

from tenon import errors

EPILOG = """\
examples:
  tnimage build app.c                         app.img for the default board, bypass mode
  tnimage build app.c util.c -o out/app.img   two files, output elsewhere
  tnimage build app.c --board zcu102 --ram 256K
  tnimage build                               what ./tnimage.toml describes
  tnimage build app.c --explain               why each library is in, and its bytes
  tnimage build app.c --format part --ram 256K   a program for a slot of another image
  tnimage build app.c --format fit --key keys:release   a signed FIT for U-Boot
"""


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser(
        "build", help="build a boot image", epilog=EPILOG,
        description="Build one flat arm64 boot image from C sources, with only the libraries "
                    "that they need.")
    parser.add_argument("src", metavar="SRC", nargs="*", help="C (.c) or assembly (.S) sources")
    parser.add_argument("--mode", metavar="MODE", help="bypass (default), tenon, bare, or native (at EL2; beside partitions: docs/native.md)")
    parser.add_argument("--board", metavar="B", help="the board; see tnimage boards")
    parser.add_argument("-f", "--file", metavar="TOML", help="manifest (default ./tnimage.toml "
                        "when no source is given)")
    parser.add_argument("-o", "--output", metavar="IMG", help="output file (default <source>.img)")
    parser.add_argument("--name", metavar="NAME", help="name of the image and its partition")
    parser.add_argument("-O", dest="optimize", metavar="LEVEL", help="s: small (default), 2: fast")
    parser.add_argument("-D", dest="define", metavar="NAME[=VALUE]", action="append", default=[],
                        help="define a macro for the application")
    parser.add_argument("-I", dest="include", metavar="DIR", action="append", default=[],
                        help="include folder of the application")
    parser.add_argument("--with", dest="libs", metavar="LIB", action="append", default=[],
                        help="link this library, wanted or not")
    parser.add_argument("--without", metavar="LIB", action="append", default=[],
                        help="never link this library")
    parser.add_argument("--set", dest="options", metavar="K=V", action="append", default=[],
                        help="set an option of a library; see tnimage config")
    parser.add_argument("--ram", metavar="N", help="all memory of the partition (64K, 16M)")
    parser.add_argument("--stack", metavar="N", help="stack (default: all frames, added up)")
    parser.add_argument("--heap", metavar="N", help="heap (default 16M when the program "
                        "allocates)")
    parser.add_argument("--cpu", metavar="N", help="the CPU that the partition runs on (default 0)")
    parser.add_argument("--cpus", metavar="N", help="how many CPUs the program runs on, 1 to 4, "
                        "the board's first (modes tenon, bare; in a manifest: cpus = [0, 1])")
    parser.add_argument("--device", metavar="NAME", action="append", default=[],
                        help="give the partition a device of the board")
    parser.add_argument("--irq", metavar="INTID", action="append", default=[],
                        help="give the partition an interrupt")
    parser.add_argument("--args", metavar="TEXT", help="arguments of main, as a shell splits them")
    parser.add_argument("--verify", metavar="HOW", help="what is checked at boot: crc (default) "
                        "or sha256")
    parser.add_argument("--max-size", metavar="N", help="refuse a larger file")
    parser.add_argument("--max-ram", metavar="N", help="refuse an image that takes more memory")
    parser.add_argument("--format", metavar="F", default="img",
                        help="img (default), elf, fit, c, bin, or part: for a slot "
                        "of another image")
    parser.add_argument("--key", metavar="DIR:NAME", help="sign --format fit with this key")
    parser.add_argument("--explain", action="store_true",
                        help="show why each library is in and what it costs")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the commands")


def run(args):
    """Build and put the result in place, only when all of it is there."""
    from tenon import manifest, output, request
    from tenon.builder import Build
    from tenon.lock import Lock
    image = request.make(args)
    machine = manifest.check(image)
    if args.format == "part":
        image.partitions[0].console = "shared"  # as in the image with the slot
    path = request.output_path(args, image)
    folder = os.path.join(os.path.dirname(os.path.abspath(path)), ".tn", image.name)
    build = Build(image, machine, folder, args.verbose)
    with Lock(folder):
        built = build.run()
        output.check_limits(args, build)
        size = output.deliver(args, build, built, path)
    output.present(args, build, path, size)
    return errors.OK
