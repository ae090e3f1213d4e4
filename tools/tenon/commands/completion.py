# SPDX-License-Identifier: Apache-2.0
"""`tnimage completion`."""
from tenon import errors


def add(sub):
    """Add the command's parser."""
    sub.add_parser("completion", help="completion")


def run(args):
    """Not here yet."""
    raise errors.Refusal(errors.USAGE, "'completion' is not implemented yet")
