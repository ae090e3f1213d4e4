# SPDX-License-Identifier: Apache-2.0
"""What a measurement is, and the file that holds all of them: build/bench/results.json.

The schema is docs/benchmarks.md. A figure stands in a table, at a line and a column; these three
are its key, by which two results are compared.
"""
import datetime
import json
import os
import subprocess
from dataclasses import asdict, dataclass, field

from tenon import errors

SCHEMA = 1
HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))


@dataclass
class Figure:
    """One figure. limit: more is a defect; aim: what the project is for; None: no bound."""
    table: str
    line: str
    column: str
    value: float
    unit: str
    limit: float = None
    aim: float = None
    exact: bool = True  # the same on every machine with the same tools
    functions: dict = field(default_factory=dict)  # its instructions or bytes, by function
    events: dict = field(default_factory=dict)  # barriers, accesses, misses beside it

    @property
    def key(self):
        """Its place."""
        return f"{self.table}/{self.line}/{self.column}"

    @property
    def over(self):
        """Whether it is a defect."""
        return self.limit is not None and self.value > self.limit

    def record(self):
        """As the file has it: what is empty is left out."""
        return {name: value for name, value in asdict(self).items()
                if value not in (None, {}) and not (name == "exact" and value)}


def _first_line(*command):
    """The first line that a program prints, "" when it fails."""
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, cwd=TOP)
    return (done.stdout.splitlines() or [""])[0] if done.returncode == 0 else ""


def tools():
    """The versions that decide what the figures are."""
    newlib = _first_line("dpkg-query", "-W", "-f=${Version}", "newlib-source")
    return {"clang": _first_line("clang", "--version"), "lld": _first_line("ld.lld", "--version"),
            "qemu": _first_line("qemu-system-aarch64", "--version"), "newlib": newlib}


def meta(suites):
    """When, from what and with what a run was made."""
    git = ("git", "-c", "safe.directory=*")
    now = datetime.datetime.now(datetime.timezone.utc)
    changed = _first_line(*git, "status", "--porcelain", "--untracked-files=no")
    return {"schema": SCHEMA, "date": now.strftime("%Y-%m-%d"),
            "time": now.strftime("%H:%M:%S UTC"), "commit": _first_line(*git, "rev-parse", "HEAD"),
            "changed": bool(changed), "tools": tools(), "suites": suites,
            "flags": {"kernel": "-O2", "images": "as tnimage chooses (-Os, LTO)",
                      "qemu": "-icount shift=0, one CPU of the board's model"}}


def save(path, head, figures):
    """Write results; the file is whole or not there."""
    text = json.dumps(dict(head, figures=[figure.record() for figure in figures]), indent=1)
    with open(path + ".tmp", "w", encoding="utf-8") as file:
        file.write(text + "\n")
    os.replace(path + ".tmp", path)


def load(path):
    """(head, figures) of a results file."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except FileNotFoundError:
        raise errors.Refusal(errors.USAGE, f"{path}: no such file; 'make bench' writes "
                             "build/bench/results.json") from None
    except ValueError as error:
        raise errors.Refusal(errors.USAGE, f"{path}: not JSON ({error}); give a results.json "
                             "that 'make bench' wrote") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else None
        raise errors.Refusal(errors.USAGE, f"{path}: schema {found}, this tool reads {SCHEMA}; "
                             "run 'make bench' again with this tree")
    figures = [Figure(**record) for record in data.pop("figures")]
    return data, figures
