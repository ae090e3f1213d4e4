# SPDX-License-Identifier: Apache-2.0
"""One QEMU process: its serial port is our standard input and output, and it never outlives us.

What to start is decided in qemu.py; what the lines of the guest mean is decided by the Watcher
that the caller passes.  This module moves the bytes, keeps the time and ends the process.
"""
import ctypes
import os
import re
import select
import signal
import subprocess
import sys
import termios
import time

from tenon import errors

CHUNK = 65536
PR_SET_PDEATHSIG = 1
NOISE = re.compile(r"warning: nic \S+ has no peer|^qemu: module audio-"
                   r"|^audio: Device .* is deprecated")


def die_with(parent):
    """A preexec function: the kernel kills the child when `parent` is gone, however it ends."""
    libc = ctypes.CDLL(None, use_errno=True)

    def setup():
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return setup


def start(argv, **kwargs):
    """Start `argv` out of reach of the terminal's Ctrl-C, to die with this process."""
    try:
        return subprocess.Popen(argv, start_new_session=True,
                                preexec_fn=die_with(os.getpid()),
                                env={**os.environ, "QEMU_AUDIO_DRV": "none"}, **kwargs)
    except FileNotFoundError:
        raise errors.Refusal(errors.TOOL, f"{argv[0]}: not installed; "
                             "'apt-get install qemu-system-arm'") from None


def stop(process):
    """End a process that start() returned, and wait for it."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Signals:
    """While entered, SIGTERM and SIGHUP unwind the stack instead of ending Python at once."""

    def __enter__(self):
        self.old = {number: signal.signal(number, self.leave)
                    for number in (signal.SIGTERM, signal.SIGHUP)}

    def __exit__(self, *exc):
        for number, handler in self.old.items():
            signal.signal(number, handler)

    @staticmethod
    def leave(number, _frame):
        raise SystemExit(128 + number)


class Keyboard:
    """Standard input for the guest: a terminal gives single keys without echo meanwhile.

    A terminal in the background must not be touched (the kernel would stop us), and a closed
    descriptor is no input: `fd` is None then.
    """

    def __init__(self, fd=0):
        self.fd = fd
        self.saved = None
        try:
            if os.isatty(fd) and os.tcgetpgrp(fd) != os.getpgrp():
                self.fd = None
            else:
                os.fstat(fd)
        except OSError:
            self.fd = None

    def __enter__(self):
        if self.fd is not None and os.isatty(self.fd):
            self.saved = termios.tcgetattr(self.fd)
            raw = termios.tcgetattr(self.fd)
            raw[0] &= ~(termios.ICRNL | termios.IXON)
            raw[3] &= ~(termios.ICANON | termios.ECHO)  # ISIG stays: Ctrl-C ends the run
            termios.tcsetattr(self.fd, termios.TCSADRAIN, raw)
        return self

    def __exit__(self, *exc):
        if self.saved:
            termios.tcsetattr(self.fd, termios.TCSADRAIN, self.saved)


def write_all(fd, data):
    """Write every byte of `data` to `fd`."""
    while data:
        data = data[os.write(fd, data):]


class Console:
    """Moves bytes between the machine and us until it ends or `watcher` has seen enough."""

    def __init__(self, process, watcher, keyboard, timeout):
        self.process = process
        self.watcher = watcher
        self.input = keyboard.fd
        self.pending = b""
        self.errors = b""
        self.open = {process.stdout.fileno(), process.stderr.fileno()}
        self.deadline = time.monotonic() + timeout if timeout else None
        os.set_blocking(process.stdin.fileno(), False)

    def wait(self):
        """Seconds until something must be decided, or None."""
        ends = [t for t in (self.deadline, self.watcher.stop_at) if t is not None]
        return max(0, min(ends) - time.monotonic()) if ends else None

    def expired(self):
        now = time.monotonic()
        if self.watcher.stop_at is not None and now >= self.watcher.stop_at:
            return True
        self.watcher.timed_out = self.deadline is not None and now >= self.deadline
        return self.watcher.timed_out

    def pump(self):
        """Run until the machine ends, time is up or the watcher wants to stop."""
        while self.process.stdout.fileno() in self.open and not self.expired():
            readers = list(self.open)
            if self.input is not None and not self.pending:
                readers.append(self.input)
            writers = [self.process.stdin] if self.pending and self.watcher.started else []
            ready, writable, _ = select.select(readers, writers, [], self.wait())
            if writable:
                self.send()
            for fd in ready:
                self.receive(fd)

    def receive(self, fd):
        data = os.read(fd, CHUNK)
        if fd == self.input:
            self.pending += data
            if not data:
                self.input = None
        elif not data:
            self.open.discard(fd)
        elif fd == self.process.stdout.fileno():
            write_all(sys.stdout.fileno(), self.watcher.feed(data))
        else:
            self.errors += data

    def send(self):
        try:
            self.pending = self.pending[os.write(self.process.stdin.fileno(), self.pending):]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self.pending, self.input = b"", None


def run(argv, watcher, timeout):
    """Run `argv`, a QEMU with its serial port on standard input and output, under `watcher`.

    Returns QEMU's own exit code, None when it was stopped.  What it wrote to standard error is
    shown unless the run ends in a refusal that contains it.
    """
    sys.stdout.flush()
    with Signals(), Keyboard() as keyboard:
        process = start(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE)
        console = Console(process, watcher, keyboard, timeout)
        try:
            console.pump()
            code = None
            if process.stdout.fileno() not in console.open:
                code = process.wait()
                console.errors += process.stderr.read()
        finally:
            stop(process)
    report = worth_showing(console.errors.decode(errors="replace"))
    if code and not watcher.seen_any:
        line = report.splitlines()[-1] if report else f"ended with {code}"
        raise errors.Refusal(errors.TOOL, f"{os.path.basename(argv[0])}: {strip_name(line)}")
    if report:
        print(report, file=sys.stderr)
    return code


def worth_showing(text):
    """QEMU's messages without those about a board's network and sound, which nobody asked for."""
    return "\n".join(line for line in text.splitlines() if not NOISE.search(line)).strip()


def strip_name(line):
    """QEMU's message without its own `program: ` prefix."""
    return line.split(": ", 1)[1] if line.startswith("qemu-system-") and ": " in line else line
