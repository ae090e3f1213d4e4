# SPDX-License-Identifier: Apache-2.0
"""The command line: finds the command, parses, turns a Refusal into one line and a code.

A command is a module `tenon.commands.<name>` with two functions: `add(sub)` adds its parser to
the argparse subparsers and `run(args)` does the work and returns the exit code.  Only the module
of the command that was given is imported, so that `tnimage --help` and a refusal are immediate.
A module with `TAKES_REST = True` gets everything behind `--` as the list `args.rest`.
"""
import argparse
import importlib
import os
import sys

from tenon import errors

VERSION = "0.1.0"

# In the order in which `tnimage --help` shows them.
COMMANDS = {
    "build": "compile, link and pack sources into one boot image",
    "run": "boot an image in QEMU",
    "debug": "boot an image in QEMU under gdb, with every component's symbols",
    "trace": "record what an image does, for Perfetto or babeltrace",
    "inspect": "show what is in an image, and its file and memory map",
    "verify": "check an image's structure, checksums and digests",
    "size": "what costs how many bytes, and what changed",
    "why": "why a library or symbol is in an image, or why not",
    "libs": "list the micro-library pool",
    "boards": "list the boards, or one board's devices",
    "config": "choose options in a menu",
    "new": "create a project folder that builds",
    "doctor": "what is missing on this machine, and how to install it",
    "completion": "print a completion script for bash, zsh or fish",
}

EPILOG = """\
examples:
  tnimage build app.c && tnimage run app.img
  tnimage new blinky --mode bypass
  tnimage why printf app.img

exit codes: 0 ok, 2 usage, 3 manifest or configuration, 4 compile, 5 link, 6 does not fit,
7 missing tool, 8 verification, 9 a partition failed or --expect was missed, 124 timeout
"""


class Parser(argparse.ArgumentParser):
    """argparse, but an error is one line in the form of every other refusal."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)

    def error(self, message):
        raise errors.Refusal(errors.USAGE, f"{message}; see '{self.prog} --help'")

    def parse_args(self, args=None, namespace=None):
        known, unknown = self.parse_known_args(args, namespace)
        if unknown:
            where = self.commands.choices.get(getattr(known, "command", None), self)
            raise unknown_arguments(where, unknown)
        return known


def unknown_arguments(parser, words):
    """The refusal of the first word that `parser` does not know."""
    word = words[0].split("=")[0]
    if not word.startswith("-"):
        return errors.Refusal(errors.USAGE, f"unexpected '{word}'; see '{parser.prog} --help'")
    options = [o for action in parser._actions for o in action.option_strings]
    hint = errors.nearest(word, options) or f"; see '{parser.prog} --help'"
    return errors.Refusal(errors.USAGE, f"unknown option '{word}'{hint}")


def make_parser(names):
    """The parser with the options of the commands `names`, and one line for every other."""
    parser = Parser(
        prog="tnimage",
        description="Build and run TenonOS boot images: one C application and only what it needs.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"tnimage {VERSION}")
    sub = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands",
                                parser_class=Parser)
    for name, summary in COMMANDS.items():
        if name in names:
            load(name).add(sub)
        else:
            sub.add_parser(name, help=summary, add_help=False)
    parser.commands = sub
    return parser


def load(name):
    """The module of command `name`."""
    return importlib.import_module(f"tenon.commands.{name}")


def split_rest(module, argv):
    """Split at the first `--` for a command that hands the words behind it to another tool."""
    if getattr(module, "TAKES_REST", False) and "--" in argv:
        at = argv.index("--")
        return argv[:at], argv[at + 1:]
    return argv, []


def dispatch(argv):
    """Parse `argv` and run its command; returns the exit code or raises a Refusal."""
    if not argv:
        raise errors.Refusal(errors.USAGE, "no command given; see 'tnimage --help'")
    name = argv[0]
    if name not in COMMANDS:
        if not name.startswith("-"):
            hint = errors.nearest(name, COMMANDS) or "; see 'tnimage --help'"
            raise errors.Refusal(errors.USAGE, f"unknown command '{name}'{hint}")
        make_parser([]).parse_args(argv)
        raise errors.Refusal(errors.USAGE, "no command given; see 'tnimage --help'")
    module = load(name)
    argv, rest = split_rest(module, argv)
    args = make_parser([name]).parse_args(argv)
    args.rest = rest
    return module.run(args)


def main(argv):
    """Run one command; returns the exit code."""
    try:
        code = dispatch(argv)
        sys.stdout.flush()
        return code
    except errors.Refusal as refusal:
        sys.stdout.flush()
        print(f"tnimage: {refusal}", file=sys.stderr)
        return refusal.code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.OK
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        # A full disk, a folder without permission: nobody's defect, so no traceback.
        place = f"{error.filename}: " if error.filename else ""
        print(f"tnimage: {place}{error.strerror or error}", file=sys.stderr)
        return errors.USAGE
