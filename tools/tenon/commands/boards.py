# SPDX-License-Identifier: Apache-2.0
"""`tnimage boards`."""
from tenon import errors


def add(sub):
    """Add the command's parser."""
    sub.add_parser("boards", help="boards")


def run(args):
    """Not here yet."""
    raise errors.Refusal(errors.USAGE, "'boards' is not implemented yet")
