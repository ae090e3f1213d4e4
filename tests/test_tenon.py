# SPDX-License-Identifier: Apache-2.0
"""Tenon on the target: programs in tests/tenon that check themselves."""
import os
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")


def build(folder, source, *arguments, mode="tenon"):
    """The path of the image of a source of the tree."""
    image = os.path.join(folder, "test.img")
    result = subprocess.run(
        [TNIMAGE, "build", os.path.join(TREE, source), "--mode", mode, "-o", image,
         *arguments], capture_output=True, text=True, timeout=600, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return image


def run(image, *arguments):
    """(exit code, lines) of a run."""
    result = subprocess.run([TNIMAGE, "run", image, "--timeout", "120", *arguments],
                            capture_output=True, text=True, timeout=600, check=False)
    return result.returncode, result.stdout.splitlines()


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("mode", ("tenon", "bare"))
def test_rules(tmp_path, board, mode):
    image = build(tmp_path, "tests/tenon/kernel.c", "--board", board, mode=mode)
    assert run(image, "--icount") == (0, ["ok"])


@pytest.mark.parametrize("level", ("s", "2"))
def test_stress(tmp_path, level):
    code, lines = run(build(tmp_path, "tests/tenon/stress.c", "-O", level), "--icount")
    assert code == 0 and lines[-1].startswith("stress: 200000 operations, "), lines


@pytest.mark.parametrize("mode, level, board", (("bare", "2", "qemu-virt"),
                                                ("tenon", "s", "qemu-virt-gicv2")))
def test_storm(tmp_path, mode, level, board):
    image = build(tmp_path, "tests/tenon/storm.c", "-O", level, "--board", board, mode=mode)
    code, lines = run(image, "--icount")
    assert code == 0 and lines[-1].startswith("storm: all operations done, "), lines


def test_bare_through_uboot(tmp_path):
    image = build(tmp_path, "tests/tenon/kernel.c", mode="bare")
    code, lines = run(image, "--boot", "uboot")
    assert code == 0 and lines[-1] == "ok", lines


def test_posix(tmp_path):
    code, lines = run(build(tmp_path, "tests/tenon/posix.c"), "--icount")
    assert (code, lines) == (9, [
        "joined 42 errno 0", "cleanup done", "cancelled 1", "slept, woken, signal 1", "alarm 1",
        "sigwait 1", "received 5 high 9", "timed out 1", "timer 77",
        'mortise: partition 0 "posix" exit 3'])


def test_example(tmp_path):
    code, lines = run(build(tmp_path, "examples/threads/threads.c"), "--icount")
    assert code == 0 and lines[-1] == "main: 20 items made, 20 used", lines


@pytest.mark.parametrize("mode, board", (("bare", "qemu-virt"), ("tenon", "qemu-virt-gicv2")))
def test_bounds(tmp_path, mode, board):
    image = build(tmp_path, "tests/tenon/bounds.c", "--board", board, mode=mode)
    assert run(image, "--icount") == (0, ["ok"])


def test_stack_check(tmp_path):
    image = build(tmp_path, "tests/tenon/blocker.c", "--set", "TN_STACK_CHECK=y", mode="bare")
    code, lines = run(image, "--icount")
    assert code == 9 and 'tenon: stack overflow of thread "blocker"' in lines, lines
    assert "not seen" not in lines


def test_two_on_tenon(tmp_path):
    """Two partitions on Tenon share the console, also for what their kernels report."""
    parts = "".join(f'[[partition]]\nname = "{name}"\nmode = "tenon"\ncpus = [{cpu}]\n'
                    f'src = ["{os.path.join(TREE, source)}"]\n'
                    for cpu, (name, source) in enumerate((("greed", "tests/tenon/overflow.c"),
                                                          ("hello", "examples/hello/hello.c"))))
    with open(os.path.join(tmp_path, "tnimage.toml"), "w", encoding="utf-8") as file:
        file.write('[image]\nboard = "qemu-virt"\n' + parts)
    image = os.path.join(tmp_path, "two.img")
    result = subprocess.run([TNIMAGE, "build", "-o", image], cwd=tmp_path, capture_output=True,
                            text=True, timeout=600, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    code, lines = run(image)
    assert code == 9 and '[greed] tenon: stack overflow of thread "greedy"' in lines, lines
    assert any(line.startswith("[hello] ") for line in lines), lines


def test_no_drift(tmp_path):
    image = build(tmp_path, "tests/tenon/kernel.c", "-DPERIODS=1000000", mode="bare")
    assert run(image, "--icount", "--timeout", "500") == (0, ["ok"])


@pytest.mark.parametrize("mode, board", (("bare", "qemu-virt"), ("tenon", "qemu-virt-gicv2")))
def test_tick(tmp_path, mode, board):
    options = ("--set", "TN_TICK_HZ=1000", "--board", board)
    image = build(tmp_path, "tests/tenon/tick.c", *options, mode=mode)
    assert run(image, "--icount") == (0, ["ok"])
    image = build(tmp_path, "tests/tenon/kernel.c", *options, mode=mode)
    assert run(image, "--icount") == (0, ["ok"])


def test_mask_watch(tmp_path):
    """The kernel's own measurement: every load has a window, none is longer than the bound."""
    image = build(tmp_path, "tools/bench/masked.c", "-O", "2", "--set", "TN_MASK_WATCH=y",
                  mode="bare")
    code, lines = run(image, "--icount")
    lengths = [int(line.split(", ")[-2]) for line in lines if line.startswith("masked: ")]
    assert code == 0 and len(lengths) == 6 and all(50 < n <= 5000 for n in lengths), lines


@pytest.mark.parametrize("call, name", (("tn_sleep(1000)", "tn_sleep"),
                                        ("tn_thread_yield()", "tn_thread_yield"),
                                        ("tn_thread_exit(0)", "tn_thread_exit")))
def test_wrong_context(tmp_path, call, name):
    image = build(tmp_path, "tests/tenon/context.c", f"-DCALL={call}", mode="bare")
    code, lines = run(image, "--icount")
    assert code == 9 and f'tenon: {name} in a handler over thread "main"' in lines, lines


@pytest.mark.parametrize("mode, board", (("bare", "qemu-virt"), ("tenon", "qemu-virt"),
                                         ("bare", "qemu-virt-gicv2"), ("tenon", "zcu102")))
def test_nesting(tmp_path, mode, board):
    image = build(tmp_path, "tests/tenon/nest.c", "--board", board, mode=mode)
    assert run(image, "--icount") == (0, ["ok"])


@pytest.mark.parametrize("mode, cpus", (("bare", "1"), ("tenon", "1"), ("bare", "2")))
def test_fp_registers(tmp_path, mode, cpus):
    image = build(tmp_path, "tests/tenon/fpstate.c", "-O", "2", "--cpus", cpus, mode=mode)
    assert run(image, "--icount") == (0, ["ok"])


@pytest.mark.parametrize("mode, board, cpus", (("bare", "qemu-virt", "1"), ("bare", "qemu-virt", "2"),
                                               ("tenon", "qemu-virt-gicv2", "1"),
                                               ("tenon", "qemu-virt", "4")))
def test_edf(tmp_path, mode, board, cpus):
    image = build(tmp_path, "tests/tenon/edf.c", "--board", board, "--cpus", cpus, mode=mode)
    assert run(image, "--icount") == (0, ["ok"])


@pytest.mark.parametrize("mode", ("tenon", "bare"))
def test_edf_example(tmp_path, mode):
    image = build(tmp_path, "examples/edf/edf.c", mode=mode)
    with open(os.path.join(TREE, "examples/edf/README.md"), encoding="utf-8") as file:
        expected = file.read().split("```")[3].strip("\n").splitlines()
    assert run(image, "--icount") == (0, expected)


@pytest.mark.parametrize("mode", ("tenon", "bare"))
def test_overflow(tmp_path, mode):
    code, lines = run(build(tmp_path, "tests/tenon/overflow.c", mode=mode), "--icount")
    assert code == 9 and 'tenon: stack overflow of thread "greedy"' in lines, lines
    assert "not seen" not in lines


@pytest.mark.parametrize("mode, options", (
    ("bare", ()), ("bare", ("--cpus", "2", "--board", "zcu102")),
    ("tenon", ("--board", "qemu-virt-gicv2")), ("tenon", ("--cpus", "2", "--board", "zcu102")),
    ("tenon", ("--ram", "1300K"))))
def test_guard_pages(tmp_path, mode, options):
    image = build(tmp_path, "tests/tenon/guard.c", *options, mode=mode)
    assert run(image, "--icount") == (0, ["ok"])


@pytest.mark.parametrize("mode, case, what", (
    ("bare", 1, 'of thread "greedy"'), ("bare", 3, 'of thread "greedy"'),
    ("bare", 5, 'in a handler over thread "idle"'), ("tenon", 2, 'of thread "greedy"'),
    ("tenon", 4, 'of thread "main"'), ("tenon", 5, 'in a handler over thread "idle"')))
def test_guard_page_hit(tmp_path, mode, case, what):
    image = build(tmp_path, "tests/tenon/guard.c", f"-DCASE={case}", mode=mode)
    code, lines = run(image, "--icount")
    assert code == 9 and f"tenon: stack overflow {what}" in lines, lines
    assert "not seen" not in lines


@pytest.mark.parametrize("cpus", ("1", "4"))
def test_malloc(tmp_path, cpus):
    image = build(tmp_path, "tests/tenon/malloc.c", "--cpus", cpus, "--ram", "2M", mode="bare")
    assert run(image, "--icount") == (0, ["ok"])


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("mode", ("tenon", "bare"))
def test_rules_on_one_of_four(tmp_path, board, mode):
    """The rules of one CPU hold for threads that may use only one."""
    image = build(tmp_path, "tests/tenon/kernel.c", "--board", board, "--cpus", "4", mode=mode)
    assert run(image, "--icount") == (0, ["ok"])


@pytest.mark.parametrize("cpus", ("2", "4"))
def test_stress_on_several(tmp_path, cpus):
    """`--icount` lets the CPUs take turns, so that it is the same run every time."""
    image = build(tmp_path, "tests/tenon/stress.c", "--cpus", cpus, mode="bare")
    code, lines = run(image, "--icount")
    assert code == 0 and lines[-1].startswith("stress: 200000 operations, "), lines


@pytest.mark.parametrize("mode", ("tenon", "bare"))
def test_storm_on_four(tmp_path, mode):
    code, lines = run(build(tmp_path, "tests/tenon/storm.c", "--cpus", "4", mode=mode), "--icount")
    assert code == 0 and lines[-1].startswith("storm: all operations done, "), lines


@pytest.mark.parametrize("mode, board, cpus", (("bare", "qemu-virt", 2), ("tenon", "qemu-virt", 4),
                                               ("bare", "zcu102", 4),
                                               ("tenon", "qemu-virt-gicv2", 2)))
def test_lines_of_several(tmp_path, mode, board, cpus):
    """Interrupt lines go to any CPU and are detached for all; output of several CPUs is whole."""
    image = build(tmp_path, "tests/tenon/lines.c", "--board", board, "--cpus", str(cpus), "--irq",
                  "100", mode=mode)
    code, lines = run(image, "--icount")
    expected = [letter * 60 for letter in "ABCD"[:cpus] for _ in range(40)]
    assert (code, sorted(lines)) == (0, sorted(expected + ["ok"]))


@pytest.mark.parametrize("mode", ("bare", "tenon"))
def test_behind_pinned_threads(tmp_path, mode):
    """A free CPU finds the one thread that may come to it, however many may not."""
    image = build(tmp_path, "tests/tenon/pinned.c", "--cpus", "2", mode=mode)
    assert run(image, "--icount") == (0, ["ok"])


def test_stress_in_parallel(tmp_path):
    image = build(tmp_path, "tests/tenon/stress.c", "--cpus", "2", "-D", "ROUNDS=20", mode="bare")
    code, lines = run(image, "--", "-accel", "tcg,thread=multi")
    assert code == 0 and lines[-1].startswith("stress: 2000 operations, "), lines
