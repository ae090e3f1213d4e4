# SPDX-License-Identifier: Apache-2.0
"""`tnimage why`."""
from tenon import errors


def add(sub):
    """Add the command's parser."""
    sub.add_parser("why", help="why")


def run(args):
    """Not here yet."""
    raise errors.Refusal(errors.USAGE, "'why' is not implemented yet")
