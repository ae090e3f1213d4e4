# SPDX-License-Identifier: Apache-2.0
"""`tnimage inspect`."""
from tenon import errors


def add(sub):
    """Add the command's parser."""
    sub.add_parser("inspect", help="inspect")


def run(args):
    """Not here yet."""
    raise errors.Refusal(errors.USAGE, "'inspect' is not implemented yet")
