# SPDX-License-Identifier: Apache-2.0
"""The generated build.ninja: compile and link steps, and running ninja on them.

The file grows in phases, because what is linked is known only after the application's objects
are there. A phase leaves a file alone that already begins with its text: so a build that
changes nothing but a source rewrites nothing, and ninja's own records stay valid.
"""
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field

from tenon import errors, files, templates, toolchain


@dataclass
class Step:
    """One edge. `label` is what progress shows; `source`/`library`: whose fault a failure is."""
    rule: str  # "cc", "as" or "link"
    output: str
    inputs: list
    flags: list = field(default_factory=list)
    depends: list = field(default_factory=list)
    tail: list = field(default_factory=list)  # arguments behind the inputs
    label: str = ""
    source: str = ""
    library: object = None


class Failed(Exception):
    """ninja stopped at this Step; `text` is what the program said."""

    def __init__(self, step, text):
        super().__init__(text)
        self.step = step
        self.text = text


class Ninja:
    """The build file of one build folder."""

    def __init__(self, folder, verbose=False):
        self.folder = folder
        self.verbose = verbose
        self.steps = []
        self.groups = {}  # component name -> {variable: flags}

    @property
    def path(self):
        """Of build.ninja."""
        return os.path.join(self.folder, "build.ninja")

    def text(self):
        """The whole file as known now."""
        return templates.render("build.ninja.j2", steps=self.steps, quote=_quote, escape=_escape,
                                compiler=toolchain.compiler(), linker=toolchain.need("ld.lld"))

    def run(self, targets, last=False):
        """Build outputs; raises Failed. `last`: the file must not hold anything else."""
        text = self.text().encode()
        old = files.read(self.path) or b""
        if old != text and (last or not old.startswith(text)):
            files.write(self.path, text)
        command = [toolchain.need("ninja"), "-C", self.folder]
        if self.verbose:
            command.append("-v")
        progress = sys.stderr.isatty() and not self.verbose
        environment = dict(os.environ, NINJA_STATUS="\x01%f/%t ", **toolchain.COMPILER_CACHE)
        environment.pop("MAKEFLAGS", None)
        process = subprocess.Popen([*command, *targets], stdout=subprocess.PIPE, env=environment,
                                   stderr=subprocess.STDOUT, text=True, errors="replace")
        lines = self._follow(process, progress)
        if process.wait():
            raise self._failure(lines)
        if not self.verbose:
            sys.stderr.write(self.readable("".join(lines)))
        self._clear(progress)

    def _follow(self, process, progress):
        """Show progress; returns what the programs themselves said."""
        said = []
        for line in process.stdout:
            if self.verbose:
                sys.stderr.write(line.replace("\x01", "["))
            if line.startswith("\x01"):
                if progress:
                    sys.stderr.write(f"\r\x1b[K[{line[1:].strip()[:76]}]")
                    sys.stderr.flush()
            elif not line.startswith("ninja: ") or "error" in line:
                said.append(line)
        return said

    def note(self, text):
        """Show a line that the next one replaces, to who watches."""
        if sys.stderr.isatty() and not self.verbose:
            sys.stderr.write(f"\r\x1b[K[{text}]")
            sys.stderr.flush()

    @staticmethod
    def _clear(progress):
        if progress:
            sys.stderr.write("\r\x1b[K")

    def _failure(self, lines):
        """The first failed step and its own output."""
        self._clear(sys.stderr.isatty() and not self.verbose)
        for index, line in enumerate(lines):
            match = re.match(r"FAILED: (\S+)", line)
            if not match:
                continue
            step = next((s for s in self.steps if s.output == match[1]), None)
            text = []
            for item in lines[index + 2:]:
                if item.startswith(("FAILED: ", "ninja: ")):
                    break
                text.append(item)
            return Failed(step, self.readable("".join(text)))
        return Failed(None, "".join(lines))

    def readable(self, text):
        """Compiler messages with the paths that the user typed."""
        here = os.getcwd() + "/"
        return text.replace(here, "") if here != "/" else text

    def write_commands(self):
        """compile_commands.json, for editors and linters."""
        clang = toolchain.need("clang")
        entries = [{"directory": self.folder, "file": step.inputs[0], "output": step.output,
                    "arguments": [clang, *step.flags, "-c", step.inputs[0], "-o", step.output]}
                   for step in self.steps if step.rule in ("cc", "as")]
        files.write(os.path.join(self.folder, "compile_commands.json"),
                    json.dumps(entries, indent=1) + "\n")


def _escape(path):
    """A path for a build line."""
    return re.sub(r"([$ :])", r"$\1", path)


def _quote(words):
    """Arguments for a shell, inside a ninja variable."""
    import shlex
    return " ".join(shlex.quote(word) for word in words).replace("$", "$$")
