# SPDX-License-Identifier: Apache-2.0
"""Between gdb and QEMU's gdbserver: Tenon's threads as gdb's threads.

QEMU knows CPUs. This passes the remote protocol on, answers what is asked about threads, and
makes up the registers of one that does not run from its voluntary frame (docs/tenon.md). Where
no kernel runs, a CPU is a thread, as QEMU has it.
"""
import re
import select
import socket
import threading

from tenon import elf

FRAME_REGISTERS = (29, 30, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28)  # in order of address
SP, PC = 31, 32
STATES = ((4, "ended"), (2, "suspended"), (1, "waits"))
THREADS_MOST = 4096
NAME_LONGEST = 32
FIRST = 256  # number of the first thread; those below are CPUs of QEMU's


def kernel_of(path):
    """What is to be known of Tenon in this ELF file; None when it is not there."""
    from elftools.elf.elffile import ELFFile
    symbols = elf.Elf(path).by_name
    if "tn_thread_list" not in symbols:
        return None
    with open(path, "rb") as file:
        for unit in ELFFile(file).get_dwarf_info().iter_CUs():
            top = unit.get_top_DIE()
            if b"rtos/kernel/" not in top.attributes["DW_AT_name"].value:
                continue
            for die in top.iter_children():
                if die.tag == "DW_TAG_structure_type" and die.has_children and \
                        _name(die) == "tn_thread":
                    return Kernel(symbols["tn_thread_list"].value, die)
    return None


def _name(die):
    found = die.attributes.get("DW_AT_name")
    return found.value.decode() if found else None


class Kernel:
    """Where the list of threads is, and a thread's fields."""

    def __init__(self, head, die):
        self.head = head
        self.size = die.attributes["DW_AT_byte_size"].value
        self.at = {_name(member): member.attributes["DW_AT_data_member_location"].value
                   for member in die.iter_children() if member.tag == "DW_TAG_member"}


class Thread:
    """One thread as its memory says at a stop."""

    def __init__(self, number, address, cpu, data, kernel):
        self.number, self.address, self.cpu = number, address, cpu
        self.sp = self._word(data, kernel.at["sp"])
        self.name_at = self._word(data, kernel.at["name"])
        self.next = self._word(data, kernel.at["all"])
        self.state = data[kernel.at["state"]]
        self.prio = int.from_bytes(data[kernel.at["base_prio"]:][:4], "little")
        self.name = "?"
        self.running = False

    @staticmethod
    def _word(data, at):
        return int.from_bytes(data[at:at + 8], "little")

    def about(self):
        """For the list of threads."""
        state = next((word for bit, word in STATES if self.state & bit), "ready")
        return f"{self.name}, priority {self.prio}, {'runs' if self.running else state}"


class Packets:
    """One side of the protocol: bytes in, packets out."""

    def __init__(self, sock):
        self.socket = sock
        self.data = b""

    def send(self, body):
        self.socket.sendall(b"$" + body + b"#%02x" % (sum(body) & 0xff))

    def feed(self):
        """Read what is there; False at the end of the connection."""
        data = self.socket.recv(65536)
        self.data += data
        return bool(data)

    def next(self):
        """The next packet, b"\\x03" for an interruption, or None; packets are acknowledged."""
        while self.data:
            if self.data[:1] == b"\x03":
                self.data = self.data[1:]
                return b"\x03"
            if self.data[:1] != b"$":
                self.data = self.data[1:]
                continue
            end = self.data.find(b"#")
            if end < 0 or len(self.data) < end + 3:
                return None
            body, self.data = self.data[1:end], self.data[end + 3:]
            self.socket.sendall(b"+")
            return body
        return None


