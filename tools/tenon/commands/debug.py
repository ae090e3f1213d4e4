# SPDX-License-Identifier: Apache-2.0
"""`tnimage debug`: an image stopped before its first instruction, with gdb on it."""
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

from tenon import errors, paths

TAKES_REST = True
GDB = "gdb-multiarch"
# QEMU loads an Image with text_offset 0 here, above the first bytes of RAM: its own stub's place.
LOAD_OFFSET = 0x200000

DESCRIPTION = """\
Start an image in QEMU, stopped before its first instruction, and gdb with the symbols of every
component at their addresses: Mortise where it is linked and, for its first instructions, where
it is loaded; each partition where it sees itself. What follows -- goes to gdb. QEMU ends with
gdb. The program's output is on standard output; it has no input.

Threads of Tenon are gdb's threads: 'info threads', 'thread 3', 'thread apply all backtrace'. Of a
thread that does not run only those registers are known that outlive a call.
"""
EPILOG = """\
examples:
  tnimage debug app.img                                  then: break main, continue
  tnimage debug app.img -- -batch -ex 'break main' -ex continue -ex backtrace
  tnimage debug app.img -- -ex 'break work' -ex continue -ex 'thread apply all backtrace'
  tnimage debug app.img -- -ex 'thbreak tn_hv_main' -ex continue
"""


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser("debug", help="boot an image in QEMU under gdb, with every "
                            "component's symbols", description=DESCRIPTION, epilog=EPILOG,
                            usage="tnimage debug IMG [options] [-- GDB ARGS]")
    parser.add_argument("image", metavar="IMG", help="image that 'tnimage build' wrote")
    parser.add_argument("--icount", action="store_true",
                        help="count instructions as time: the same run every time")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the command lines")


def run(args):
    """Start QEMU and gdb; both are gone when this returns."""
    from tenon import board as boards, imagefile, machine, qemu
    if not shutil.which(GDB):
        raise errors.Refusal(errors.TOOL, f"{GDB}: not installed; 'apt-get install {GDB}'")
    image = imagefile.load(args.image)
    board = boards.load(image.board)
    build = imagefile.build_folder(image)
    components = elf_files(image, build)
    with tempfile.TemporaryDirectory(prefix="tnimage-") as folder, machine.Signals():
        socket = os.path.join(folder, "gdb")
        argv = (qemu.machine_args(board, image, args.icount) + qemu.SERIAL
                + qemu.boot_args(board, image, "kernel")
                + ["-S", "-gdb", f"unix:path={socket},server=on,wait=off"])
        os.symlink(paths.ROOT, os.path.join(folder, "tenonos"))
        commands = os.path.join(folder, "commands")
        kernels = kernels_of(image, components)
        server = os.path.join(folder, "threads") if kernels else socket
        with open(commands, "w", encoding="utf-8") as out:
            out.write(gdb_script(server, components, board, build))
        debugger = [GDB, "-q", "-x", commands, *args.rest]
        if args.verbose:
            print(shlex.join(argv), shlex.join(debugger), sep="\n", file=sys.stderr)
        sys.stdout.flush()
        process = machine.start(argv, stdin=subprocess.DEVNULL)
        try:
            wait_for(socket, process)
            if kernels:
                from tenon import gdbthreads
                gdbthreads.Proxy(server, socket, kernels).start()
            return run_gdb(debugger)
        finally:
            machine.stop(process)


def run_gdb(argv):
    """gdb in our place at the terminal: Ctrl-C is for it, not for us."""
    from tenon import machine
    old = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(argv, preexec_fn=gdb_setup(machine))
        try:
            return errors.OK if process.wait() == 0 else errors.RUN
        finally:
            machine.stop(process)
    finally:
        signal.signal(signal.SIGINT, old)


def gdb_setup(machine):
    """A preexec function: gdb dies with us and takes Ctrl-C again."""
    die = machine.die_with(os.getpid())

    def setup():
        die()
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return setup


