# SPDX-License-Identifier: Apache-2.0
"""Traces in other tools' formats: Chrome's JSON (Perfetto opens it), CTF 1.8 (babeltrace), text."""
import json
import os
import struct

from tenon import ring

IRQ_TRACK = 1
CTF_MAGIC = 0xc1fc1fc1
USER = 0x10000


class Names:
    """Threads of a ring, numbered in order of appearance."""

    def __init__(self, source):
        self.source = source
        self.numbers = {}

    def name(self, thread):
        """What to call a thread."""
        return f"{self.source.names.get(thread) or 'thread'} {thread[0]:#x}"

    def track(self, thread):
        """A small number of its own for a thread."""
        return self.numbers.setdefault(thread, IRQ_TRACK + 1 + len(self.numbers))


def describe(number, argument, thread, known, names):
    """(name of an event, its argument as text)."""
    if number >= USER:
        return f"mark {number - USER}", str(argument)
    name = known.get(number, f"event {number}")
    if thread:
        return name, names.name(thread)
    return name, str(argument) if name.startswith("irq") else f"{argument:#x}"


def as_text(rings):
    """A line an event."""
    known = ring.ids()
    lines = []
    for source in rings:
        names = Names(source)
        if source.lost:
            lines.append(f"# {source.program} cpu {source.cpu}: {source.lost} older events were "
                         "overwritten")
        for time, number, argument, thread in source.events:
            name, text = describe(number, argument, thread, known, names)
            lines.append(f"{time / source.frequency:.9f} {source.program} {source.cpu} {name} "
                         f"{text}")
    return "\n".join(lines) + "\n"


def as_json(rings):
    """Chrome's trace event format: a process for each ring, a track for each thread."""
    known = ring.ids()
    events = []
    for pid, source in enumerate(rings, 1):
        events += Chrome(pid, source, known).convert()
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ns"}) + "\n"


class Chrome:
    """One ring: `running` slices of threads, slices of handlers, instants for the rest."""

    def __init__(self, pid, source, known):
        self.pid, self.source, self.known = pid, source, known
        self.names = Names(source)
        self.out = []
        self.running = None  # (thread, since)
        self.handlers = []   # (number, since)

    def convert(self):
        last = 0.0
        for time, number, argument, thread in self.source.events:
            last = time * 1e6 / self.source.frequency
            self.event(last, number, argument, thread)
        self.leave(last)
        while self.handlers:
            self.handler_ends(last)
        title = f"{self.source.program} (CPU {self.source.cpu})"
        self.out.append(self.meta("process_name", 0, title))
        self.out.append(self.meta("thread_name", IRQ_TRACK, "interrupts"))
        for thread, track in self.names.numbers.items():
            self.out.append(self.meta("thread_name", track, self.names.name(thread)))
        return self.out

    def event(self, at, number, argument, thread):
        name, text = describe(number, argument, thread, self.known, self.names)
        if name == "switch":
            self.leave(at)
            self.running = (thread, at)
        elif name == "irq":
            self.handlers.append((argument, at))
        elif name == "irq_end":
            if self.handlers:
                self.handler_ends(at)
        else:
            where = IRQ_TRACK if self.handlers else self.track_now()
            if name in ("ready", "create"):
                where = self.names.track(thread)
            self.out.append({"ph": "i", "s": "t", "pid": self.pid, "tid": where, "ts": at,
                             "name": name, "args": {"value": text}})

    def track_now(self):
        return self.names.track(self.running[0]) if self.running else IRQ_TRACK

    def leave(self, at):
        """The running thread does not run any longer."""
        if self.running:
            thread, since = self.running
            self.slice(self.names.track(thread), "running", since, at)
            self.running = None

    def handler_ends(self, at):
        number, since = self.handlers.pop()
        self.slice(IRQ_TRACK, f"interrupt {number}", since, at)

    def slice(self, track, name, since, until):
        self.out.append({"ph": "X", "pid": self.pid, "tid": track, "ts": since,
                         "dur": until - since, "name": name})

    def meta(self, name, track, value):
        return {"ph": "M", "pid": self.pid, "tid": track, "name": name, "args": {"name": value}}


METADATA = """\
/* CTF 1.8 */
typealias integer {{ size = 32; align = 8; signed = false; byte_order = le; }} := uint32_t;
typealias integer {{ size = 64; align = 8; signed = false; byte_order = le; }} := uint64_t;
trace {{
  major = 1; minor = 8; byte_order = le;
  packet.header := struct {{ uint32_t magic; uint32_t stream_id; }};
}};
env {{ domain = "bare"; tracer_name = "TenonOS"; }};
{clocks}{streams}"""
CLOCK = 'clock {{ name = clock{id}; freq = {frequency}; offset = 0; }};\n'
STREAM = """\
stream {{
  id = {id};
  packet.context := struct {{ uint32_t cpu_id; uint64_t events_discarded; }};
  event.header := struct {{
    uint32_t id;
    integer {{ size = 64; align = 8; byte_order = le; map = clock.clock{id}.value; }} timestamp;
  }};
}};
"""
EVENT = """\
event {{ id = {number}; stream_id = {id}; name = "{name}";
  fields := struct {{ string {field}; }};
}};
"""


def write_ctf(rings, folder):
    """A folder with `metadata` and a stream for each ring."""
    known = ring.ids()
    clocks, streams = "", ""
    os.makedirs(folder, exist_ok=True)
    for index, source in enumerate(rings):
        names = Names(source)
        used = {}
        data = struct.pack("<IIIQ", CTF_MAGIC, index, source.cpu, source.lost)
        for time, number, argument, thread in source.events:
            name, text = describe(number, argument, thread, known, names)
            used[number] = name, "thread" if thread else "value"
            data += struct.pack("<IQ", number, time) + text.encode() + b"\0"
        clocks += CLOCK.format(id=index, frequency=source.frequency)
        streams += STREAM.format(id=index)
        for number, (name, field) in sorted(used.items()):
            streams += EVENT.format(number=number, id=index, name=name, field=field)
        with open(os.path.join(folder, f"{source.program}_{source.cpu}"), "wb") as file:
            file.write(data)
    with open(os.path.join(folder, "metadata"), "w", encoding="utf-8") as file:
        file.write(METADATA.format(clocks=clocks, streams=streams))