class Proxy:
    """`listen` is a path for gdb; `target` one where QEMU listens; kernels: {CPU: Kernel}."""

    def __init__(self, listen, target, kernels):
        self.kernels = kernels
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(listen)
        self.server.listen(1)
        self.target = socket.socket(socket.AF_UNIX)
        self.target.connect(target)
        self.qemu = Packets(self.target)
        self.gdb = None
        self.threads = None   # {number: Thread}, of this stop
        self.current = {}     # CPU: number of the thread that runs
        self.selected = None  # a Thread that does not run, or None: QEMU's own
        self.tpidr = None
        self.cpus = []
        self.general = None   # the CPU that stopped, or that gdb chose since: whose registers are read
        self.numbers = {}     # (CPU, address): number for gdb, which has 31 bits for it

    def start(self):
        """Serve one gdb in the background."""
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        try:
            connection, _ = self.server.accept()
            self.gdb = Packets(connection)
            while self.turn():
                pass
        except OSError:
            pass
        finally:
            self.target.close()
            if self.gdb:
                self.gdb.socket.close()

    def turn(self):
        """Wait for either side and pass on what it said."""
        ready, _, _ = select.select([self.gdb.socket, self.target], [], [])
        for side in (self.gdb, self.qemu):
            if side.socket in ready and not side.feed():
                return False
        while (packet := self.gdb.next()) is not None:
            if packet == b"\x03":
                self.target.sendall(packet)
            else:
                self.request(packet)
        while (packet := self.qemu.next()) is not None:
            self.gdb.send(self.reply(packet))
        return True

    def ask(self, body):
        """A question of our own to QEMU while the machine stands."""
        self.qemu.send(body)
        while (answer := self.qemu.next()) is None:
            if not self.qemu.feed():
                raise OSError("QEMU is gone")
        return answer

    # What gdb says

    def request(self, packet):
        """Answer, or pass on with QEMU's numbers of CPUs."""
        text = packet.decode("latin-1")
        answer = self.local(text)
        if answer is not None:
            self.gdb.send(answer)
            return
        if text.startswith("qSupported"):
            text = text.replace("multiprocess+;", "").replace(";multiprocess+", "")
        elif text.startswith("vCont;"):
            text = re.sub(r":(-?[0-9a-f]+)", lambda m: f":{self.cpu_of(m[1])}", text)
            self.threads = None
        elif text[:1] in "csCSk" and not text.startswith("vCont"):
            self.threads = None
        self.qemu.send(text.encode("latin-1"))

    def local(self, text):
        """Our own answer; None: QEMU is asked."""
        if text[:2] in ("Hg", "Hc"):
            return self.select(text)
        if text == "qfThreadInfo":
            return b"m" + ",".join(f"{n:x}" for n in self.list()).encode()
        if text == "qsThreadInfo":
            return b"l"
        if text == "qC":
            return b"QC%x" % self.now(self.cpus[0] if self.cpus else 1)
        if text.startswith("qThreadExtraInfo,"):
            thread = self.list().get(int(text.split(",")[1], 16))
            return thread.about().encode().hex().encode() if thread else self.cpu_about(text)
        if text[:1] == "T" and re.fullmatch(r"T[0-9a-f]+", text):
            return b"OK" if int(text[1:], 16) in self.list() else b"E22"
        if self.selected is not None:
            if text == "g":
                return self.registers(self.selected)
            if text[:1] == "p":
                return self.register(self.selected, int(text[1:], 16))
            if text[:1] in "GP":
                return b"E01"  # it does not run: its registers are what it stored
        return None

    @staticmethod
    def cpu_about(text):
        return f"CPU {int(text.split(',')[1], 16) - 1}".encode().hex().encode()

    def select(self, text):
        """H: a thread that does not run is read from memory, any other is its CPU."""
        number = int(text[2:], 16)
        thread = self.list().get(number) if number > 0 else None
        if text[1] == "g":
            self.selected = thread if thread and not thread.running else None
        cpu = self.cpu_of(text[2:])
        if text[1] == "g" and int(cpu, 16) > 0:
            self.general = int(cpu, 16)
        return self.ask(f"H{text[1]}{cpu}".encode())

    def cpu_of(self, text):
        """QEMU's number for a thread's, which may be -1 or 0 for any."""
        number = int(text, 16)
        thread = self.list().get(number) if number > 0 and self.threads is not None else None
        return f"{thread.cpu:x}" if thread else text if number < FIRST else "1"

    # What QEMU says

    def reply(self, packet):
        """A stop names our thread; nobody learns that QEMU knows processes."""
        text = packet.decode("latin-1")
        if text.startswith("PacketSize="):
            return text.replace("multiprocess+", "multiprocess-").encode("latin-1")
        found = re.match(r"(T[0-9a-f]{2}.*?thread:)p?(?:[0-9a-f]+\.)?([0-9a-f]+)(;.*)", text)
        if found:
            self.threads = None
            self.selected = None
            self.general = int(found[2], 16)
            return (found[1] + f"{self.now(int(found[2], 16)):x}" + found[3]).encode("latin-1")
        return packet

    def now(self, cpu):
        """The thread that runs on a CPU, or the CPU itself."""
        self.list()
        return self.current.get(cpu, cpu)

    # The threads

    def list(self):
        """{number: Thread}, and CPUs without a kernel as {number: None}, read once a stop."""
        if self.threads is None:
            self.threads, self.current = {}, {}
            if not self.cpus:
                self.cpus = self.all_cpus()
            for cpu in self.cpus:
                if not self.find(cpu):
                    self.threads[cpu] = None
            self.ask(f"Hg{self.general or self.cpus[0]:x}".encode())
        return self.threads

    def all_cpus(self):
        found = re.findall(r"(?:p[0-9a-f]+\.)?([0-9a-f]+)[,;]?",
                           self.ask(b"qfThreadInfo").decode()[1:])
        rest = self.ask(b"qsThreadInfo")
        while rest[:1] == b"m":
            found += re.findall(r"(?:p[0-9a-f]+\.)?([0-9a-f]+)[,;]?", rest.decode()[1:])
            rest = self.ask(b"qsThreadInfo")
        return [int(number, 16) for number in found]

    def find(self, cpu):
        """The threads of the kernel on this CPU, if it is there and runs one of them."""
        kernel = self.kernels.get(cpu - 1)
        if kernel is None or self.ask(f"Hg{cpu:x}".encode()) != b"OK":
            return False
        running = self.thread_register()
        known = [t for t in self.threads.values() if t and t.address == running
                 and self.kernels.get(t.cpu - 1) is kernel]
        if not known:
            found = self.walk(kernel, cpu)
            known = [t for t in found if t.address == running]
            if not known:
                return False
            self.threads.update((t.number, t) for t in found)
        known[0].running, known[0].cpu = True, cpu
        self.current[cpu] = known[0].number
        return True

    def walk(self, kernel, cpu):
        """All threads from the kernel's list; none when the memory makes no sense."""
        found, seen = [], set()
        address = int.from_bytes(self.memory(kernel.head, 8), "little")
        while address and address not in seen and len(found) < THREADS_MOST:
            seen.add(address)
            data = self.memory(address, kernel.size)
            if len(data) < kernel.size:
                return []
            number = self.numbers.setdefault((cpu, address), FIRST + len(self.numbers))
            thread = Thread(number, address, cpu, data, kernel)
            thread.name = self.memory(thread.name_at, NAME_LONGEST).split(b"\0")[0].decode(
                "utf-8", "replace") or "?"
            found.append(thread)
            address = thread.next
        return found[::-1]

    def memory(self, address, size):
        """Bytes as the selected CPU sees them, none when it does not."""
        try:
            return bytes.fromhex(self.ask(b"m%x,%x" % (address, size)).decode())
        except ValueError:
            return b""

    def thread_register(self):
        """TPIDR_EL1 of the selected CPU."""
        if self.tpidr is None:
            self.tpidr = self.register_number("TPIDR_EL1")
        if self.tpidr < 0:
            return 0
        try:
            return int.from_bytes(bytes.fromhex(self.ask(b"p%x" % self.tpidr).decode()), "little")
        except ValueError:
            return 0

    def register_number(self, name):
        """From QEMU's description of its system registers; -1: it has none."""
        text, at = "", 0
        while True:
            part = self.ask(b"qXfer:features:read:system-registers.xml:%x,ffb" % at).decode(
                "latin-1")
            if part[:1] not in "ml":
                return -1
            text += part[1:]
            at += len(part) - 1
            if part[:1] == "l" or len(part) == 1:
                break
        found = re.search(rf'<reg name="{name}"[^>]*regnum="(\d+)"', text)
        return int(found[1]) if found else -1

    # A thread that does not run

    def frame(self, thread):
        """{register: value} of its voluntary frame: it continues where its last call returns."""
        data = self.memory(thread.sp, 8 * len(FRAME_REGISTERS))
        values = {}
        for index, number in enumerate(FRAME_REGISTERS):
            if len(data) >= 8 * (index + 1):
                values[number] = int.from_bytes(data[8 * index:8 * index + 8], "little")
        values[SP] = thread.sp + 8 * len(FRAME_REGISTERS)
        values[PC] = values.get(30, 0)
        return values

    def registers(self, thread):
        """The answer to `g`: what is not in the frame is not known."""
        length = len(self.ask(b"g"))
        text = ["x" * 16] * 33
        for number, value in self.frame(thread).items():
            text[number] = value.to_bytes(8, "little").hex()
        answer = "".join(text)[:length]
        return (answer + "x" * (length - len(answer))).encode()

    def register(self, thread, number):
        value = self.frame(thread).get(number)
        if value is not None:
            return value.to_bytes(8, "little").hex().encode()
        return b"x" * len(self.ask(b"p%x" % number))
