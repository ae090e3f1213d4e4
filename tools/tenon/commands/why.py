# SPDX-License-Identifier: Apache-2.0
"""`tnimage why`: the chain of needs that put a library or a symbol into an image."""
import json
import re

from tenon import errors
from tenon.text import table

DESCRIPTION = """\
Say for each component of an image why a library or symbol is in it: who needs it, who needs
that, up to the application. Of what is not in, say what keeps it out. Libraries are in the
report that the image carries; symbols need the build folder .tn beside the image.
"""
EPILOG = """\
examples:
  tnimage why gicv3 app.img       a library
  tnimage why malloc app.img      a symbol
  tnimage why newlib              the one image in this folder
"""
PSEUDO = ("app", "newlib", "libgcc", "other")


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser("why", help="why a library or symbol is in an image, or why not",
                            description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("word", metavar="LIB|SYMBOL", help="a library's or a symbol's name")
    parser.add_argument("image", metavar="IMG", nargs="?",
                        help="default: the one image in this folder")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args):
    """Answer for every component."""
    from tenon import imagefile, pool as pools
    image = imagefile.load(args.image or imagefile.only_here())
    report = imagefile.image_report(image)
    if "components" not in report:
        raise errors.Refusal(errors.VERIFY, f"{image.path}: its build report is of another "
                             "kind; build it again with tnimage")
    pool = pools.Pool()
    graphs = Graphs(image, pool)
    library = known_library(pool, args.word)
    if library:
        answers = [of_library(pool, component, library, graphs)
                   for component in report["components"]]
    else:
        answers = of_symbol(report, pool, args.word, graphs)
    if args.json:
        print(json.dumps(answers, indent=2))
    else:
        print("\n\n".join(answer_text(answer) for answer in answers))
    return errors.OK


def known_library(pool, word):
    """The symbol of a library or pseudo-library called `word`, or None."""
    if word in PSEUDO:
        return word
    try:
        return pool.find(word).symbol
    except errors.Refusal:
        return None


def short(pool, symbol):
    """A library as users call it."""
    library = pool.libraries.get(symbol)
    return library.name if library else symbol


class Graphs:
    """The object graph of each component, read when it is asked for; None without the objects."""

    def __init__(self, image, pool):
        from tenon import board as boards
        self.image = image
        self.pool = pool
        self.board = boards.load(image.board)
        self.read = {}
        self.folder = None

    def of(self, component, must=False):
        """The Graph of a component; `must`: a Refusal instead of None."""
        from tenon import imagefile, links
        name = component["name"]
        if name not in self.read:
            try:
                self.folder = self.folder or imagefile.build_folder(self.image)
                self.read[name] = links.read(self.folder, component, self.pool)
            except errors.Refusal:
                if must:
                    raise
                self.read[name] = None
        return self.read[name]


def of_library(pool, component, symbol, graphs):
    """The answer for one library in one component."""
    entries = {lib["lib"]: lib for lib in component["libs"]}
    answer = {"component": component["name"], "what": short(pool, symbol), "kind": "library",
              "in": symbol in entries}
    if symbol not in entries:
        answer["why_not"] = why_not(pool, graphs.board, component, symbol)
        return answer
    answer["bytes"] = sum(entries[symbol]["bytes"].values())
    if symbol in ("newlib", "libgcc"):
        answer["chain"] = doors(pool, graphs.of(component), symbol)
    else:
        answer["chain"] = library_chain(pool, component, entries, symbol, graphs)
    return answer


def named(pool, owner, label):
    """An object as the answers name it."""
    if owner in ("app", "start"):
        return label
    return f"{short(pool, owner)} ({label})"


def doors(pool, graph, owner):
    """The symbols by which code outside enters newlib or libgcc."""
    found = {}
    for node in graph.reached.values() if graph else ():
        if node.owner == owner:
            continue
        for name in sorted(node.table.undefined):
            target = graph.definers.get(name)
            if target and target.owner == owner:
                found.setdefault(name, node)
    return [{"need": name, "by": named(pool, node.owner, node.label)}
            for name, node in sorted(found.items())]


