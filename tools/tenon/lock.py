# SPDX-License-Identifier: Apache-2.0
"""Builds of one image in one folder take turns."""
import fcntl
import os


class Lock:
    """A context in which this process alone works in a build folder."""

    def __init__(self, folder):
        self.path = os.path.join(folder, ".lock")
        self.file = None

    def __enter__(self):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        self.file = open(self.path, "w", encoding="ascii")
        fcntl.flock(self.file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_):
        self.file.close()
