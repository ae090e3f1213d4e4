# SPDX-License-Identifier: Apache-2.0
"""`tnimage size`."""
from tenon import errors


def add(sub):
    """Add the command's parser."""
    sub.add_parser("size", help="size")


def run(args):
    """Not here yet."""
    raise errors.Refusal(errors.USAGE, "'size' is not implemented yet")
