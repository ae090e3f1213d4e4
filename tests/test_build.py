# SPDX-License-Identifier: Apache-2.0
"""`tnimage build` as a user meets it: refusals, determinism, what a second build does."""
import json
import os
import re
import subprocess

import pytest

import badcase
from tenon import board, errors

TREE = badcase.TREE
TNIMAGE = os.path.join(TREE, "tools", "tnimage")
HELLO = '#include <stdio.h>\n\nint main(void)\n{\n    puts("hello");\n    return 0;\n}\n'


def build(folder, *args, code=0, **environment):
    """Run `tnimage build` in a folder; returns the process's result."""
    result = subprocess.run(["/usr/bin/python3", TNIMAGE, "build", *args], cwd=folder, text=True,
                            env=dict(os.environ, **environment), capture_output=True, check=False,
                            timeout=300)
    assert result.returncode == code, result.stderr
    return result


def read(path):
    with open(path, "rb") as file:
        return file.read()


def report(folder, name="app"):
    return json.loads(read(os.path.join(folder, ".tn", name, "report.json")))


def part(folder, name="app"):
    return next(c for c in report(folder)["components"] if c["name"] == name)


def libraries(component):
    return {row["lib"]: row for row in component["libs"]}


@pytest.fixture
def app(tmp_path):
    """A folder with a hello in app.c."""
    (tmp_path / "app.c").write_text(HELLO)
    return tmp_path


@pytest.mark.parametrize("name", badcase.names())
def test_bad_input(name, tmp_path):
    """The exact line, the exit code, and nothing but what was there before."""
    folder = os.path.realpath(tmp_path)
    code, text, left = badcase.run(name, folder)
    wanted, pattern = badcase.expectation(name, folder)
    assert re.fullmatch(pattern, text, re.S), text
    assert code == wanted
    assert not left
    assert read(os.path.join(folder, "app.img")) == badcase.BEFORE
    assert text.splitlines()[-1].startswith("tnimage: ")


def test_same_bytes_in_other_folders(tmp_path):
    images = []
    for folder in (tmp_path / "a", tmp_path / "some where" / "else"):
        folder.mkdir(parents=True)
        (folder / "app.c").write_text(HELLO.replace("return 0", "return __FILE__[0] == 0"))
        build(folder, "app.c")
        images.append((read(folder / "app.img"), read(folder / ".tn/app/report.json")))
    assert images[0] == images[1]


def test_same_bytes_after_other_builds(app):
    """A build does not depend on what was built in the folder before."""
    build(app, "app.c")
    first = read(app / "app.img")
    build(app, "app.c", "--heap", "20M", "--set", "PRINTF_FLOAT=y", "-O", "2", "--device", "rtc")
    assert read(app / "app.img") != first
    build(app, "app.c")
    assert read(app / "app.img") == first


def ran(folder, *args):
    """The labels of the steps that ninja ran."""
    text = build(folder, "-v", *args).stderr
    return re.findall(r"^\[\d+/\d+ .* -o (\S+)$", text, re.M)


def test_second_build_runs_nothing(app):
    build(app, "app.c")
    assert ran(app, "app.c") == []


def test_touched_source_runs_compile_and_link(app):
    build(app, "app.c")
    (app / "app.c").write_text(HELLO.replace("hello", "hullo"))
    assert ran(app, "app.c") == ["app/obj/app/app.c.o", "app/app.elf"]
    assert b"hullo" in read(app / "app.img")


def test_header_is_a_dependency(app):
    (app / "text.h").write_text('#define TEXT "one"\n')
    (app / "app.c").write_text('#include "text.h"\n' + HELLO.replace('"hello"', "TEXT"))
    build(app, "app.c")
    (app / "text.h").write_text('#define TEXT "two"\n')
    assert "app/obj/app/app.c.o" in ran(app, "app.c")


