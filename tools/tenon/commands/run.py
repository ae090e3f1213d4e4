# SPDX-License-Identifier: Apache-2.0
"""`tnimage run`."""
from tenon import errors


def add(sub):
    """Add the command's parser."""
    sub.add_parser("run", help="run")


def run(args):
    """Not here yet."""
    raise errors.Refusal(errors.USAGE, "'run' is not implemented yet")
