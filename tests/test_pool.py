# SPDX-License-Identifier: Apache-2.0
"""Dynamic mode: partitions that share a CPU.  Time is counted in instructions, so that the schedule
itself is checked; what a guest may be late by is what Mortise executes for it, some microseconds."""
import os
import re
import subprocess

import pytest
import test_raw

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
SOURCES = os.path.join(TREE, "tests", "partitions")
BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")
# Where the interrupt controller has little to do with it.
ONE, OTHER = BOARDS[:2], BOARDS[::2]
KERNEL_CHECKS = 44  # in tests/raw/guest.c, of one with a CPU
SWITCH = 3000  # ns, generous: a switch is some hundred instructions


def tnimage(*words, **kwargs):
    return subprocess.run([TNIMAGE, *words], capture_output=True, errors="replace", timeout=600,
                          check=False, stdin=subprocess.DEVNULL, **kwargs)


def partition(name, *args, **keys):
    words = ", ".join(f'"{word}"' for word in args)
    source = os.path.join(SOURCES, keys.pop("src", "pool.c"))
    text = f'[[partition]]\nname = "{name}"\nsrc = ["{source}"]\nargs = [{words}]\n'
    keys.setdefault("pool", "p")
    return text + "".join(f'{key} = {str(value).lower() if isinstance(value, (int, list)) else f"{chr(34)}{value}{chr(34)}"}\n'
                          for key, value in keys.items() if value is not None)


