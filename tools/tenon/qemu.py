# SPDX-License-Identifier: Apache-2.0
"""The QEMU command line for an image on its board, and what the serial lines of a run mean.

Board facts come from the board's folder, everything else from the image.  machine.py starts
and ends the process.
"""
import os
import re
import time

from tenon import cache, errors, imagefile
from tenon.sizes import show

MIB = 1 << 20
QEMU = "qemu-system-aarch64"
ICOUNT = ["-icount", "shift=0,sleep=off"]
# One line and one message for everything that a run wants to know of Mortise.
ENDED = re.compile(rb'(?:mortise: partition \d+|(?:tenon|native): program) "([^"\r\n]*)" '
                   rb'(?:exit (\d+)|fault: ([^\r\n]*))')
# Any other line of Mortise's, but for those that say what it does about an end.
REFUSED = re.compile(rb'^mortise: (?!partition \d+ "[^"\r\n]*" (?:restarts|is not restarted))'
                     rb"(\S[^\r\n]*)")
UBOOT_LEAVES = re.compile(rb"Starting kernel \.\.\.\r*\n\r*\n")
UBOOT_TRAP = re.compile(rb'^"([^"]*)" handler, esr')
UBOOT_ERROR = re.compile(rb"ERROR: ([^\r\n]*)")
UBOOT_PROMPT = re.compile(rb"(?:^|\n)\S*=> $")
FAULT_STATUS = 139
# How long a machine may go on to end by itself after the expected text has been seen.
GRACE = 2.0


