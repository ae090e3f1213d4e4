# SPDX-License-Identifier: Apache-2.0
"""`tnimage trace`: what a program records, and that other tools read it."""
import json
import os
import socket
import subprocess

import pytest

from fakeimage import tnimage

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")


def build(folder, source, *words):
    image = os.path.join(folder, "test.img")
    done = tnimage("build", source, "-o", image, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return image


def trace(image, *words):
    done = tnimage("trace", image, "--icount", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def in_order(text, *parts):
    at = 0
    for part in parts:
        at = text.find(part, at)
        assert at >= 0, f"{part!r} is missing or too early in:\n{text}"
        at += len(part)


@pytest.mark.parametrize("mode, board", (("tenon", "qemu-virt"), ("bare", "qemu-virt"),
                                         ("tenon", "zcu102")))
def test_threads(tmp_path, mode, board):
    image = build(tmp_path, os.path.join(TREE, "tests", "tenon", "trace.c"), "--mode", mode,
                  "--board", board, "--set", "TRACE=y")
    text = trace(image, "--format", "text", "-o", "-")
    in_order(text, "switch main", "create first", "create the second one",
             "switch first", "mark 7 41", "mutex 0x", "irq 27", "timer", "ready first",
             "irq_end 27", "mutex_pass 0x", "ready the second one", "mark 7 42",
             "exit the second one")
    assert "exit first" in text and "switch idle" in text
    times = [float(line.split()[0]) for line in text.splitlines()]
    assert times == sorted(times)


def build_cpus(tmp_path, *words, mode="bare"):
    return build(tmp_path, os.path.join(TREE, "tests", "tenon", "trace_cpus.c"), "--mode", mode,
                 "--cpus", "2", "--set", "TRACE=y", *words)


def of_cpu(text, number):
    """The lines of one CPU, without the time."""
    return "\n".join(" ".join(line.split()[3:]) for line in text.splitlines()
                     if line.split()[2] == number)


def check_cpus(text):
    """Each CPU's ring has what happened there, and a thread has one name in both."""
    first, second = of_cpu(text, "0"), of_cpu(text, "1")
    in_order(first, "switch main", "create left", "switch left", "mark 1 0", "create right",
             "create wanderer", "switch wanderer", "mark 3 0", "mark 1 0", "exit left", "mark 4 0")
    in_order(second, "switch idle", "irq 7", "switch right", "mark 2 1", "mark 2 1", "exit right")
    in_order(second, "switch wanderer", "mark 3 1", "exit wanderer")
    assert "mark 2" not in first and "mark 1" not in second and "thread 0x" not in text, text


@pytest.mark.parametrize("mode", ("tenon", "bare"))
def test_two_cpus(tmp_path, mode):
    check_cpus(trace(build_cpus(tmp_path, mode=mode), "--format", "text", "-o", "-"))


def test_running_machine(tmp_path):
    """--qmp of a QEMU that runs, and --memory of a dump that somebody else made."""
    image = build_cpus(tmp_path, "-D", "ENDLESS")
    path = os.path.join(tmp_path, "qmp")
    with subprocess.Popen([TNIMAGE, "run", image, "--icount", "--", "-qmp",
                           f"unix:{path},server=on,wait=off"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as machine:
        text = ""
        while "mark 4 0" not in text:  # it may not have come so far
            assert machine.poll() is None, machine.stderr.read()
            done = tnimage("trace", image, "--qmp", path, "--format", "text", "-o", "-")
            text = done.stdout if done.returncode == 0 else ""
        check_cpus(text)
        dump = os.path.join(tmp_path, "dump")
        save_memory(path, dump)
        machine.terminate()
    done = tnimage("trace", image, "--memory", dump, "--format", "text", "-o", "-")
    assert done.returncode == 0, done.stderr
    check_cpus(done.stdout)


def save_memory(path, dump):
    """All of the board's memory into a file, as a debug probe does it; and QEMU ends."""
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.connect(path)
        lines = monitor.makefile("r")
        for command in ({"execute": "qmp_capabilities"},
                        {"execute": "pmemsave",
                         "arguments": {"val": 0x40000000, "size": 1 << 26, "filename": dump}},
                        {"execute": "quit"}):
            monitor.sendall(json.dumps(command).encode() + b"\n")
            while "return" not in (answer := json.loads(lines.readline())):
                assert "error" not in answer, answer


def test_formats(tmp_path):
    image = build(tmp_path, os.path.join(TREE, "tests", "tenon", "trace.c"), "--mode", "tenon",
                  "--set", "TRACE=y")
    out = os.path.join(tmp_path, "out")
    assert "events" in trace(image, "-o", out)
    with open(out, encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    tracks = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    running = [e for e in events if e["ph"] == "X" and e["name"] == "running"]
    assert any(tracks[e["tid"]].startswith("the second one") for e in running)
    for before, after in zip(running, running[1:]):  # one CPU: one after the other
        assert before["ts"] + before["dur"] <= after["ts"] + 1e-6
    assert any(e["name"] == "interrupt 27" for e in events)
    folder = os.path.join(tmp_path, "ctf")
    trace(image, "--format", "ctf", "-o", folder)
    assert sorted(os.listdir(folder)) == ["metadata", "trace_0"]
    done = subprocess.run(["babeltrace2", folder], capture_output=True, text=True, timeout=60,
                          check=False)
    assert (done.returncode, done.stderr) == (0, "")
    in_order(done.stdout, 'switch: { cpu_id = 0 }, { thread = "main', 'mark 7: { cpu_id = 0 }, '
             '{ value = "41" }')


def test_image_without_one(tmp_path):
    """It is not run: it would never end."""
    source = os.path.join(tmp_path, "app.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write("int main(void)\n{\n    for (;;) {}\n}\n")
    image = build(tmp_path, source)
    done = tnimage("trace", image, "--timeout", "1000")
    assert (done.returncode, done.stdout, done.stderr) == (
        2, "", f"tnimage: {image}: its memory has no trace; build the image with --set TRACE=y\n")


def test_ring_that_is_full(tmp_path):
    """A program that never ends, without a kernel; the newest marks are there."""
    source = os.path.join(tmp_path, "app.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write("#include <tn/mark.h>\nint main(void)\n{\n    for (unsigned i = 0; i < 100; i++)"
                   "\n        tn_trace_mark(1, i);\n    for (;;) {}\n}\n")
    image = build(tmp_path, source, "--set", "TRACE=y", "--set", "TRACE_LOG2=4")
    text = trace(image, "--format", "text", "-o", "-", "--timeout", "10")
    assert [line.split()[-1] for line in text.splitlines()] == \
        ["overwritten"] + [str(n) for n in range(84, 100)]


def test_refusals(tmp_path):
    source = os.path.join(TREE, "examples", "hello", "hello.c")
    image = build(tmp_path, source)
    for words, why in (((), "build the image with --set TRACE=y"),
                       (("--format", "ctf", "-o", "-"), "is a folder"),
                       (("--qmp", "/nowhere"), "no QEMU listens"),
                       (("--memory", "/nowhere"), "No such file")):
        done = tnimage("trace", image, *words)
        assert done.returncode == 2 and why in done.stderr, done.stderr
