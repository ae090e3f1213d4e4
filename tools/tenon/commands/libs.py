# SPDX-License-Identifier: Apache-2.0
"""`tnimage libs`."""
from tenon import errors


def add(sub):
    """Add the command's parser."""
    sub.add_parser("libs", help="libs")


def run(args):
    """Not here yet."""
    raise errors.Refusal(errors.USAGE, "'libs' is not implemented yet")