def library_chain(pool, component, entries, symbol, graphs):
    """Steps from a library up: what is needed, and by whom."""
    steps, seen = [], set()
    while symbol not in seen:
        seen.add(symbol)
        if symbol not in entries:
            graph = graphs.of(component) if ":" in symbol else None
            if graph and symbol in graph.reached:
                steps += [{"need": need, "by": named(pool, owner, label)}
                          for need, label, owner in graph.up(graph.reached[symbol])]
            break
        why = entries[symbol]["why"]
        if why["kind"] == "symbol":
            symbol = why["by"]
            owner = "libgcc" if symbol.startswith("libgcc") else "newlib"
            steps.append({"need": why["symbol"], "by": named(pool, owner, symbol)
                          if ":" in symbol else short(pool, symbol)})
        elif why["kind"] == "select":
            steps.append({"need": f"select {symbol}", "by": short(pool, why["by"])})
            symbol = why["by"]
        else:
            steps.append({"need": END[why["kind"]],
                          "by": why.get("by", "") or f"mode {component['mode']}"})
            break
    return steps


END = {"root": "everything starts with it", "default": "on by default", "app": "the program",
       "option": "asked for", "link": "made by the link"}


def why_not(pool, board, component, symbol):
    """What keeps a library out of a component."""
    from tenon.pool import Facts
    library = pool.libraries.get(symbol)
    if library is None:
        return "nothing in it needs one of its symbols"
    layer = component["layer"].upper()
    if layer not in library.layers:
        layers = ", ".join(layer.lower() for layer in library.layers) or "nowhere"
        return f"it runs in layer {layers}, and {component['name']} in {component['layer']}"
    if not pool.eligible(library, Facts(layer, board.symbol)):
        return f"board {board.name} does not have what it needs: {library.depends}"
    if re.search(r"\b(?!LAYER_|HAS_|BOARD_)[A-Z]", library.depends):
        return f"nothing needs it, or this does not hold: {library.depends}"
    return "nothing needs one of its symbols, and no library selects it"


def of_symbol(report, pool, word, graphs):
    """The answers for a symbol: of the components that have it, or one that says why none has."""
    found = [(component, graphs.of(component, must=True)) for component in report["components"]]
    answers = [symbol_answer(graphs.folder, pool, component, graph, word)
               for component, graph in found
               if word in graph.definers and graph.definers[word].label in graph.reached]
    return answers or [absent_symbol(pool, found, word)]


def symbol_answer(folder, pool, component, graph, word):
    """The answer for a symbol that a component has, or had until the link dropped it."""
    import os
    from tenon import elf
    node = graph.definers[word]
    linked = elf.Elf(os.path.join(folder, component["elf"])).by_name.get(word)
    chain = [{"need": symbol, "by": named(pool, owner, label)}
             for symbol, label, owner in graph.chain(word)]
    return {"component": component["name"], "what": word, "kind": "symbol", "in": True,
            "of": named(pool, node.owner, node.label), "bytes": linked.size if linked else None,
            "chain": chain}


def absent_symbol(pool, graphs, word):
    """Why no component has a symbol; a Refusal when nobody has ever heard of it."""
    answer = {"component": None, "what": word, "kind": "symbol", "in": False}
    for _, graph in graphs:
        if word in graph.definers:
            node = graph.definers[word]
            answer["why_not"] = f"{named(pool, node.owner, node.label)} has it, but nothing " \
                "needs it"
            return answer
    for library in pool.libraries.values():
        if defines(pool, library, word):
            layers = ", ".join(layer.lower() for layer in library.layers)
            answer["why_not"] = f"library {library.name} ({library.path}, layer {layers}) has " \
                "it, but is not in"
            return answer
    names = {name for _, graph in graphs for name in graph.definers}
    names |= {library.name for library in pool.libraries.values()} | set(PSEUDO)
    raise errors.Refusal(errors.CONFIG, f"'{word}' is no library and no symbol of this image"
                         f"{errors.nearest(word, names) or '; see tnimage libs'}")


def defines(pool, library, word):
    """Whether a source of the library seems to define the symbol: a line begins with its head."""
    import os
    head = re.compile(rf"^(?:[A-Za-z_].*[\s*])?{re.escape(word)}\s*(?:\(|=|\[|;|:)", re.M)
    for source in library.sources:
        with open(os.path.join(pool.root, source), encoding="utf-8") as file:
            if head.search(file.read()):
                return True
    return False


def answer_text(answer):
    """An answer as a person reads it."""
    where = answer["component"] or "the image"
    if not answer["in"]:
        return f"{answer['what']} is not in {where}: {answer['why_not']}"
    head = f"{answer['what']} is in {where}"
    if answer["kind"] == "symbol":
        head += f", from {answer['of']}"
        head += ", inlined or dropped by the link" if answer["bytes"] is None \
            else f", {answer['bytes']} bytes"
    else:
        head += f", {answer['bytes']} bytes"
    rows = [(f"  {step['need']}", f"<- {step['by']}") for step in answer["chain"]]
    return f"{head}\n{table(rows)}" if rows else head
