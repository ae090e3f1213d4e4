# SPDX-License-Identifier: Apache-2.0
"""`tnimage run`: every way in which a run can end, with programs that do nothing else."""
import os
import pty
import signal
import subprocess
import time

import pytest

import fakeimage
from fakeimage import TNIMAGE, tnimage

BOARDS = ("qemu-virt", "qemu-virt-gicv2", "zcu102")
# Long enough for a loaded machine; no test waits for it when all is well.
LONG = "240"


def run(image, *words, **kwargs):
    if "--timeout" not in words:
        words = ("--timeout", LONG, *words)
    return tnimage("run", image, *words, **kwargs)


def children(pid):
    """Process ids whose parent is `pid`."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as stat:
                if int(stat.read().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(name))
        except OSError:
            pass
    return found


def until(condition, seconds=120):
    """Poll for something that another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def gone(pid):
    return not os.path.exists(f"/proc/{pid}")


@pytest.mark.parametrize("board", BOARDS)
def test_serial_is_standard_output(tmp_path, board):
    text = bytes(range(1, 256)) + b"\n"
    image = fakeimage.make(tmp_path, text=text, board=board)
    done = subprocess.run([TNIMAGE, "run", image, "--timeout", LONG], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, text, b"")


def test_status_of_a_partition(tmp_path):
    image = fakeimage.make(tmp_path, text=b'mortise: partition 0 "app" exit 3\n')
    done = run(image)
    assert done.returncode == 9
    assert done.stderr == "tnimage: partition 'app' ended with status 3\n"


def test_fault_of_a_partition(tmp_path):
    image = fakeimage.make(tmp_path, text=b'hi mortise: partition 0 "app" fault: data abort\r\n')
    done = run(image)
    assert done.returncode == 9
    assert done.stderr == "tnimage: partition 'app' faulted: data abort\n"


@pytest.mark.parametrize("heap, reason, cure", (
    (0, "stack overflow (translation fault) at 0x0000000002fffff0, write",
     "; its stack has 8 KiB, give it more with --stack"),
    (0, "data abort (translation fault) at 0x0000000000000010, read", "; that is a null pointer"),
    (1 << 24, "data abort (translation fault) at 0x0000000000000fff, write of 1 bytes",
     "; that is a null pointer, which malloc returns when the heap of 16 MiB is full (--heap)"),
    (0, "data abort (translation fault) at 0x0000000000001000, read", ""),
))
def test_cure_of_a_fault(tmp_path, heap, reason, cure):
    report = f'{{"components": [{{"name": "app", "stack": 8192, "heap": {heap}}}]}}'.encode()
    image = fakeimage.make(tmp_path, report=report,
                           text=f'mortise: partition 0 "app" fault: {reason}\r\n'.encode())
    assert run(image).stderr == f"tnimage: partition 'app' faulted: {reason}{cure}\n"


@pytest.mark.parametrize("line", ("segment 1 is corrupt", 'partition 0 "a": SHA-256 is wrong'))
@pytest.mark.parametrize("end", (fakeimage.POWER_OFF, fakeimage.HANG), ids=("ends", "hangs"))
def test_refusal_at_boot(tmp_path, line, end):
    image = fakeimage.make(tmp_path, text=f"mortise: {line}\r\n".encode(), end=end)
    done = run(image)
    assert done.returncode == 9
    assert done.stderr == f"tnimage: the image did not start: {line}\n"


def test_expected_text_of_a_program_that_ends(tmp_path):
    image = fakeimage.make(tmp_path, text=b"one\ntwo\n")
    done = run(image, "--expect", "one\ntwo", "--expect", "two")
    assert (done.returncode, done.stdout, done.stderr) == (0, "one\ntwo\n", "")


def test_expected_text_of_a_program_that_hangs(tmp_path):
    image = fakeimage.make(tmp_path, text=b"ready", end=fakeimage.HANG)
    done = run(image, "--expect", "ready")
    assert (done.returncode, done.stdout, done.stderr) == (0, "ready", "")


def test_expected_text_is_missed(tmp_path):
    image = fakeimage.make(tmp_path)
    done = run(image, "--expect", "hello", "--expect", "bye")
    assert done.returncode == 9
    assert done.stderr == f"tnimage: {image}: ended but never printed 'bye'\n"


def test_status_counts_beside_the_expected_text(tmp_path):
    image = fakeimage.make(tmp_path, text=b'ok\nmortise: partition 0 "app" exit 1\n')
    assert run(image, "--expect", "ok").returncode == 9


