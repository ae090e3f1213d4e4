# SPDX-License-Identifier: Apache-2.0
"""`tnimage new`: a project folder that builds, with every manifest key in it to choose from."""
import os
import re

from tenon import errors

EPILOG = """\
examples:
  tnimage new blinky                     a folder blinky/ with src/main.c and tnimage.toml
  tnimage new motor --board zcu102
  cd blinky && tnimage build && tnimage run blinky.img
"""
MODES = ("bypass", "tenon", "bare", "native")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}$")


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser(
        "new", help="create a project folder that builds", epilog=EPILOG,
        description="Create a folder with a program, a manifest, a README and a .gitignore.")
    parser.add_argument("name", metavar="NAME", help="name of the folder and of the image")
    parser.add_argument("--mode", choices=MODES, default="bypass", help="default: bypass")
    parser.add_argument("--board", metavar="B", default="qemu-virt",
                        help="board's name, see 'tnimage boards'; default: qemu-virt")


def run(args):
    """Write the project folder."""
    folder = args.name.rstrip("/")
    name = os.path.basename(folder)
    if not NAME.match(name):
        raise errors.Refusal(errors.USAGE, f"{args.name!r}: not a project name; "
                             "use up to 31 letters, digits, '-' and '_', a letter first")
    if os.path.lexists(folder):
        raise errors.Refusal(errors.USAGE, f"{folder}: already exists; choose another name")
    check_board(args.board)
    files = render(name, args.mode, args.board)
    try:
        os.makedirs(os.path.join(folder, "src"))
        for path, text in files.items():
            with open(os.path.join(folder, path), "x", encoding="utf-8") as out:
                out.write(text)
    except OSError as error:
        raise errors.Refusal(errors.USAGE, f"{folder}: cannot be created: {error.strerror}; "
                             "run 'tnimage new' where you may write") from None
    print(f"{folder}: created; next:\n"
          f"  cd {folder}\n  tnimage build\n  tnimage run {name}.img")
    return errors.OK


def check_board(board):
    """Refuse a board that the pool does not have, while there is nothing to clean up."""
    from tenon import board as boards
    boards.load(board)


def render(name, mode, board):
    """The files of the project: path to text."""
    from tenon import paths
    folder = paths.inside("templates", "new")
    files = {}
    for template, path in (("main.c", "src/main.c"), ("tnimage.toml", "tnimage.toml"),
                           ("README.md", "README.md"), ("gitignore", ".gitignore")):
        with open(os.path.join(folder, template), encoding="utf-8") as source:
            text = source.read()
        for key, value in (("NAME", name), ("MODE", mode), ("BOARD", board)):
            text = text.replace(f"@{key}@", value)
        files[path] = text
    return files
