# SPDX-License-Identifier: Apache-2.0
"""Restart policies: a partition begins anew with clean memory, and nobody else notices."""
import pytest

from partskit import BOARDS, partition, run

TIMER = '["TIMER"]'
CHANNEL = '[[channel]]\nname = "count"\nfrom = "ends"\nto = "counts"\nkind = "message"\nsize = 4\n'


@pytest.mark.parametrize("board, how, mode", zip(BOARDS, ("fault", "wild", "3"),
                                                 ("bypass", "tenon", "bypass")))
def test_after_a_failure(tmp_path, board, how, mode):
    """Three restarts in the time, then no more; the first partition, whose CPU boots, and not."""
    ends = partition("ends", "restart.c", mode=f'"{mode}"', irqs="[30]", caps=TIMER, args=f'["{how}"]',
                     restart='"fault"', restart_times=3, restart_window_ms=0)
    counts = partition("counts", "restart.c", args='["4"]')
    first = (ends, counts) if board == BOARDS[0] else (counts, ends)
    code, lines = run(tmp_path, board, *first, CHANNEL)
    number = first.index(ends)
    ours = [line for line in lines if line.startswith("mortise: partition")]
    what = {"fault": "fault: data abort", "wild": "fault: instruction abort", "3": "exit 3"}[how]
    assert len([line for line in ours if f'"ends" {what}' in line]) == 4, lines
    assert ours.count(f'mortise: partition {number} "ends" restarts') == 3
    assert ours.count(f'mortise: partition {number} "ends" is not restarted any more') == 1
    assert "[counts] 4 starts" in lines and code == 9
    assert not any("clean" in line or "no interrupts" in line for line in lines)


def test_always(tmp_path):
    """Status 0 is an end like any other for it; three in ten minutes."""
    code, lines = run(
        tmp_path, "qemu-virt", partition("counts", "restart.c", args='["4"]'),
        partition("ends", "restart.c", irqs="[30]", caps=TIMER, args='["0"]', restart='"always"',
                  restart_times=3, restart_window_ms=600000), CHANNEL)
    assert code == 0 and "[counts] 4 starts" in lines, lines
    assert sum("restarts" in line for line in lines) == 3


def test_not_after_success(tmp_path):
    code, lines = run(
        tmp_path, "qemu-virt", partition("counts", "restart.c", args='["1"]'),
        partition("ends", "restart.c", irqs="[30]", caps=TIMER, args='["0"]', restart='"fault"'), CHANNEL)
    assert code == 0 and not any("restarts" in line for line in lines), lines


def test_alone(tmp_path):
    """An image with one partition, and one CPU."""
    code, lines = run(tmp_path, "qemu-virt", partition("ends", "status.c", args='["1", "7"]',
                                                       restart='"fault"', restart_times=2))
    assert code == 9
    assert lines.count('mortise: partition 0 "ends" exit 7') == 3
    assert lines.count('mortise: partition 0 "ends" restarts') == 2