def test_new_symbol_brings_its_library(app):
    build(app, "app.c")
    assert "LIB_CLOCK" not in libraries(part(app))
    (app / "app.c").write_text("#include <time.h>\n" + HELLO.replace(
        "return 0", "struct timespec t; return clock_gettime(CLOCK_MONOTONIC, &t)"))
    build(app, "app.c")
    row = libraries(part(app))["LIB_CLOCK"]
    assert row["why"] == {"kind": "symbol", "symbol": "clock_gettime", "by": "app.c"}
    (app / "app.c").write_text(HELLO)
    build(app, "app.c")
    assert "LIB_CLOCK" not in libraries(part(app))


def test_bytes_add_up(app):
    build(app, "app.c")
    for component in report(app)["components"]:
        for kind, total in component["sections"].items():
            assert sum(row["bytes"][kind] for row in component["libs"]) == total


def test_capabilities_follow_from_libraries(app):
    build(app, "app.c")
    assert part(app)["caps"] == ["DEVICE", "EXIT"]
    assert "LIB_HC_IRQ" not in libraries(part(app, "mortise"))
    (app / "app.c").write_text("int main(void)\n{\n    return 0;\n}\n")
    build(app, "app.c")
    assert part(app)["caps"] == ["EXIT"]
    assert [region["what"] for region in part(app)["regions"]] == ["text", "rodata", "memory"]


def test_inlined_library_keeps_its_capability(app):
    """A library of which only inlined code is left still brings its capability."""
    (app / "app.c").write_text("#include <tn/pmu.h>\nint main(void)\n{\n    tn_pmu_start();\n"
                               "    return (int)tn_pmu_cycles() == 0;\n}\n")
    build(app, "app.c")
    assert "PMU" in part(app)["caps"]


@pytest.mark.parametrize("source, floats", [
    ('printf("%d %s", argc, argv[0]);', False),
    ('printf("%f", argc * 0.5);', True),
    ('double d = argc; char text[9]; text[0] = 37; text[1] = 102; text[2] = 0; printf(text, d);',
     True),
    ('char text[99]; snprintf(text, 99, "%d", argc); puts(text);', False),
    ('char text[99]; snprintf(text, 99, "%g", 1.0 / argc); puts(text);', True),
    ('volatile double d = argc; d *= 2; printf("%d", (int)d);', False),
])
def test_float_formatter_only_where_floats_are_formatted(app, source, floats):
    (app / "app.c").write_text("#include <stdio.h>\nint main(int argc, char **argv)\n{\n"
                               f"    (void)argv;\n    {source}\n    return 0;\n}}\n")
    build(app, "app.c")
    assert part(app)["printf_float"] is floats


def test_float_reader_only_where_floats_are_read(app):
    text = "#include <stdio.h>\nint main(void)\n{\n    %s v;\n    return sscanf(\"1\", \"%s\", &v);\n}\n"
    build_with = [("int", "%d"), ("double", "%lf")]
    sizes = []
    for kind, form in build_with:
        (app / "app.c").write_text(text % (kind, form))
        build(app, "app.c")
        sizes.append(os.path.getsize(app / "app.img"))
    assert sizes[0] + 4096 < sizes[1]


@pytest.mark.parametrize("body, recursive", [
    ("static int f(int n) { return n < 2 ? 1 : f(n - 1) + f(n - 2); }", True),
    ("static int f(int n) { return n < 2 ? 1 : n * f(n - 1); }", False),
    ("static int f(int n) { volatile char b[n]; b[n - 1] = 1; return b[n - 1]; }", True),
    ("static int f(int n) { return n + 1; }", False),
])
def test_recursion_gets_a_large_stack(app, body, recursive):
    """Only what is left of recursion after the compiler turned what it could into loops."""
    (app / "app.c").write_text(f"{body}\nint main(int argc, char **argv)\n{{\n    (void)argv;\n"
                               "    return f(argc + 20) == 3;\n}\n")
    build(app, "app.c")
    assert part(app)["recursive"] is recursive
    assert (part(app)["stack"] > 1 << 20) is recursive


def test_heap_follows_need(app):
    build(app, "app.c")
    assert part(app)["heap"] < 8192
    (app / "app.c").write_text("#include <stdlib.h>\nchar *volatile p;\nint main(void)\n{\n"
                               "    p = malloc(100);\n    return p == 0;\n}\n")
    build(app, "app.c")
    assert part(app)["heap"] >= 16 << 20
    build(app, "app.c", "--ram", "256K")
    assert 200 << 10 < part(app)["heap"] < 256 << 10
    assert part(app)["ram"] <= 256 << 10