def run(folder, board, *tables, pool='cpus = [0]\n', count=("--icount",)):
    """(exit code, {partition: its lines}, Mortise's lines)"""
    (folder / "tnimage.toml").write_text(f'[image]\nname = "pool"\nboard = "{board}"\n'
                                         f'[[pool]]\nname = "p"\n{pool}' + "".join(tables))
    done = tnimage("build", "-f", "tnimage.toml", "-o", "pool.img", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = tnimage("run", "pool.img", "--timeout", "100", *count, cwd=folder)
    lines, own = {}, []
    for line in done.stdout.replace("\r", "").split("\n"):
        match = re.fullmatch(r"\[(\w+)\] (.*)", line)
        if match:
            lines.setdefault(match[1], []).append(match[2])
        elif line:
            own.append(line)
    return done.returncode, lines, own


def numbers(lines, name):
    """The numbers of a partition's one line."""
    assert len(lines[name]) == 1, lines
    return [int(word) for word in re.findall(r"\d+", lines[name][0])]


@pytest.mark.parametrize("board", BOARDS)
def test_fixed_priority(tmp_path, board):
    """The more urgent instance runs when it wants to, the other in between, to the microsecond."""
    code, lines, own = run(tmp_path, board,
                           partition("low", "periodic", "5000", "2000", "8", priority=50),
                           partition("high", "periodic", "1000", "200", "40", priority=200))
    assert (code, own) == (0, [])
    late, response, missed = numbers(lines, "high")
    assert late < SWITCH and 200_000 <= response < 200_000 + 2 * SWITCH and missed == 0
    late, response, missed = numbers(lines, "low")
    # 2 ms of its own and in each millisecond 200 us of the other: released together.
    assert 200_000 <= late < 200_000 + 2 * SWITCH and missed == 0
    assert 2_600_000 <= response < 2_600_000 + 10 * SWITCH


@pytest.mark.parametrize("board", ONE)
def test_round_robin(tmp_path, board):
    """Three of one priority take turns of 700 us."""
    code, lines, own = run(tmp_path, board, *(
        partition(name, "order", "5", policy="rr", slice_us=700, priority=10) for name in "abc"))
    assert (code, own) == (0, [])
    begins = sorted((time, name) for name in "abc" for time in numbers(lines, name))
    assert [name for _, name in begins][:12] == list("abc") * 4
    for (before, _), (after, _) in zip(begins, begins[1:13]):
        assert 699 <= after - before <= 705, begins


@pytest.mark.parametrize("board", OTHER)
def test_budget_against_a_hog(tmp_path, board):
    """The most urgent instance never sleeps, and gets 2 ms of every 10, to its debt's last tick."""
    code, lines, own = run(tmp_path, board,
                           partition("hog", "hog", "200000", priority=255, budget_us=2000,
                                     period_us=10000),
                           partition("loop", "periodic", "10000", "7900", "20", priority=1))
    assert (code, own) == (0, [])
    used, throttled = numbers(lines, "hog")
    assert 20 * 2_000_000 - 20_000 <= used <= 21 * 2_000_000 + 20_000
    assert 19 <= throttled <= 21 + 5
    assert numbers(lines, "loop")[2] == 0


@pytest.mark.parametrize("board", ONE)
def test_edf(tmp_path, board):
    """Utilisation 0.9 with one that overruns for ever: the others miss nothing."""
    code, lines, own = run(
        tmp_path, board,
        partition("a", "periodic", "4000", "980", "50", policy="edf", budget_us=1000, period_us=4000),
        partition("b", "periodic", "6000", "2080", "33", policy="edf", budget_us=2100, period_us=6000),
        partition("over", "hog", "200000", policy="edf", budget_us=3000, period_us=10000),
        partition("rest", "hog", "200000", priority=255))
    assert (code, own) == (0, [])
    assert numbers(lines, "a")[2] == 0 and numbers(lines, "b")[2] == 0
    used, throttled = numbers(lines, "over")
    assert 58_000_000 <= used <= 63_100_000 and throttled >= 19
    assert numbers(lines, "rest")[0] >= 18_000_000


@pytest.mark.parametrize("board", BOARDS)
def test_a_fault_ends_one_instance(tmp_path, board):
    """The others of the CPU, and a static partition beside the pool, go on."""
    code, lines, own = run(
        tmp_path, board,
        partition("still", "1", src="ticks.c", pool=None, cpus=[1], irqs=[27]),
        partition("bad", "fault", priority=255),
        partition("loop", "periodic", "1000", "500", "40", priority=200),
        partition("hog", "hog", "30000", priority=1), pool="cpus = [0]\n")
    assert code == 9
    assert own[0].startswith('mortise: partition 1 "bad" fault: ')
    assert numbers(lines, "loop")[2] == 0 and numbers(lines, "hog")[0] >= 14_000_000


def test_a_life_gives_nothing_up_for_the_next(tmp_path):
    """A priority that it has asked for is that life's."""
    code, lines, own = run(
        tmp_path, BOARDS[0], partition("humble", "humble", priority=200, restart="fault"),
        partition("hog", "hog", "30000", priority=50))
    assert len(numbers(lines, "hog")) == 2 and not any("exit" in line for line in own), own
    assert own[-1] == 'mortise: partition 0 "humble" restarts'


@pytest.mark.parametrize("board", OTHER)
def test_a_restart_while_others_run(tmp_path, board):
    """It ends in the handler of its timer's interrupt and begins anew, its program copied, while slices of
    another are due: the interrupt of its last life is not active in the CPU, for nobody."""
    keys = {"policy": "rr", "slice_us": 20}
    code, lines, own = run(
        tmp_path, board,
        partition("ends", "3", src="restart.c", irqs=[30], restart="fault",
                  restart_times=16, colours="4-5", **keys) + 'caps = ["TIMER"]\n',
        partition("counts", "17", src="restart.c", **keys),
        '[[channel]]\nname = "count"\nfrom = "ends"\nto = "counts"\nkind = "message"\nsize = 4\n')
    assert code == 9 and lines["counts"] == ["17 starts"], (lines, own)


def test_fp_registers_where_others_begin_and_end(tmp_path):
    """Clearing memory gives way: to who finds its own FP registers; and a life has none of the last."""
    code, lines, own = run(
        tmp_path, BOARDS[0],
        partition("keep", "keep", "20", "2000", src="pool_fp.c", priority=200),
        partition("lives", "lives", src="pool_fp.c", ram="512K", restart="fault", restart_times=8))
    assert (code, lines) == (9, {}), own
    assert sum(line.endswith("restarts") for line in own) == 8
    assert not any("exit" in line for line in own), own


@pytest.mark.parametrize("board", BOARDS)
def test_interrupts_of_instances(tmp_path, board):
    """Timer interrupts and SGIs of two instances and of a static partition, each its own."""
    code, lines, own = run(
        tmp_path, board,
        partition("one", "0", src="ticks.c", irqs=[27], policy="rr", slice_us=300),
        partition("two", "0", src="ticks.c", irqs=[27], policy="rr", slice_us=300),
        partition("still", "1", src="ticks.c", pool=None, cpus=[1], irqs=[27]))
    assert (code, lines, own) == (0, {}, [])


@pytest.mark.parametrize("board", OTHER)
def test_two_cpus(tmp_path, board):
    """A pool of two CPUs: the builder spreads the load; restart of an instance alone.  (An emulator
    that counts instructions runs CPUs in turn: how late they are says nothing here.)"""
    code, lines, own = run(
        tmp_path, board,
        *(partition(name, "periodic", "10000", "5600", "4", policy="edf", budget_us=5700,
                    period_us=10000) for name in "ab"),
        partition("again", "fault", priority=9, restart="fault", restart_times=2),
        pool="cpus = [0, 1]\n")
    assert code == 9
    assert len(numbers(lines, "a")) == len(numbers(lines, "b")) == 3
    assert sum(line.endswith("again\" restarts") for line in own) == 2


@pytest.mark.parametrize("board", BOARDS)
def test_lives_of_an_instance(tmp_path, board):
    """A hog begins, pauses and is stopped again and again beside a loop on the same CPU.  (Who counts
    instructions lets a manager that polls keep the emulator for itself.)"""
    code, lines, own = run(
        tmp_path, board,
        partition("manager", "60", src="pool_manager.c", pool=None, cpus=[0]),
        partition("loop", "periodic", "1000", "200", "40", priority=200),
        partition("worker", "hog", "100000000", priority=20, start="demand"), pool="cpus = [2]\n",
        count=())
    assert (code, own) == (0, [])
    assert len(numbers(lines, "loop")) == 3


@pytest.mark.parametrize("board", OTHER)
def test_the_end_of_an_instance_does_not_wait(tmp_path, board):
    """It is stopped while a more urgent one never sleeps: a budget of its own lets it end."""
    hog = {"start": "demand"}
    code, _, own = run(
        tmp_path, board,
        partition("manager", "6", "beside", src="pool_manager.c", pool=None, cpus=[0]),
        partition("hog", "hog", "1000000000", priority=255, **hog),
        partition("worker", "hog", "1000000000", priority=20, **hog), pool="cpus = [2]\n", count=())
    assert (code, own) == (0, [])


@pytest.mark.parametrize("board", BOARDS)
def test_tenon_instances(tmp_path, board):
    """Threads, semaphores and FP in two instances of Tenon beneath a bypass loop that misses nothing."""
    threads = {"src": "pool_threads.c", "mode": "tenon"}
    code, lines, own = run(tmp_path, board, partition("one", **threads),
                           partition("two", priority=3, **threads),
                           partition("loop", "periodic", "1000", "200", "40", priority=200))
    assert (code, own) == (0, [])
    assert lines["one"] == lines["two"] == ["sum 3500"]
    late, _, missed = numbers(lines, "loop")
    assert late < SWITCH and missed == 0


@pytest.mark.parametrize("board", BOARDS)
def test_more_interrupts_than_list_registers(tmp_path, board):
    """Fifteen at once, and one that comes when all list registers are full: each arrives, once."""
    storm = {"src": "pool_storm.c", "irqs": [27, 100, 101]}
    code, lines, own = run(tmp_path, board,
                           partition("storm", "storm", "60", priority=250, **storm),
                           partition("loop", "periodic", "1000", "200", "40", priority=100,
                                     console="shared"))
    assert (code, own) == (0, [])
    assert len(numbers(lines, "loop")) == 3


@pytest.mark.parametrize("board", BOARDS)
def test_a_raw_kernel(tmp_path, board):
    """A kernel that is not ours takes turns with a hog, below a loop that misses nothing: it finds the
    controller, its timers and its registers as on a CPU of its own; and once more after a fault."""
    flat = test_raw.compile_guest(tmp_path, board, cpus=1)
    kernel = (f'[[partition]]\nname = "own"\nmode = "raw"\nkernel = "{flat}"\nram = "32M"\npool = "p"\n'
              'restart = "fault"\nrestart_times = 1\ncmdline = "do:f"\npolicy = "rr"\nslice_us = 300\npriority = 9\nconsole = "own"\n')
    shared = {"console": "shared"}
    code, lines, own = run(tmp_path, board, kernel,
                           partition("loop", "periodic", "1000", "200", "60", priority=200, **shared),
                           partition("hog", "hog", "60000", policy="rr", slice_us=300, priority=9,
                                     **shared))
    assert code == 9 and sum(line.startswith("ok ") for line in own) == 2 * KERNEL_CHECKS, own
    assert not [line for line in own if line.startswith("FAIL")], own
    assert [line for line in own if line.endswith("restarts")] == ['mortise: partition 0 "own" restarts']
    late, _, missed = numbers(lines, "loop")
    assert late < SWITCH and missed == 0
    assert 5_000_000 <= numbers(lines, "hog")[0] <= 48_000_000


@pytest.mark.parametrize("board", BOARDS)
def test_a_timer_that_is_due_again(tmp_path, board):
    """Before the handler has ended: there is no edge that would bring the next interrupt."""
    code, _, own = run(tmp_path, board, partition("again", src="pool_again.c", irqs=[27]),
                       partition("hog", "hog", "1000", priority=50, console="shared"))
    assert (code, own) == (0, [])


@pytest.mark.parametrize("board", BOARDS)
def test_a_kernel_with_breakpoints(tmp_path, board):
    """It debugs itself by registers of the CPU; a watchpoint on all memory of the program that has the CPU, too,
    is never met."""
    flat = test_raw.compile_guest(tmp_path, board, cpus=1, source="points.c")
    kernel = (f'[[partition]]\nname = "own"\nmode = "raw"\nkernel = "{flat}"\nram = "2M"\npool = "p"\n'
              'policy = "rr"\nslice_us = 100\nconsole = "own"\ncmdline = "do:a"\n')
    code, lines, own = run(tmp_path, board, kernel,
                           partition("hog", "hog", "20000", policy="rr", slice_us=100, console="shared"))
    assert (code, own) == (0, ["ok"])


@pytest.mark.parametrize("board", BOARDS)
def test_a_hostile_instance(tmp_path, board):
    """It is the most urgent, and has its budget and no more whatever it calls; its neighbours' timer
    interrupts are their own, and a static partition beside the pool goes on."""
    code, lines, own = run(
        tmp_path, board,
        partition("bad", "hostile", "220", src="pool_storm.c", irqs=[27, 102], priority=255,
                  budget_us=2000, period_us=10000),
        partition("loop", "periodic", "10000", "7700", "20", priority=100, console="shared"),
        partition("calm", "quiet", "220", src="pool_storm.c", irqs=[27, 100, 101], priority=50),
        partition("still", "1", src="ticks.c", pool=None, cpus=[1], irqs=[27]))
    assert (code, own) == (0, [])
    _, response, missed = numbers(lines, "loop")
    assert 9_500_000 <= response < 10_000_000 and missed == 0


@pytest.mark.parametrize("follow", (True, False))
def test_instances_follow_their_threads(tmp_path, follow):
    """Threads of two instances on one CPU run in the order of their priorities, whoever has them; a
    bypass loop of a priority in between is before those that are less urgent."""
    keys = {"src": "pool_follow.c", "mode": "tenon", "priority": 250}
    keys |= {"follow": True} if follow else {}
    code, lines, own = run(tmp_path, "qemu-virt",
                           partition("one", "10", "30", "50", **keys),
                           partition("two", "20", "40", "60", **keys),
                           partition("loop", "periodic", "10000", "500", "3", priority=210))
    assert (code, own) == (0, [])
    jobs = sorted(tuple(map(int, line.split())) for name in ("one", "two") for line in lines[name])
    ends = [end for _, _, end in jobs]
    assert (ends == sorted(ends)) == follow
    if not follow:
        return
    assert [prio for prio, _, _ in jobs] == [10, 20, 30, 40, 50, 60]
    begins = [begin for _, begin, _ in jobs]
    # 50 begins at once, what 60 would do waits for it; 10 to 40 come a millisecond later.
    assert begins[4] < 1000 <= begins[0] < 1100 and ends[3] < 5200 and begins[5] >= ends[3]
    assert numbers(lines, "loop")[2] == 0


MOVES = {"src": "pool_move.c", "migrate": True}


@pytest.mark.parametrize("board", BOARDS)
def test_moving(tmp_path, board):
    """From CPU to CPU with interrupts pending, waiting and active; the loops there miss nothing."""
    code, lines, own = run(
        tmp_path, board,
        partition("wanderer", "wander", "300", "3", priority=20, irqs=[27, 100, 101], **MOVES),
        partition("loop", "periodic", "1000", "200", "40", priority=200),
        partition("other", "periodic", "1000", "200", "40", priority=200), pool="cpus = [1, 2, 3]\n")
    assert (code, own) == (0, [])
    assert numbers(lines, "loop")[2] == numbers(lines, "other")[2] == 0


@pytest.mark.parametrize("board", ONE)
def test_moving_in_parallel(tmp_path, board):
    """Three that meet, their CPUs truly at once; a manager starts, pauses and stops a fourth one."""
    code, lines, own = run(
        tmp_path, board,
        partition("manager", "24", src="pool_manager.c", pool=None, cpus=[0]),
        partition("worker", "hog", "1000000000", "3", start="demand", **MOVES),
        partition("shared", "wander", "400", "3", irqs=[27, 100, 101], **MOVES),
        partition("rr", "hog", "2000000", "3", policy="rr", **MOVES),
        partition("edf", "hog", "2000000", "3", policy="edf", budget_us=3000, period_us=10000, **MOVES),
        pool="cpus = [1, 2, 3]\n", count=())
    assert (code, own) == (0, []), lines


@pytest.mark.parametrize("board", OTHER)
def test_moving_is_no_refill(tmp_path, board):
    """Always on its way, the hog has 2 ms of each 10, on whichever CPU.  (Alone: of two CPUs that are
    busy the emulator that counts instructions lets one wait.)"""
    code, lines, own = run(
        tmp_path, board,
        partition("hog", "hog", "100000", "2", priority=255, budget_us=2000, period_us=10000,
                  console="shared", **MOVES),
        partition("still", "1", "0", src="status.c", pool=None, cpus=[0]), pool="cpus = [1, 2]\n")
    assert (code, own) == (0, [])
    used, throttled = numbers(lines, "hog")
    assert 10 * 2_000_000 - 20_000 <= used <= 11 * 2_000_000 + 20_000
    assert 9 <= throttled <= 11


def test_moving_where_there_is_no_room(tmp_path):
    """EDF instances are promised no more than a CPU has, whoever asks."""
    edf = {"policy": "edf", "period_us": 10000}
    code, lines, own = run(
        tmp_path, BOARDS[0], partition("asks", "full", "2", "2", budget_us=6000, **edf, **MOVES),
        partition("there", "hog", "100000", budget_us=5000, **edf), pool="cpus = [1, 2]\n")
    assert (code, own) == (0, []), lines