def test_timeout(tmp_path):
    image = fakeimage.make(tmp_path, end=fakeimage.HANG)
    done = run(image, "--timeout", "0.5")
    assert done.returncode == 124
    assert done.stderr == (f"tnimage: {image}: did not end within 0.5 s; "
                           "give it more with --timeout\n")


def test_timeout_names_what_was_missed(tmp_path):
    image = fakeimage.make(tmp_path, end=fakeimage.HANG)
    done = run(image, "--timeout", "0.5", "--expect", "bye")
    assert done.returncode == 124
    assert "did not end within 0.5 s and never printed 'bye'; give" in done.stderr


def test_input_reaches_the_program(tmp_path):
    image = fakeimage.make(tmp_path, end=fakeimage.ECHO + fakeimage.POWER_OFF)
    done = tnimage("run", image, "--timeout", LONG, stdin=None, input="abcq")
    assert (done.returncode, done.stdout, done.stderr) == (0, "hello\nabcq", "")


@pytest.mark.parametrize("text, seen", (("", "\x04"), ("a\n", "a\n\x04"), ("a", "a\x04\x04")))
def test_end_of_input(tmp_path, text, seen):
    echo_to_end = fakeimage.ECHO.replace("#'q'", "#4")
    ends = seen.count("\x04")
    image = fakeimage.make(tmp_path, end=echo_to_end * ends + fakeimage.POWER_OFF)
    done = tnimage("run", image, "--timeout", LONG, stdin=None, input=text)
    assert (done.returncode, done.stdout) == (0, "hello\n" + seen)


def test_closed_input(tmp_path):
    image = fakeimage.make(tmp_path)
    done = subprocess.run(["sh", "-c", '"$0" run "$1" --timeout "$2" <&-', TNIMAGE, image, LONG],
                          capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "hello\n", "")


@pytest.mark.parametrize("board", BOARDS)
def test_uboot(tmp_path, board):
    image = fakeimage.make(tmp_path, board=board)
    done = run(image, "--boot", "uboot", stdin=None, input="must not stop the boot")
    assert done.returncode == 0, done.stderr
    assert "Starting kernel ..." in done.stdout
    assert done.stdout.endswith("hello\n")


def test_uboot_quiet(tmp_path):
    image = fakeimage.make(tmp_path)
    done = run(image, "--boot", "uboot", "--quiet-boot")
    assert (done.returncode, done.stdout, done.stderr) == (0, "hello\n", "")


def test_uboot_that_gives_up(tmp_path):
    image = fakeimage.make(tmp_path, spare=80 << 20)
    done = run(image, "--boot", "uboot", "--quiet-boot")
    assert done.returncode == 9
    assert done.stderr.startswith("tnimage: U-Boot did not start the image: RD image overlaps ")
    assert done.stderr.endswith("; the image takes more memory than there is room for, run it "
                                "with --boot kernel\n")
    assert run(image).returncode == 0


def test_a_trap_into_uboot_is_a_failure(tmp_path):
    image = fakeimage.make(tmp_path, end="udf #0\n")
    done = run(image, "--boot", "uboot", "--quiet-boot")
    assert done.returncode == 9
    assert done.stderr == "tnimage: the image did not start: U-Boot caught a Synchronous Abort\n"


@pytest.fixture(name="hello", scope="module")
def build_hello(tmp_path_factory):
    """A folder with the same program for each board."""
    folder = tmp_path_factory.mktemp("hello")
    source = folder / "hello.c"
    source.write_text('#include <stdio.h>\nint main(void) { char line[80]; puts("name?"); '
                      'fgets(line, 80, stdin); printf("hello, %s", line); return 3; }\n')
    for board in BOARDS:
        done = tnimage("build", source, "--board", board, "-o", folder / f"{board}.img")
        assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("boot", ("kernel", "uboot"))
@pytest.mark.parametrize("board", BOARDS)
def test_a_real_program(hello, board, boot):
    done = run(hello / f"{board}.img", "--boot", boot, "--quiet-boot", stdin=None, input="you\n")
    assert done.returncode == 9
    assert done.stdout.replace("\r", "").startswith("name?\nhello, you\n")
    assert done.stderr == "tnimage: partition 'hello' ended with status 3\n"


@pytest.mark.parametrize("boot", ("kernel", "uboot"))
@pytest.mark.parametrize("board", BOARDS)
def test_a_program_that_reads_first(tmp_path, board, boot):
    """What is typed before the UART is enabled would be lost."""
    source = tmp_path / "cat.c"
    source.write_text("#include <stdio.h>\nint main(void) { for (int c; (c = getchar()) != EOF;) "
                      "putchar(c); }\n")
    assert tnimage("build", source, "--board", board, "-o", tmp_path / "cat.img").returncode == 0
    done = run(tmp_path / "cat.img", "--boot", boot, "--quiet-boot", stdin=None, input="a\nbc")
    assert (done.returncode, done.stdout.replace("\r", "")) == (0, "a\nbc"), done.stderr


