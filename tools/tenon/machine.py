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
END = b"\x04"
PR_SET_PDEATHSIG = 1
NOISE = re.compile(r"warning: nic \S+ has no peer|^qemu: module audio-"
                   r"|^audio: Device .* is deprecated"
                   r"|icount sleep disabled and no active timers")  # all CPUs sleep, or are off


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
    """Standard input for the guest.

    A terminal stays as it is: lines, with echo and editing, Ctrl-D for the end; `raw` gives
    single keys without echo instead, and Ctrl-C ends the run in both. A terminal in the
    background must not be touched (the kernel would stop us): `fd` is None then, as it is when
    there is no standard input.
    """

    def __init__(self, raw, fd=0):
        self.fd = fd
        self.raw = raw
        self.saved = None
        self.terminal = False
        try:
            self.terminal = os.isatty(fd)
            if self.terminal and os.tcgetpgrp(fd) != os.getpgrp():
                self.fd = None
            else:
                os.fstat(fd)
        except OSError:
            self.fd = None

    def __enter__(self):
        if self.raw and self.fd is not None and self.terminal:
            self.saved = termios.tcgetattr(self.fd)
            keys = termios.tcgetattr(self.fd)
            keys[0] &= ~(termios.ICRNL | termios.IXON)
            keys[3] &= ~(termios.ICANON | termios.ECHO)  # not ISIG, which Ctrl-C needs
            termios.tcsetattr(self.fd, termios.TCSADRAIN, keys)
        return self

    def __exit__(self, *exc):
        if self.saved:
            termios.tcsetattr(self.fd, termios.TCSADRAIN, self.saved)


def write_all(fd, data):
    """Write every byte of `data` to `fd`."""
    while data:
        data = data[os.write(fd, data):]


def cpu_seconds(pid):
    """Processor time that a process has used so far."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Gate:
    """When the machine may have input: a UART that nobody has enabled yet drops what arrives.

    The first output of the image shows that it is enabled. A program that reads before it
    prints gets its input when a boot must be over: QEMU's processor time tells that whatever
    else the host is doing, and a bound on real time is for a guest that sleeps.
    """

    CPU = 0.5
    REAL = 8.0
    POLL = 0.05

    def __init__(self, pid):
        self.pid = pid
        self.since = None

    def is_open(self, watcher):
        """Whether input may flow now."""
        if watcher.spoken or not watcher.started:
            return watcher.started
        now = (cpu_seconds(self.pid), time.monotonic())
        self.since = self.since or now
        return now[0] - self.since[0] >= self.CPU or now[1] - self.since[1] >= self.REAL


class Console:
    """Moves bytes between the machine and us until it ends or `watcher` has seen enough."""

    def __init__(self, process, watcher, keyboard, timeout):
        self.process = process
        self.watcher = watcher
        self.input = keyboard.fd
        self.terminal = keyboard.terminal
        self.last = b"\n"
        self.pending = b"" if self.input is not None else END
        self.gate = Gate(process.pid)
        self.errors = b""
        self.open = {process.stdout.fileno(), process.stderr.fileno()}
        self.deadline = time.monotonic() + timeout if timeout else None
        os.set_blocking(process.stdin.fileno(), False)

    def wait(self, held):
        """Seconds until something must be decided, or None; input that is held asks often."""
        ends = [t for t in (self.deadline, self.watcher.stop_at) if t is not None]
        left = max(0, min(ends) - time.monotonic()) if ends else None
        if held and self.watcher.started:
            return Gate.POLL if left is None else min(left, Gate.POLL)
        return left

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
            held = self.pending and not self.gate.is_open(self.watcher)
            writers = [self.process.stdin] if self.pending and not held else []
            ready, writable, _ = select.select(readers, writers, [], self.wait(held))
            if writable:
                self.send()
            for fd in ready:
                self.receive(fd)

    def receive(self, fd):
        data = os.read(fd, CHUNK)
        if fd == self.input:
            self.take_input(data)
        elif not data:
            self.open.discard(fd)
        elif fd == self.process.stdout.fileno():
            write_all(sys.stdout.fileno(), self.watcher.feed(data))
        else:
            self.errors += data

    def take_input(self, data):
        """Keep what the program shall read. The end of input is a character to it, as on any
        serial line, and behind an unfinished line it takes two: one ends the line."""
        if data:
            self.pending, self.last = data, data[-1:]
            return
        self.pending = END if self.last == b"\n" else END + END
        self.last = b"\n"
        if not self.terminal:
            self.input = None

    def send(self):
        try:
            self.pending = self.pending[os.write(self.process.stdin.fileno(), self.pending):]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self.pending, self.input = b"", None


def run(argv, watcher, timeout, raw=False):
    """Run `argv`, a QEMU with its serial port on standard input and output, under `watcher`.

    Returns QEMU's own exit code, None when it was stopped.  What it wrote to standard error is
    shown unless the run ends in a refusal that contains it.
    """
    sys.stdout.flush()
    with Signals(), Keyboard(raw) as keyboard:
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
    """QEMU's messages without those about network, sound and sleep, which nobody asked for."""
    return "\n".join(line for line in text.splitlines() if not NOISE.search(line)).strip()


def strip_name(line):
    """QEMU's message without its own `program: ` prefix."""
    return line.split(": ", 1)[1] if line.startswith("qemu-system-") and ": " in line else line
