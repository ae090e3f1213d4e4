# SPDX-License-Identifier: Apache-2.0
"""`tnimage run`: boot an image in QEMU, its serial port on our standard input and output."""
import shlex
import sys

from tenon import errors

TAKES_REST = True

DESCRIPTION = """\
Boot an image in QEMU. Board, CPUs, RAM and interrupt controller come from the image. The
serial port is standard output, byte for byte, and standard input is what the program reads; at
its end the program gets Ctrl-D. Ctrl-C ends the machine. The run ends when every partition has ended: then the machine powers
off by itself. A program that never ends needs --timeout or --expect.
"""
EPILOG = """\
examples:
  tnimage run app.img
  tnimage run app.img --timeout 10
  tnimage run app.img --expect 'hello, world'       for a script: 0 when it was printed
  tnimage run app.img --boot uboot --quiet-boot     as on hardware: U-Boot, booti, Mortise
  tnimage run app.img --icount                      time counts instructions: repeatable
  tnimage run mixed.img --split out                 out/linux.txt, out/loop.txt, ...
  tnimage run app.img -- -d int -D int.log          QEMU options

--expect may be given several times; each text must appear. When all have, the machine gets two
seconds more to end by itself (its status counts then) and is stopped.

exit codes: 0 ok, 7 QEMU is missing, 8 the image is damaged, 9 a partition faulted or ended
with another status than 0, or an expected text was never printed; 124 timeout
"""


def seconds(text):
    """A positive number of seconds."""
    import argparse
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}': not a number of seconds above 0")
    return value


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser("run", help="boot an image in QEMU", description=DESCRIPTION,
                            epilog=EPILOG, usage="tnimage run IMG [options] [-- QEMU ARGS]")
    parser.add_argument("image", metavar="IMG", help="image that 'tnimage build' wrote")
    parser.add_argument("--boot", choices=("kernel", "uboot"), default="kernel",
                        help="QEMU loads the image itself, or U-Boot's booti does; "
                             "default: kernel")
    parser.add_argument("--timeout", metavar="S", type=seconds,
                        help="stop after S seconds with exit code 124; default: none")
    parser.add_argument("--expect", metavar="TEXT", action="append", default=[],
                        help="succeed when TEXT was printed, fail with 9 when it was not")
    parser.add_argument("--icount", action="store_true",
                        help="count instructions as time: the same run every time")
    parser.add_argument("--split", metavar="DIR",
                        help="write each partition's lines to DIR/NAME.txt, too, and Mortise's to "
                             "DIR/mortise.txt")
    parser.add_argument("--quiet-boot", action="store_true",
                        help="do not show what U-Boot prints")
    parser.add_argument("--raw", action="store_true",
                        help="on a terminal: each key goes to the program at once, no echo")
    parser.add_argument("-v", "--verbose", action="store_true", help="show QEMU's command line")


def run(args):
    """Check the image, boot it, and judge how it ended."""
    from tenon import board as boards, imagefile, machine, qemu, split
    if "" in args.expect:
        raise errors.Refusal(errors.USAGE, "--expect: the text is empty; give what to wait for")
    image = imagefile.load(args.image)
    board = boards.load(image.board)
    argv = (qemu.machine_args(board, image, args.icount) + qemu.SERIAL
            + qemu.boot_args(board, image, args.boot) + args.rest)
    if args.verbose:
        print(shlex.join(argv), file=sys.stderr)
    watcher = qemu.Watcher(args.expect, args.boot == "uboot", args.quiet_boot)
    if args.split is not None:
        watcher.splitter = split.Splitter(args.split, board, image)
    machine.run(argv, watcher, args.timeout, args.raw)
    if watcher.splitter:
        watcher.splitter.close(watcher.line)
    watcher.verdict(image, args.timeout)
    return errors.OK
