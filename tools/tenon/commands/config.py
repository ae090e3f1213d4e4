# SPDX-License-Identifier: Apache-2.0
"""`tnimage config`."""
from tenon import errors


def add(sub):
    """Add the command's parser."""
    sub.add_parser("config", help="config")


def run(args):
    """Not here yet."""
    raise errors.Refusal(errors.USAGE, "'config' is not implemented yet")
