# SPDX-License-Identifier: Apache-2.0
"""`tnimage trace`: what an image that records a trace did, for Perfetto or babeltrace."""
import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time

from tenon import errors

DESCRIPTION = """\
Run an image that was built with --set TRACE=y, and write what it recorded: which thread ran
when, who woke up, waited and ended, interrupts, timers, contended mutexes, and the program's own
marks (tn_trace_mark() of <tn/mark.h>). The machine is stopped when every partition has ended, or
after --timeout seconds, and the rings are read from its memory. The last 1024 events are there;
--set TRACE_LOG2=16 at the build keeps 65536.
"""
EPILOG = """\
examples:
  tnimage build app.c --mode tenon --set TRACE=y
  tnimage trace app.img                        app.json: open it with ui.perfetto.dev
  tnimage trace app.img --timeout 5            of a program that never ends
  tnimage trace app.img --format ctf           app.ctf/: babeltrace2 app.ctf
  tnimage trace app.img --format text -o -     a line an event
  tnimage trace app.img --memory dump.bin      a debug probe's dump of the image's memory
  tnimage trace app.img --qmp SOCKET           a QEMU that runs, and goes on
                                               (-qmp unix:SOCKET,server=on,wait=off)

exit codes: 0 ok, 2 usage, or the image records nothing, 7 QEMU is missing
"""
FORMATS = {"json": ".json", "ctf": ".ctf", "text": ".txt"}


def add(sub):
    """Add the command's parser."""
    from tenon.commands.run import seconds
    parser = sub.add_parser("trace", help="record what an image does, for Perfetto or babeltrace",
                            description=DESCRIPTION, epilog=EPILOG,
                            usage="tnimage trace IMG [options]")
    parser.add_argument("image", metavar="IMG", help="image that 'tnimage build' wrote")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to; '-' is standard output, "
                        "not for ctf; default: the image's name with .json, .ctf or .txt")
    parser.add_argument("--format", choices=tuple(FORMATS), default="json",
                        help="json: Chrome's format, which Perfetto opens; ctf: a folder that "
                        "babeltrace reads; text; default: json")
    parser.add_argument("--timeout", metavar="S", type=seconds,
                        help="stop a program that does not end after S seconds")
    parser.add_argument("--icount", action="store_true",
                        help="count instructions as time: the same run every time")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--memory", metavar="FILE", help="do not run it: a dump that holds all of "
                       "the image's memory")
    where.add_argument("--qmp", metavar="SOCKET", help="do not run it: a QEMU that runs it")
    parser.add_argument("-v", "--verbose", action="store_true", help="show QEMU's command line")


def run(args):
    """Get the memory, find the rings, write them."""
    from tenon import board as boards, imagefile, ring
    if args.format == "ctf" and args.output == "-":
        raise errors.Refusal(errors.USAGE, "--format ctf: is a folder, not for standard output; "
                             "name one with -o")
    image = imagefile.load(args.image)
    board = boards.load(image.board)
    if args.memory:
        dump = read_file(args.memory)
    elif args.qmp:
        with tempfile.TemporaryDirectory(prefix="tnimage-") as folder:
            dump = look(connect(args.qmp), board, image, folder)
    else:
        if not may_record(image):
            ring.refuse(image)
        dump = record(args, board, image)
    rings = ring.read(dump, image)
    write(args, image, rings)
    return errors.OK


def may_record(image):
    """Whether a program of the image has a trace; what a slot will have nobody knows."""
    from tenon import imagefile
    parts = imagefile.image_report(image, missing={"components": [{"mode": "slot"}]})["components"]
    return any(part["mode"] == "slot" or part.get("options", {}).get("TRACE") == "y" for part in parts)


