# SPDX-License-Identifier: Apache-2.0
"""One folder of tests/bad: its files, its command, and what must come of it.

`cmd` is the command line behind `tnimage`; `env`, if there, has variables for it, paths relative
to the folder; `expect` is `exit N`, then standard error word for word, in which `<...>` stands
for what may differ (sizes, versions) and `{dir}` for the folder.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TREE, "tools"))
CORPUS = os.path.join(TREE, "tests", "bad")
SPECIAL = ("cmd", "env", "expect")
BEFORE = b"the image of the last build\n"


def names():
    """Every case, sorted."""
    return sorted(os.listdir(CORPUS))


def run(name, folder):
    """Run a case in an empty folder; returns (exit code, standard error, files left behind)."""
    source = os.path.join(CORPUS, name)
    shutil.copytree(source, folder, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns(*SPECIAL))
    with open(os.path.join(folder, "app.img"), "wb") as file:
        file.write(BEFORE)
    before = listing(folder)
    environment = dict(os.environ)
    if os.path.exists(os.path.join(source, "env")):
        with open(os.path.join(source, "env"), encoding="utf-8") as file:
            environment.update(line.strip().split("=", 1) for line in file)
    with open(os.path.join(source, "cmd"), encoding="utf-8") as file:
        words = shlex.split(file.read())
    result = subprocess.run(["/usr/bin/python3", os.path.join(TREE, "tools", "tnimage"), *words],
                            cwd=folder, env=environment, capture_output=True, text=True,
                            check=False, timeout=300)
    return result.returncode, result.stderr, listing(folder) - before


def listing(folder):
    """The files in a folder but for what lies in .tn, which the next build uses."""
    found = set()
    for path, below, files in os.walk(folder):
        below[:] = [item for item in below if item != ".tn"]
        found.update(os.path.relpath(os.path.join(path, name), folder) for name in files)
    return found


def expectation(name, folder):
    """(exit code, regular expression of standard error, number of lines)."""
    with open(os.path.join(CORPUS, name, "expect"), encoding="utf-8") as file:
        first, _, text = file.read().partition("\n")
    text = text.replace("{dir}", folder)
    pattern = re.sub(r"<\\\.\\\.\\\.>|<\.\.\.>", ".+?", re.escape(text).replace(r"<\.\.\.>", "<...>"))
    return int(first.split()[1]), pattern
