# SPDX-License-Identifier: Apache-2.0
"""Hypercall groups MEMORY, TIME, INJECT and DEVICE, and restart by another partition."""
import pytest

from partskit import build, partition, run, tnimage

BOARDS = ("qemu-virt", "qemu-virt-gicv2")  # with an RTC


def latest(name, sender, receiver):
    return f'[[channel]]\nname = "{name}"\nfrom = "{sender}"\nto = "{receiver}"\n' \
           'kind = "latest"\nsize = 4\n'


@pytest.mark.parametrize("board", BOARDS)
def test_calls(tmp_path, board):
    """What is right happens, what is wrong or another's is refused."""
    assert run(tmp_path, board,
               partition("calls", "groups.c", args='["calls"]',
                         registers='["rtc:4:4:rw", "rtc:0xfe0:4:r"]'),
               partition("hears", "groups.c", args='["hears"]', irqs="[45, 46]",
                         injectable="[45]"),
               latest("heard", "hears", "calls")) == (0, [""])


@pytest.mark.parametrize("board", BOARDS)
def test_restart(tmp_path, board):
    """Twenty lives, each clean and counted."""
    assert run(tmp_path, board, partition("manager", "restarter.c", args='["20"]'),
               partition("worker", "worker.c", cpus="[2]", start='"demand"', heap='"64K"'),
               latest("beat", "worker", "manager"), latest("quit", "manager", "worker")) == (0, [""])


def run_pool(folder, board, asks, peer, mode="bypass"):
    words = [f'["{word}"]' for word in (asks, peer)]
    return run(folder, board, partition("asks", "mempool.c", args=words[0], mode=f'"{mode}"'),
               partition("peer", "mempool.c", args=words[1]), latest("say", "asks", "peer").replace(
                   "size = 4", "size = 8"), latest("answer", "peer", "asks").replace(
                       "size = 4", "size = 8"), image='memory_pool = "8M"\n')


@pytest.mark.parametrize("board, mode", (("qemu-virt", "bypass"), ("zcu102", "tenon")))
def test_memory(tmp_path, board, mode):
    """Asked for, clear, given back, shared, kept by a peer that ends; what is wrong is refused."""
    assert run_pool(tmp_path, board, "asks", "peer", mode) == (0, [""])


def test_memory_that_is_gone(tmp_path):
    """After it is given back an access is a fault; so is a write to what is offered for reading."""
    _, lines = run_pool(tmp_path, "qemu-virt", "wild", "wild")
    assert any('"asks" fault: data abort (translation fault) at 0x000000000600' in line
               for line in lines), lines
    (tmp_path / "two").mkdir()
    _, lines = run_pool(tmp_path / "two", "qemu-virt", "offers", "writes")
    assert 'mortise: partition 1 "peer" fault: data abort (permission fault) at ' \
           "0x0000000006000000, write of 1 bytes" in lines


@pytest.mark.parametrize("board", BOARDS)
def test_memory_of_several_cpus(tmp_path, board):
    """One CPU's range is the other's, beside a partition that takes from the same pool."""
    assert run(tmp_path, board,
               partition("both", "mempool_smp.c", args='["both"]', mode='"tenon"', cpus="[1, 2]"),
               partition("beside", "mempool.c", args='["lives"]', cpus="[0]"),
               latest("say", "both", "beside").replace("size = 4", "size = 8"),
               latest("answer", "beside", "both").replace("size = 4", "size = 8"),
               image='memory_pool = "16M"\n') == (0, [""])


def test_memory_that_another_cpu_gives_back(tmp_path):
    """Each life: the CPU that reads it faults, and the next life gets the same memory."""
    _, lines = run(tmp_path, "qemu-virt", partition(
        "wild", "mempool_smp.c", args='["wild"]', mode='"tenon"', cpus="[1, 2]", restart='"fault"',
        restart_times="2"), partition("beside", "mempool.c", args='["lives"]'),
        image='memory_pool = "2M"\n')
    fault = 'fault: data abort (translation fault) at 0x0000000006001000, read of 1 bytes'
    assert sum(fault in line for line in lines) == 3, lines


def test_no_answer(tmp_path):
    """A device that is not there, as this GPIO when QEMU has firmware: an error for who asks."""
    image = build(tmp_path, "qemu-virt",
                  partition("asks", "unanswered.c", args='["0x09010fe0", "0x09030fe0"]',
                            registers='["rtc:0xfe0:4:r", "gpio:0xfe0:4:rw"]'),
                  partition("ticks", "ticks.c", irqs="[27]", args='["1"]', cpus="[1]"))
    done = tnimage("run", image, "--boot", "uboot", "--quiet-boot", "--timeout", "200")
    assert (done.returncode, done.stdout) == (0, "")
