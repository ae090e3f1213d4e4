# SPDX-License-Identifier: Apache-2.0
"""POSIX over Tenon: programs in tests/posix that check themselves, and what does not link."""
import os
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")


def tnimage(*words):
    """The finished process."""
    return subprocess.run([TNIMAGE, *words], capture_output=True, text=True, timeout=600,
                          check=False)


@pytest.mark.parametrize("mode", ("tenon", "bare"))
@pytest.mark.parametrize("name", ("objects", "signals", "system", "timers", "users"))
def test_program(tmp_path, name, mode):
    image = os.path.join(tmp_path, "test.img")
    built = tnimage("build", os.path.join(TREE, "tests", "posix", f"{name}.c"), "--mode", mode,
                    "-o", image)
    assert built.returncode == 0, built.stdout + built.stderr
    done = tnimage("run", image, "--timeout", "120", "--icount")
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stdout + done.stderr


@pytest.fixture(name="folder", scope="module")
def one_folder(tmp_path_factory):
    """Where several tests build one image: what does not change is compiled once."""
    return tmp_path_factory.mktemp("posix")


@pytest.mark.parametrize("call, why", (
    ("waitpid", "use a thread"), ("mmap", "use malloc()"), ("aio_read", "give the work to a thread"),
    ("makecontext", "run on the stack of the thread"), ("setreuid", "root and nobody"),
    ("setrlimit", "tnimage build --stack"),
    ("fork", "use a thread"), ("dup2", "use a thread")))
def test_absent(folder, call, why):
    """What is not offered does not link, and the message says what to do."""
    source = os.path.join(folder, "app.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(f"int {call}();\nint main(void)\n{{\n    return {call}();\n}}\n")
    built = tnimage("build", source, "--mode", "tenon", "-o", os.path.join(folder, "app.img"))
    assert built.returncode != 0 and why in built.stderr and "app.c:4" in built.stderr, built.stderr


@pytest.mark.parametrize("cpus", ("1", "2", "4"))
def test_cpus(tmp_path, cpus):
    image = os.path.join(tmp_path, "test.img")
    built = tnimage("build", os.path.join(TREE, "tests", "posix", "cpus.c"), "--mode", "bare",
                    "--cpus", cpus, "-o", image)
    assert built.returncode == 0, built.stdout + built.stderr
    done = tnimage("run", image, "--timeout", "120", "--icount")
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stdout + done.stderr
