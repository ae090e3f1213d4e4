# SPDX-License-Identifier: Apache-2.0
"""Exit codes and the one exception by which every refusal reaches the user.

A refusal is one line: where, what is wrong, and the cure:

    tnimage: tnimage.toml:7: unknown key 'cpu' in [[partition]]; did you mean 'cpus'?
"""
import difflib

OK = 0
USAGE = 2
CONFIG = 3
COMPILE = 4
LINK = 5
FIT = 6
TOOL = 7
VERIFY = 8
RUN = 9
TIMEOUT = 124


class Refusal(Exception):
    """What stops a command: an exit code and one line (place: cause; cure)."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def nearest(word, choices):
    """`; did you mean 'x'?` for the nearest of choices, or the empty string."""
    match = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f"; did you mean '{match[0]}'?" if match else ""
