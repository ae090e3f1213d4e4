# SPDX-License-Identifier: Apache-2.0
"""`tnimage new`."""
from tenon import errors


def add(sub):
    """Add the command's parser."""
    sub.add_parser("new", help="new")


def run(args):
    """Not here yet."""
    raise errors.Refusal(errors.USAGE, "'new' is not implemented yet")
