# SPDX-License-Identifier: Apache-2.0
"""`tnimage debug`: threads of Tenon are threads of gdb's."""
import os
import re

import pytest

from fakeimage import tnimage

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


@pytest.mark.parametrize("mode", ("tenon", "bare"))
def test_threads(tmp_path, mode):
    image = os.path.join(tmp_path, "test.img")
    built = tnimage("build", os.path.join(TREE, "tests", "tenon", "debug.c"), "--mode", mode,
                    "-o", image)
    assert built.returncode == 0, built.stderr
    done = tnimage("debug", image, "--icount", "--", "-batch", "-ex", "break here", "-ex", "continue",
                   "-ex", "info threads", "-ex", "thread apply all -q backtrace", "-ex", "stepi",
                   "-ex", "print $_thread", "-ex", "info threads")
    text = done.stdout + done.stderr
    listed = re.findall(r"^([* ]) +(\d+) +Thread \d+ \((\w+), priority (\d+), (\w+)\) +(.*)$", text,
                        re.M)
    first = {name: (mark, priority, state) for mark, _, name, priority, state, _ in listed[:4]}
    assert first == {"main": ("*", "255", "runs"), "idle": (" ", "256", "ready"),
                     "waiter": (" ", "255", "waits"), "spinner": (" ", "255", "ready")}, text
    assert len(listed) == 8 and listed[4][2] == "main" and listed[4][0] == "*", text
    # The waiting thread down to its first function, the preempted one through the vectors.
    assert re.search(r"sem_wait .*\n.* deep .*\n.* deep .*\n.* deep .*\n.* waits .*\n"
                     r".* start .*\n.* thread_start \(\)", text), text
    assert re.search(r"tn_vectors \(\) .*\n.* spinning .*\n.* start .*\n.* thread_start \(\)",
                     text), text
    assert "corrupt stack" not in text and "previous frame" not in text, text


@pytest.mark.parametrize("mode", ("tenon", "bare"))
def test_threads_of_two_cpus(tmp_path, mode):
    """Each CPU's thread has that CPU's registers, wherever the machine has stopped."""
    image = os.path.join(tmp_path, "test.img")
    built = tnimage("build", os.path.join(TREE, "tests", "tenon", "debug.c"), "--mode", mode,
                    "--cpus", "2", "-o", image)
    assert built.returncode == 0, built.stderr
    done = tnimage("debug", image, "--icount", "--", "-batch", "-ex", "break debug.c:here", "-ex",
                   "continue", "-ex", "info threads")
    text = done.stdout + done.stderr
    listed = dict(re.findall(r"^[* ] +\d+ +Thread \d+ \((main|waiter|spinner), priority 255, (.*)$",
                             text, re.M))
    assert re.match(r"runs\) +here \(\)", listed["main"]), text
    assert re.match(r"waits\) ", listed["waiter"]) and "received signal" not in text, text
    assert re.match(r"runs\) +(?!here)", listed["spinner"]), text
    assert len(re.findall(r"\(idle, priority 256, ready\)", text)) == 2, text
