# SPDX-License-Identifier: Apache-2.0
"""`tnimage verify`."""
from tenon import errors


def add(sub):
    """Add the command's parser."""
    sub.add_parser("verify", help="verify")


def run(args):
    """Not here yet."""
    raise errors.Refusal(errors.USAGE, "'verify' is not implemented yet")
