# SPDX-License-Identifier: Apache-2.0
"""Who needs whom in one component: the objects of a build, read again after it.

`Graph` walks from the application's objects over undefined symbols, as the selection did, and
remembers for each object the symbol by which it was reached first.
"""
import json
import os
from collections import deque
from dataclasses import dataclass, field

from tenon import errors, symbols, toolchain


@dataclass
class Node:
    """An object or archive member; `owner` is LIB_X, 'app', 'newlib' or 'libgcc'."""
    label: str
    owner: str
    table: symbols.Symbols
    by: tuple = ()  # (symbol, Node) by which it was reached; () for a root


@dataclass
class Graph:
    """The nodes of one component. `reached` has those that the walk came to."""
    nodes: list = field(default_factory=list)
    roots: list = field(default_factory=list)
    definers: dict = field(default_factory=dict)  # symbol -> Node
    wanted: dict = field(default_factory=dict)  # symbol -> Node that wanted it first
    reached: dict = field(default_factory=dict)  # label -> Node

    def add(self, node):
        """A node behind all that are there: the first definition counts."""
        self.nodes.append(node)
        for name in node.table.defined | node.table.local:
            self.definers.setdefault(name, node)

    def walk(self, aliases):
        """Reach everything from the roots; `aliases` are the links' --defsym."""
        queue = deque(self.roots)
        self.reached = {node.label: node for node in self.roots}
        while queue:
            node = queue.popleft()
            for name in sorted(node.table.undefined):
                self.wanted.setdefault(name, node)
                target = self.definers.get(aliases.get(name, name))
                if target and target.label not in self.reached:
                    target.by = (name, node)
                    self.reached[target.label] = target
                    queue.append(target)

    def chain(self, name):
        """[(symbol, label of who wants it, its owner)] from a symbol to the application."""
        node = self.wanted.get(name)
        if node is None:
            return self.up(self.definers[name])
        return [(name, node.label, node.owner), *self.up(node)]

    @staticmethod
    def up(node):
        """The same from an object that was reached."""
        steps = []
        while node.by:
            name, node = node.by
            steps.append((name, node.label, node.owner))
        return steps


def read(folder, component, pool):
    """The Graph of one component of the build report, from its build folder."""
    from tenon.select import PRINTF_INTEGER, SCANF_INTEGER
    graph = Graph()
    entries = objects(folder, component["name"], pool)
    roots = []
    for table, (path, label, owner) in zip(symbols.of_objects([e[0] for e in entries]), entries):
        node = Node(label, owner, table)
        graph.add(node)
        if owner == "app" or owner == root_of(component):
            roots.append(node)
    graph.roots = sorted(roots, key=lambda node: node.owner != "app")
    if component["layer"] != "hv":
        archives = symbols.Archives(
            toolchain.archives(component["layer"].upper(), component["optimize"]))
        for member, table in archives.members.items():
            owner = "libgcc" if member.startswith("libgcc") else "newlib"
            graph.add(Node(member, owner, table))
    aliases = dict(SCANF_INTEGER)
    if not component.get("printf_float"):
        aliases.update(PRINTF_INTEGER)
    graph.walk(aliases)
    return graph


def root_of(component):
    """The library that every program of this mode starts with."""
    for lib in component["libs"]:
        if lib["why"]["kind"] == "root":
            return lib["lib"]
    return ""


def objects(folder, component, pool):
    """(object path, label, owner) of a component, from the build's compile_commands.json."""
    path = os.path.join(folder, "compile_commands.json")
    try:
        with open(path, encoding="utf-8") as file:
            commands = json.load(file)
    except (OSError, ValueError):
        raise errors.Refusal(errors.USAGE, f"{os.path.relpath(path)}: cannot be read; "
                             "build the image again") from None
    found = []
    for command in commands:
        output = command["output"]
        if not output.startswith(component + "/"):
            continue
        source = os.path.normpath(os.path.join(command["directory"], command["file"]))
        inside = os.path.relpath(source, pool.root)
        library = pool.owner(inside)
        generated = source.startswith(os.path.normpath(folder) + "/")
        owner = library.symbol if library else "start" if generated else "app"
        label = inside if library else os.path.basename(source)
        found.append((os.path.join(folder, output), label, owner))
    return found