def read_file(path):
    """The bytes of a dump."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise errors.Refusal(errors.USAGE, f"{path}: {error.strerror}") from None


def record(args, board, image):
    """Run the image until it has ended or the time is over; returns its memory."""
    from tenon import machine, qemu
    with tempfile.TemporaryDirectory(prefix="tnimage-") as folder, machine.Signals():
        path = os.path.join(folder, "qmp")
        argv = (qemu.machine_args(board, image, args.icount) + qemu.SERIAL
                + qemu.boot_args(board, image, "kernel")
                + ["-S", "-action", "shutdown=pause", "-qmp", f"unix:{path},server=on,wait=off"])
        if args.verbose:
            print(shlex.join(argv), file=sys.stderr)
        sys.stdout.flush()
        process = machine.start(argv, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        try:
            monitor = connect(path, process)
            monitor.command("cont")
            monitor.wait("SHUTDOWN", args.timeout)
            dump = save(monitor, board, image, folder)
            monitor.quit()
            process.wait(10)
            return dump
        finally:
            machine.stop(process)


class Monitor:
    """QEMU's machine protocol, a JSON object a line."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")
        self.events = []
        self.line()
        self.command("qmp_capabilities")

    def line(self):
        """The next object; an end of QEMU is a refusal."""
        text = self.file.readline()
        if not text:
            raise errors.Refusal(errors.RUN, "QEMU ended before its memory was read; its message "
                                 "is above")
        return json.loads(text)

    def command(self, name, **arguments):
        """Execute one command; returns its answer."""
        request = {"execute": name, "arguments": arguments}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            answer = self.line()
            if "event" in answer:
                self.events.append(answer["event"])
            elif "error" in answer:
                raise errors.Refusal(errors.RUN, f"QEMU: {answer['error']['desc']}")
            else:
                return answer["return"]

    def quit(self):
        """End QEMU, which need not answer."""
        self.socket.sendall(b'{"execute": "quit"}\n')

    def wait(self, event, timeout):
        """Until the event came, or `timeout` seconds (None: for ever) are over."""
        self.socket.settimeout(timeout)
        try:
            while event not in self.events:
                self.events.append(self.line().get("event"))
        except TimeoutError:
            # A timeout leaves the buffered reader unusable.
            self.file = self.socket.makefile("rb")
        self.socket.settimeout(None)


def connect(path, process=None):
    """The monitor of a QEMU that listens there; one that just starts is waited for."""
    try:
        while True:
            try:
                return Monitor(path)
            except (ConnectionRefusedError, FileNotFoundError):
                if process is None or process.poll() is not None:
                    raise
                time.sleep(0.01)
    except OSError as error:
        raise errors.Refusal(errors.USAGE, f"{path}: no QEMU listens there: {error.strerror}"
                             ) from None


def look(monitor, board, image, folder):
    """The memory of a machine that somebody else started, and that goes on if it ran."""
    runs = monitor.command("query-status")["running"]
    try:
        return save(monitor, board, image, folder)
    finally:
        if runs:
            monitor.command("cont")


def save(monitor, board, image, folder):
    """Stop the machine and read the memory that the image takes."""
    from tenon.commands.debug import LOAD_OFFSET
    path = os.path.join(folder, "memory")
    monitor.command("stop")
    monitor.command("pmemsave", val=board.ram[0]["base"] + LOAD_OFFSET, size=image.memory_size,
                    filename=path)
    return read_file(path)


def write(args, image, rings):
    """The rings in the format that was asked for."""
    from tenon import traceout
    stem = os.path.splitext(image.path)[0]
    output = args.output or stem + FORMATS[args.format]
    if args.format == "ctf":
        traceout.write_ctf(rings, output)
    else:
        text = traceout.as_json(rings) if args.format == "json" else traceout.as_text(rings)
        if output == "-":
            sys.stdout.write(text)
            return
        with open(output, "w", encoding="utf-8") as file:
            file.write(text)
    count = sum(len(source.events) for source in rings)
    lost = sum(source.lost for source in rings)
    more = f", {lost} older ones were overwritten" if lost else ""
    print(f"{output}: {count} events{more}")
