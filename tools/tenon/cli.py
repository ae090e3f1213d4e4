# SPDX-License-Identifier: Apache-2.0
"""The command line: finds the commands, parses, turns a Refusal into one line and a code."""
import argparse
import importlib
import os
import sys

from tenon import errors

# In the order in which `tnimage --help` shows them.
COMMANDS = [
    "build", "run", "debug", "inspect", "verify", "size", "why",
    "libs", "boards", "config", "new", "doctor", "completion",
]


class Parser(argparse.ArgumentParser):
    """argparse, but an error is one line in the form of every other refusal."""

    def error(self, message):
        raise errors.Refusal(errors.USAGE, f"{message}; see '{self.prog} --help'")


def make_parser():
    parser = Parser(
        prog="tnimage",
        description="Build and run TenonOS boot images: one C application and only what it needs.",
        epilog="example: tnimage build app.c --mode bypass && tnimage run app.img",
    )
    parser.add_argument("--version", action="version", version="tnimage 0.1.0")
    sub = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name in COMMANDS:
        module = importlib.import_module(f"tenon.commands.{name}")
        module.add(sub)
    return parser


def main(argv):
    """Run one command; returns the exit code."""
    try:
        args = make_parser().parse_args(argv)
        if args.command is None:
            raise errors.Refusal(errors.USAGE, "no command given; see 'tnimage --help'")
        module = importlib.import_module(f"tenon.commands.{args.command}")
        return module.run(args)
    except errors.Refusal as refusal:
        print(f"tnimage: {refusal}", file=sys.stderr)
        return refusal.code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.OK
    except KeyboardInterrupt:
        return 130