def wait_for(socket, process):
    """Until QEMU listens; it may end instead, having said why."""
    import time
    while not os.path.exists(socket):
        if process.poll() is not None:
            raise errors.Refusal(errors.TOOL, "QEMU did not start; its message is above")
        time.sleep(0.01)


def elf_files(image, folder):
    """(component, ELF path) of Mortise and every partition, from the build folder."""
    from tenon import imagefile
    result = []
    for component in imagefile.image_report(image)["components"]:
        if not component["elf"]:  # a kernel that is not ours
            continue
        path = os.path.join(folder, component["elf"])
        if not os.path.exists(path):
            raise errors.Refusal(errors.USAGE, f"{path}: no such file; symbols are beside the "
                                 "image that was built, build it again")
        result.append((component, path))
    return result


def kernels_of(image, components):
    """{number of a CPU: what is known of the Tenon on it}."""
    from tenon import gdbthreads
    by_name = {component["name"]: gdbthreads.kernel_of(path) for component, path in components
               if component["layer"] == "tenon"}
    return {cpu: by_name[partition["name"]] for partition in image.partitions
            for cpu in partition["cpus"] if by_name.get(partition["name"])}


def ranges_of(files, name):
    """(address, size) of this symbol in each file that has it."""
    from tenon import elf
    found = (elf.Elf(path).by_name.get(name) for path in files)
    return [(symbol.value, symbol.size) for symbol in found if symbol]


def gdb_script(socket, components, board, folder):
    """gdb commands: symbols and sources, then the connection."""
    guests = [path for component, path in components if component["layer"] != "hv"]
    lines = ["set pagination off", "set confirm off", "set architecture aarch64",
             "set print thread-events off", f"file {quoted(guests[0])}"]
    for component, path in components:
        if component["layer"] == "hv":
            base = board.ram[0]["base"] + LOAD_OFFSET
            lines.append(f"add-symbol-file {quoted(path)} -o 0")
            lines.append(f"add-symbol-file {quoted(path)} -o {base - link_base(path):#x}")
        elif path != guests[0]:
            lines.append(f"add-symbol-file {quoted(path)} -o 0")
    # The objects name no folder of this machine: sources of the tree are under tenonos/, which
    # is beside the socket, generated ones under the build folder.
    folders = [os.path.dirname(socket), folder, *source_folders(folder)]
    lines += [f"directory {quoted(name)}" for name in folders]
    vectors = ranges_of(guests, "tn_vectors")
    if vectors:
        lines.append(f"source {paths.inside('tools', 'tenon', 'unwinder.py')}")
        lines.append(f"python install({vectors!r})")
    lines.append(f"target remote {socket}")
    return "\n".join(lines) + "\n"


def source_folders(folder):
    """Where the application's sources are, from the build's own list of commands."""
    try:
        with open(os.path.join(folder, "compile_commands.json"), encoding="utf-8") as file:
            commands = json.load(file)
    except (OSError, ValueError):
        return []
    files = [os.path.normpath(os.path.join(item["directory"], item["file"])) for item in commands]
    inside = (os.path.normpath(folder) + "/", os.path.join(paths.ROOT, "core") + "/",
              os.path.join(paths.ROOT, "bypass") + "/", os.path.join(paths.ROOT, "rtos") + "/",
              os.path.join(paths.ROOT, "hv") + "/", os.path.join(paths.ROOT, "image") + "/")
    return sorted({os.path.dirname(name) for name in files if not name.startswith(inside)})


def quoted(path):
    """A path as one word for gdb."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def link_base(path):
    """Virtual address of an image's first byte: the first loaded byte of Mortise's ELF."""
    from tenon import bytecount, elf
    loads = [segment.virtual for segment in bytecount.open_elf(path).segments
             if segment.kind == elf.PT_LOAD]
    return min(loads) & ~0xfff
