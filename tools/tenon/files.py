# SPDX-License-Identifier: Apache-2.0
"""Writing generated files: whole or not at all, and only when the bytes change."""
import os
import re
import tempfile


def write(path, data):
    """Write text or bytes if they differ from what is there; returns whether they did.

    An unchanged file keeps its time, so that ninja rebuilds nothing that depends on it.
    """
    data = data.encode() if isinstance(data, str) else data
    if read(path) == data:
        return False
    replace(path, data)
    return True


def replace(path, data):
    """Put bytes in place at once: a reader sees the old file or the new one."""
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".tn-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def read(path):
    """The bytes of a file, or None when there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def carried(source, flags):
    """The files that an assembly source takes in by .incbin "name", found in folders of -I."""
    names = re.findall(rb'^\s*\.incbin\s+"([^"]+)"', read(source) or b"", re.M)
    folders = [flag[2:] for flag in flags if flag.startswith("-I")]
    found = [os.path.join(folder, name.decode()) for folder in folders for name in names]
    return [path for path in found if os.path.isfile(path)]