def test_start_at_the_wrong_level(hello):
    done = run(hello / "qemu-virt.img", "--", "-M", "virt,virtualization=off")
    assert done.returncode == 9
    assert done.stderr.startswith("tnimage: the image did not start: entered at EL1")


def test_icount_is_repeatable(tmp_path):
    image = fakeimage.make(tmp_path)
    done = run(image, "--icount", "-v")
    assert (done.returncode, done.stdout) == (0, "hello\n")
    assert " -icount shift=0,sleep=off " in done.stderr


def test_qemu_arguments(tmp_path):
    image = fakeimage.make(tmp_path)
    done = run(image, "-v", "--", "-name", "a b")
    assert done.returncode == 0
    assert done.stderr.endswith(" -name 'a b'\n")


def test_wrong_qemu_argument(tmp_path):
    done = run(fakeimage.make(tmp_path), "--", "-nonsense")
    assert done.returncode == 7
    assert done.stderr == "tnimage: qemu-system-aarch64: -nonsense: invalid option\n"


def test_qemu_is_missing(tmp_path):
    image = fakeimage.make(tmp_path)
    fakeimage.tnimage("verify", image)  # compiles tnpack while there is a compiler
    done = run(image, env={**os.environ, "PATH": str(tmp_path)})
    assert done.returncode == 7
    assert done.stderr == ("tnimage: qemu-system-aarch64: not installed; "
                           "'apt-get install qemu-system-arm'\n")


@pytest.mark.parametrize("number", (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL))
def test_no_orphan(tmp_path, number):
    image = fakeimage.make(tmp_path, end=fakeimage.HANG)
    # A shell's background job, which these tests may be, ignores SIGINT, and who it starts does, too.
    process = subprocess.Popen([TNIMAGE, "run", image], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    assert process.stdout.readline() == b"hello\n"
    [machine] = children(process.pid)
    process.send_signal(number)
    code = process.wait(120)
    process.stdout.close()
    until(lambda: gone(machine))
    assert code == {signal.SIGINT: 130, signal.SIGKILL: -9}.get(number, 128 + number)


def test_reader_that_leaves(tmp_path):
    image = fakeimage.make(tmp_path, end=fakeimage.HANG, text=b"hello\n" * 20)
    process = subprocess.Popen([TNIMAGE, "run", image, "--timeout", "20"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.wait(120) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def typing(image, words, steps):
    """Run on a terminal of its own; `steps` are (text to wait for, keys). (exit code, output)."""
    pid, master = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored in a shell's background job
        os.execv(TNIMAGE, [TNIMAGE, "run", image, *words])
    seen = b""
    for want, keys in steps:
        while want not in seen:
            seen += os.read(master, 1024)
        os.write(master, keys)
    _, status = os.waitpid(pid, 0)
    os.close(master)
    return os.waitstatus_to_exitcode(status), seen


def test_terminal_gives_lines(tmp_path):
    image = fakeimage.make(tmp_path, end=fakeimage.ECHO + fakeimage.HANG)
    code, seen = typing(image, [], ((b"hello", b"xyz\x7f\n"), (b"\r\nxy\r\n", b"\x04"),
                                    (b"\x04", b"\x03")))
    assert code == 130
    assert seen.count(b"xyz") == 1  # the terminal's own echo


def test_terminal_gives_keys(tmp_path):
    image = fakeimage.make(tmp_path, end=fakeimage.ECHO + fakeimage.HANG)
    code, seen = typing(image, ["--raw"], ((b"hello", b"xyz"), (b"xyz", b"\x03")))
    assert code == 130
    assert seen.count(b"xyz") == 1  # the program's


@pytest.mark.parametrize("words, message", [
    (["--timeout", "0"], "argument --timeout: '0': not a number of seconds above 0; "
     "see 'tnimage run --help'"),
    (["--timeout", "soon"], "argument --timeout: 'soon': not a number of seconds above 0; "
     "see 'tnimage run --help'"),
    (["--boot", "grub"], "argument --boot: invalid choice: 'grub' (choose from 'kernel', "
     "'uboot'); see 'tnimage run --help'"),
    (["--expect", ""], "--expect: the text is empty; give what to wait for"),
    (["--icuont"], "unknown option '--icuont'; did you mean '--icount'?"),
])
def test_usage(tmp_path, words, message):
    done = tnimage("run", tmp_path / "app.img", *words)
    assert (done.returncode, done.stderr) == (2, f"tnimage: {message}\n")
