# SPDX-License-Identifier: Apache-2.0
"""`tnimage trace`: what a program records, and that other tools read it."""
import json
import os
import shutil
import subprocess

import pytest

from fakeimage import tnimage

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


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
    if not shutil.which("babeltrace2"):
        pytest.skip("babeltrace2 is not installed")
    done = subprocess.run(["babeltrace2", folder], capture_output=True, text=True, timeout=60,
                          check=False)
    assert (done.returncode, done.stderr) == (0, "")
    in_order(done.stdout, 'switch: { cpu_id = 0 }, { thread = "main', 'mark 7: { cpu_id = 0 }, '
             '{ value = "41" }')


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
