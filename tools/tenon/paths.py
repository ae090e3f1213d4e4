# SPDX-License-Identifier: Apache-2.0
"""Where the tree is: in a checkout two folders up, or where `make install` put the same folders."""
import os

ROOT = os.environ.get("TENON_ROOT") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def inside(*parts):
    """The absolute path of a file of the tree."""
    return os.path.join(ROOT, *parts)