def test_manifest(app):
    (app / "tnimage.toml").write_text(
        '[image]\nname = "motor"\nboard = "qemu-virt-gicv2"\nverify = "sha256"\n\n'
        '[[partition]]\nname = "control"\nsrc = ["app.c"]\ncpus = [1]\nram = "128K"\n'
        'heap = "16K"\ndevices = ["rtc"]\nirqs = [40]\nlibs = ["loop"]\nargs = ["-x", "a b"]\n'
        'options = { PRINTF_FLOAT = true }\ncflags = ["-DSPEED=3"]\n')
    build(app)
    found = report(app, "motor")
    assert found["image"]["board"] == "qemu-virt-gicv2"
    assert found["image"]["cpus"] == 2
    control = found["components"][1]
    assert control["args"] == ["control", "-x", "a b"]
    assert [irq["intid"] for irq in control["irqs"]] == [34, 40]
    assert "rtc" in [region["what"] for region in control["regions"]]
    assert "LIB_LOOP" in libraries(control)
    assert control["options"]["PRINTF_FLOAT"] == "y"
    assert "LIB_HV_VERIFY_SHA256" in libraries(found["components"][0])
    assert os.path.exists(app / "motor.img")


def test_options_override_the_manifest(app):
    (app / "tnimage.toml").write_text('[image]\nname = "one"\n[[partition]]\nname = "one"\n'
                                      'src = ["app.c"]\nstack = "8K"\n')
    build(app, "--stack", "64K", "--name", "two")
    assert report(app, "two")["components"][1]["stack"] == 64 << 10


def test_app_flags_and_several_sources(app):
    (app / "inc").mkdir()
    (app / "inc" / "twice.h").write_text("int twice(int x);\n")
    (app / "app.c").write_text("#include <twice.h>\nint main(void)\n{\n"
                               "    return twice(VALUE) != 42;\n}\n")
    (app / "util.S").write_text("        .text\n        .globl twice\ntwice:\n"
                                "        add w0, w0, w0\n        ret\n")
    build(app, "app.c", "util.S", "-D", "VALUE=21", "-I", "inc")


def test_json(app):
    found = json.loads(build(app, "app.c", "--json").stdout)
    assert found["output"] == "app.img"
    assert found["image"]["file_size"] == os.path.getsize(app / "app.img")


def test_explain_names_every_library(app):
    text = build(app, "app.c", "--explain").stdout
    for component in report(app)["components"]:
        for row in component["libs"]:
            name = row["lib"].removeprefix("LIB_").lower().replace("_", "-")
            assert re.search(rf"^{name} ", text, re.M)


def test_compile_commands(app):
    build(app, "app.c")
    commands = json.loads(read(app / ".tn/app/compile_commands.json"))
    assert any(entry["file"] == str(app / "app.c") for entry in commands)


def test_format_bin_is_whole_flash_pages(app):
    build(app, "app.c")
    build(app, "app.c", "--format", "bin")
    data = read(app / "app.bin")
    assert len(data) % 4096 == 0
    assert data.startswith(read(app / "app.img"))


def test_format_c_is_the_image(app):
    build(app, "app.c")
    build(app, "app.c", "--format", "c")
    (app / "dump.c").write_text('#include "app_image.c"\n#include <stdio.h>\nint main(void)\n{\n'
                                "    fwrite(app_image, 1, app_image_size, stdout);\n"
                                "    return APP_IMAGE_MEMORY < app_image_size;\n}\n")
    subprocess.run(["clang", "-Wall", "-Werror", "-o", "dump", "dump.c"], cwd=app, check=True)
    made = subprocess.run([app / "dump"], capture_output=True, check=True).stdout
    assert made == read(app / "app.img")


def test_format_elf_has_the_symbols(app):
    build(app, "app.c", "--format", "elf")
    text = subprocess.run(["llvm-nm", app / "app.elf"], capture_output=True, text=True,
                          check=True).stdout
    assert re.search(r" main$", text, re.M)
    assert re.search(r" tn_partition_\w+$| hv_\w+$| start$", text, re.M)


