# SPDX-License-Identifier: Apache-2.0
"""`tnimage debug`."""
from tenon import errors


def add(sub):
    """Add the command's parser."""
    sub.add_parser("debug", help="debug")


def run(args):
    """Not here yet."""
    raise errors.Refusal(errors.USAGE, "'debug' is not implemented yet")