def memory_mib(board, memory_size):
    """RAM of the machine: the board's, more when the image needs more than half of it.

    Half is for what the boot loader wants beside the image: the DTB, U-Boot and its copy.
    """
    have = sum(bank["size"] for bank in board.ram)
    need = max(have, 2 * memory_size)
    return -(-need // MIB)


def machine_args(board, image, icount):
    """The part of the command line that is the same for every way to boot."""
    qemu = board.data.get("qemu")
    if not qemu:
        raise errors.Refusal(errors.USAGE, f"board '{board.name}' has no QEMU model; "
                             "boot the image on the board itself")
    args = [QEMU, "-M", qemu["machine"], "-m", f"{memory_mib(board, image.memory_size)}M",
            "-smp", str(max(image.cpu_count, qemu.get("min_cpus", 1))),
            "-display", "none", "-monitor", "none", "-no-reboot"]
    if "cpu" in qemu:
        args += ["-cpu", qemu["cpu"]]
    extra = list(qemu.get("args", []))
    if "none" not in extra:
        extra += ["-nic", "none"]
    return args + extra + (ICOUNT if icount else [])


SERIAL = ["-chardev", "stdio,id=tenon,signal=off", "-serial", "chardev:tenon"]


def boot_args(board, image, boot):
    """How QEMU gets at the image: itself, or through the board's U-Boot."""
    if boot == "kernel":
        return ["-kernel", image.path]
    uboot = board.data.get("uboot", {})
    if "elf" in uboot:
        # One of the cache, whose own boot command is `booti` of what lies at `load`.
        elf = cache.uboot(uboot["elf"])
        return ["-kernel", elf,
                "-device", f"loader,file={image.path.replace(',', ',,')},addr={uboot['load']:#x},force-raw=on"]
    bios = uboot.get("bios")
    if not bios:
        raise errors.Refusal(errors.USAGE, f"board '{board.name}' has no U-Boot for QEMU; "
                             "run it with --boot kernel")
    bios = os.path.expanduser(bios)
    if not os.path.exists(bios):
        raise errors.Refusal(errors.TOOL, f"{bios}: no such file; 'apt-get install u-boot-qemu'")
    return ["-bios", bios, "-kernel", image.path, "-initrd", image.path]


class Watcher:
    """Reads what the machine prints: how partitions ended, expected texts, U-Boot's end."""

    def __init__(self, expect=(), uboot=False, quiet_boot=False):
        self.expect = [text.encode() for text in expect]
        self.missing = list(self.expect)
        self.uboot = uboot
        self.started = not uboot
        self.quiet = uboot and quiet_boot
        self.seen_any = False
        self.spoken = False
        self.timed_out = False
        self.stop_at = None
        self.stuck = None
        self.refused = None
        self.ended = []
        self.tail = b""
        self.line = b""
        self.splitter = None  # split.Splitter, when each partition's lines are wanted apart

    def feed(self, data):
        """Take the machine's next bytes; returns those that the user should see."""
        self.seen_any = True
        if not self.started:
            return self.feed_boot(data)
        self.scan(data)
        return data

    def feed_boot(self, data):
        """The same while U-Boot runs, which must not see our input: a key stops its boot."""
        self.tail += data
        mark = UBOOT_LEAVES.search(self.tail)
        if not mark:
            if UBOOT_PROMPT.search(self.tail[-16:]):
                said = UBOOT_ERROR.search(self.tail)
                self.stuck = said.group(1).decode(errors="replace") if said else ""
                self.stop_at = 0
            return b"" if self.quiet else data
        after = self.tail[mark.end():]
        self.started = True
        self.tail = b""
        self.scan(after)
        return after if self.quiet else data

    def scan(self, data):
        """Look for whole lines of Mortise's and for the expected texts."""
        self.spoken = self.spoken or bool(data)
        text = self.tail + data
        self.missing = [want for want in self.missing if want not in text]
        keep = max((len(want) for want in self.expect), default=1) - 1
        self.tail = text[-keep:] if keep else b""
        if self.expect and not self.missing and self.stop_at is None:
            self.stop_at = time.monotonic() + GRACE
        lines = (self.line + data).split(b"\n")
        self.line = lines.pop()[-4096:]
        for line in lines:
            self.take_line(line)
            if self.splitter:
                self.splitter.take(line)

    def take_line(self, line):
        found = ENDED.search(line)
        if found:
            name, status, reason = found.groups()
            self.ended.append((name.decode(errors="replace"),
                               int(status) if status else FAULT_STATUS,
                               reason.decode(errors="replace").rstrip() if reason else None))
        elif not self.ended and self.refused is None:
            found = REFUSED.match(line)
            trap = self.uboot and UBOOT_TRAP.match(line)
            if found:
                self.refuse(found.group(1).decode(errors="replace").rstrip())
            elif trap:
                self.refuse(f"U-Boot caught a {trap.group(1).decode(errors='replace')}")

    def refuse(self, reason):
        """The image did not start; nothing more will come, and not every board powers off."""
        self.refused = reason
        if self.stop_at is None:
            self.stop_at = time.monotonic() + GRACE

    def verdict(self, image, timeout):
        """Raises the Refusal for a run that did not succeed."""
        problems = []
        for name, status, reason in self.ended:
            if reason is not None:
                problems.append(f"partition '{name}' faulted: {reason}{cure(image, name, reason)}")
            elif status:
                problems.append(f"partition '{name}' ended with status {status}")
        if self.stuck is not None:
            problems.append(f"U-Boot did not start the image{stuck_reason(self.stuck)}")
        if self.refused is not None:
            problems.append(f"the image did not start: {self.refused}")
        if not problems and self.timed_out and (self.missing or not self.expect):
            raise errors.Refusal(errors.TIMEOUT, f"{image.path}: did not end within "
                                 f"{timeout:g} s{self.missing_text(' and ')}; "
                                 "give it more with --timeout")
        if not problems and self.missing:
            problems.append(f"{image.path}: ended{self.missing_text(' but ')}")
        if problems:
            raise errors.Refusal(errors.RUN, "; ".join(problems))

    def missing_text(self, joint):
        if not self.missing:
            return ""
        texts = ", ".join(f"'{text.decode()}'" for text in self.missing)
        return f"{joint}never printed {texts}"


def cure(image, name, reason):
    """What helps against the two faults of a program that was given too little memory."""
    report = imagefile.image_report(image, missing={})
    component = next((item for item in report.get("components", [])
                      if item["name"] == name and "stack" in item), None)
    if component is None:
        return ""
    if reason.startswith("stack overflow"):
        return f"; its stack has {show(component['stack'])}, give it more with --stack"
    if re.match(r"(?:data|instruction) abort \(translation fault\) at 0x0{13}", reason):
        full = f", which malloc returns when the heap of {show(component['heap'])} is full " \
            "(--heap)" if component["heap"] else ""
        return f"; that is a null pointer{full}"
    return ""


def stuck_reason(said):
    """U-Boot's own error and what to do. QEMU's U-Boot has a fixed place for the initrd that its
    boot command insists on, and memory beyond it is out of an image's reach."""
    if "overlaps" in said:
        return f": {said}; the image takes more memory than there is room for, run it with " \
            "--boot kernel"
    return f": {said}" if said else "; run it without --quiet-boot to see why"