def test_format_elf_boots(app):
    build(app, "app.c", "--format", "elf")
    result = subprocess.run(
        ["qemu-system-aarch64", "-M", "virt,gic-version=3,virtualization=on", "-cpu", "cortex-a53",
         "-nographic", "-nic", "none", "-kernel", "app.elf"], cwd=app, capture_output=True,
        timeout=120, stdin=subprocess.DEVNULL, check=True)
    assert result.stdout.replace(b"\r", b"").endswith(b"hello\n")


def test_format_fit(app):
    (app / "keys").mkdir()
    subprocess.run("openssl genrsa -out keys/dev.key 2048 && "
                   "openssl req -batch -new -x509 -key keys/dev.key -out keys/dev.crt",
                   shell=True, cwd=app, check=True, capture_output=True)
    build(app, "app.c", "--format", "fit")
    plain = read(app / "app.itb")
    build(app, "app.c", "--format", "fit")
    assert read(app / "app.itb") == plain
    build(app, "app.c", "--format", "fit", "--key", "keys:dev")
    assert b"rsa2048:dev" in subprocess.run(["dumpimage", "-l", app / "app.itb"],
                                            capture_output=True, check=True).stdout or \
        b"rsa2048" in read(app / "app.itb")


def test_image_of_last_build_survives_a_failure(app):
    build(app, "app.c")
    before = read(app / "app.img")
    (app / "app.c").write_text("int main(void) { return missing(); }\n")
    build(app, "app.c", code=5)
    assert read(app / "app.img") == before
    assert sorted(os.listdir(app)) == [".tn", "app.c", "app.img"]


@pytest.mark.parametrize("board", ["qemu-virt", "qemu-virt-gicv2", "zcu102"])
def test_every_board(app, board):
    build(app, "app.c", "--board", board)
    assert report(app)["image"]["board"] == board


def test_two_builds_at_once(app):
    """They take turns: both succeed, and the image is whole."""
    command = ["/usr/bin/python3", TNIMAGE, "build", "app.c"]
    running = [subprocess.Popen(command, cwd=app, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
               for _ in range(3)]
    assert [process.wait(300) for process in running] == [0, 0, 0]
    for process in running:
        process.stdout.close()
        process.stderr.close()


def test_device_over_the_interrupt_controller(tmp_path):
    """Whoever had it could forward every interrupt of the machine."""
    with open(os.path.join(TREE, "core/board/qemu-virt/board.toml"), encoding="utf-8") as file:
        text = file.read()
    folder = tmp_path / "core/board/qemu-virt"
    folder.mkdir(parents=True)
    for base, frame in (("0x08000800", "gicd"), ("0x08100000", "gicr"), ("0x07fff000", None),
                        ("0x07fff800", "gicd")):
        (folder / "board.toml").write_text(text.replace("base = 0x09010000", f"base = {base}"))
        if frame is None:
            assert board.load("qemu-virt", tmp_path).device("rtc")["base"] == 0x07fff000
            continue
        with pytest.raises(errors.Refusal) as refusal:
            board.load("qemu-virt", tmp_path)
        assert str(refusal.value).endswith(
            f"device 'rtc' lies over {frame}, which is Mortise's; correct its base and size")


def test_trusted_dma(tmp_path):
    """With the word of the manifest the device is in the descriptor like any other."""
    (tmp_path / "app.c").write_text("int main(void)\n{\n    return 0;\n}\n")
    (tmp_path / "tnimage.toml").write_text(
        '[image]\nname = "app"\nboard = "zcu102"\n[[partition]]\nname = "app"\nsrc = ["app.c"]\n'
        'devices = ["gem3"]\ntrusted_dma = true\n')
    build(tmp_path)
    found = json.loads((tmp_path / ".tn/app/report.json").read_text())
    app = next(item for item in found["components"] if item["name"] == "app")
    assert [(r["source"], r["size"]) for r in app["regions"] if r["what"] == "gem3"] == \
        [(0xff0e0000, 0x1000)]
    assert {"intid": 95, "edge": False, "priority": 160} in app["irqs"]
