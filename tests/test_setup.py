# SPDX-License-Identifier: Apache-2.0
"""tools/setup, the third-party cache and `tnimage doctor`, without network or compiler."""
import json
import os
import subprocess
import sys
import threading

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tools"))

from tenon import aptsource, cache, errors, thirdparty  # noqa: E402  (the path must be set first)

LIST = """\
# See the manual
deb http://deb.example.org/debian bookworm main contrib  # mirror
deb [signed-by=/usr/share/keyrings/x.gpg arch=amd64] https://x.example.org stable main
#deb http://off.example.org/debian bookworm main
deb-src http://deb.example.org/debian bookworm main contrib
deb\tcdrom:[Debian]/ bookworm main
"""
LIST_SRC = """\
deb-src http://deb.example.org/debian bookworm main contrib
deb-src [signed-by=/usr/share/keyrings/x.gpg arch=amd64] https://x.example.org stable main
"""
SOURCES = """\
# Debian
Types: deb
# a comment inside
URIs: http://deb.example.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian.gpg

Enabled: no
Types: deb
URIs: http://off.example.org
Suites: x
Components: main

types: deb deb-src
URIs: http://sec.example.org
Suites: bookworm-security
Architectures: amd64
 arm64
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc=
"""
SOURCES_SRC = """\
Types: deb-src
URIs: http://deb.example.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb-src
URIs: http://sec.example.org
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc=
"""


def test_one_line_sources():
    assert aptsource.from_list(LIST) == LIST_SRC


def test_deb822_sources():
    assert aptsource.from_sources(SOURCES) == SOURCES_SRC


def test_private_configuration(tmp_path):
    """Both formats are found; the configuration points nowhere but into the work folder."""
    etc = tmp_path / "etc"
    (etc / "sources.list.d").mkdir(parents=True)
    (etc / "sources.list").write_text("# nothing\n", encoding="utf-8")
    (etc / "sources.list.d" / "a.list").write_text(LIST, encoding="utf-8")
    (etc / "sources.list.d" / "b.sources").write_text(SOURCES, encoding="utf-8")
    (etc / "sources.list.d" / "c.sources.disabled").write_text(SOURCES, encoding="utf-8")
    work = tmp_path / "work"
    for _ in range(2):
        config, count = aptsource.configure(str(work), str(etc))
        assert count == 2
    parts = sorted((work / "parts").iterdir())
    assert [part.suffix for part in parts] == [".list", ".sources"]
    assert parts[1].read_text(encoding="utf-8") == SOURCES_SRC
    with open(config, encoding="utf-8") as file:
        text = file.read()
    assert f'Dir::State::lists "{work}/lists";' in text
    assert 'Dir::Etc::sourcelist "/dev/null";' in text


def test_newest_version():
    text = ("Package: lwip\nVersion: 2.1.3+dfsg1-2\n\nPackage: lwip\nVersion: 2.1.3+dfsg1-10\n\n"
            "Package: lwip\nVersion: 2.1.30-1\n\nPackage: other\nVersion: 2.1.3-99\n")
    assert aptsource.newest(text, "lwip", "2.1.3") == "2.1.3+dfsg1-10"
    assert aptsource.newest(text, "lwip", "2.2") is None
    assert aptsource.newest("", "lwip", "2.1.3") is None


def test_package_list():
    """Every package has one of the three groups and says what it is for."""
    packages = thirdparty.packages()
    assert {item["group"] for item in packages} == {"build", "run", "test"}
    assert all(item["why"] for item in packages)
    names = [item["name"] for item in packages]
    assert len(set(names)) == len(names)


@pytest.fixture(name="box")
def fixture_box(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setenv("TENON_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def recipe(make, inputs=()):
    return thirdparty.Recipe("thing", "build", "for the test", 1, make, inputs)


def writes(text):
    def make(work, scratch, out):
        work.step("writing")
        with open(os.path.join(out, "file"), "w", encoding="ascii") as file:
            file.write(text)
    return make


def test_entry_is_made_once_and_again_for_another_recipe(box, monkeypatch, capsys):
    monkeypatch.setattr(thirdparty, "RECIPES", (recipe(writes("1")),))
    thirdparty.fill(["build"])
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "setup: thing: writing (1/1)"
    assert out[1].startswith("setup: thing: ready after ")
    thirdparty.fill(["build"])
    assert capsys.readouterr().out == ""
    changed = recipe(writes("2"), ("other flags",))
    assert changed.state() == "stale"
    monkeypatch.setattr(thirdparty, "RECIPES", (changed,))
    thirdparty.fill(["build"])
    assert (box / "thing" / "file").read_text(encoding="ascii") == "2"
    assert sorted(path.name for path in box.iterdir()) == [".lock", "logs", "thing"]


def test_other_groups_are_left_alone(box, monkeypatch):
    monkeypatch.setattr(thirdparty, "RECIPES", (recipe(writes("1")),))
    thirdparty.fill(["run", "test"])
    assert not box.exists()


def test_failure_keeps_the_old_entry_and_shows_the_log(box, monkeypatch, capsys):
    def fails(work, scratch, out):
        work.run(["sh", "-c", "echo reason; exit 3"], scratch)

    monkeypatch.setattr(thirdparty, "RECIPES", (recipe(writes("1")),))
    thirdparty.fill(["build"])
    monkeypatch.setattr(thirdparty, "RECIPES", (recipe(fails),))
    assert thirdparty.main(["build"]) == errors.TOOL
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "  reason",
        f"setup: thing: 'sh' failed with status 3; the log is {box}/logs/thing.log"]
    assert (box / "thing" / "file").read_text(encoding="ascii") == "1"


def test_two_at_once_build_once(box, monkeypatch):
    calls = []

    def slow(work, scratch, out):
        calls.append(1)
        threading.Event().wait(0.3)

    monkeypatch.setattr(thirdparty, "RECIPES", (recipe(slow),))
    threads = [threading.Thread(target=thirdparty.fill, args=(["build"],)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1 and (box / "thing" / ".stamp").exists()


def test_missing_entry_names_the_cure(box):
    with pytest.raises(errors.Refusal) as info:
        cache.newlib()
    assert info.value.code == errors.TOOL
    assert str(info.value) == (
        f"{box}/newlib/include/stdio.h: newlib is missing; run 'make setup'")


def setup(*args, **env):
    return subprocess.run([os.path.join(TOP, "tools", "setup"), *args], check=False, text=True,
                          capture_output=True, stdin=subprocess.DEVNULL,
                          env={**os.environ, **env})


def test_setup_is_silent_when_all_is_there():
    """And so needs neither network nor root: a package manager that fails would be seen."""
    result = setup(http_proxy="http://127.0.0.1:9")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_setup_check(tmp_path):
    result = setup("--check", "build", TENON_CACHE=str(tmp_path / "none"))
    missing = json.loads(result.stdout)
    assert [(item["name"], item["state"]) for item in missing["cache"]] == [
        ("newlib", "missing"), ("newlib-extra", "missing"), ("libfdt", "missing"),
        ("lwip", "missing")]
    assert missing["packages"] == []
    assert not (tmp_path / "none").exists()


def test_setup_refuses_an_unknown_word():
    result = setup("biuld")
    assert result.returncode == 2
    assert result.stderr == "setup: unknown word 'biuld'; see 'tools/setup --help'\n"


def doctor(*args, **env):
    return subprocess.run([os.path.join(TOP, "tools", "tnimage"), "doctor", *args], check=False,
                          text=True, capture_output=True, env={**os.environ, **env})


@pytest.fixture(name="path_without")
def fixture_path_without(tmp_path):
    """Makes a PATH that has everything but one program; replacing is one with this text."""
    def make(name, replacing=None):
        folder = tmp_path / "bin"
        folder.mkdir()
        for source in ("/usr/bin", "/usr/sbin", "/bin"):
            for item in os.listdir(source):
                if item != name and not (folder / item).is_symlink():
                    (folder / item).symlink_to(os.path.join(source, item))
        if replacing:
            (folder / name).write_text(replacing, encoding="utf-8")
            (folder / name).chmod(0o755)
        return str(folder)
    return make


def test_doctor_is_content():
    result = doctor()
    assert result.returncode == 0
    assert result.stdout.splitlines()[-1] == "all is there"


def become():
    return "" if os.geteuid() == 0 else "sudo "


def test_doctor_without_ninja(path_without):
    result = doctor(PATH=path_without("ninja"))
    assert result.returncode == errors.TOOL
    lines = result.stdout.splitlines()
    at = lines.index("  missing  ninja                        runs the generated build.ninja")
    assert lines[at + 1] == ("           missing from the PATH; "
                             f"{become()}apt-get install --no-install-recommends ninja-build")
    assert result.stderr.startswith("tnimage: 1 of ")
    assert result.stderr.endswith(
        " requirements are not met; run 'make setup', which installs all of them\n")


def test_doctor_with_an_old_clang(path_without):
    old = "#!/bin/sh\necho Debian clang version 11.0.1-2\n"
    path = path_without("clang", old)
    result = doctor("build", "--json", PATH=path)
    assert result.returncode == errors.TOOL
    bad = [item for item in json.loads(result.stdout) if not item["ok"]]
    assert [(item["name"], item["version"], item["problem"]) for item in bad] == [
        ("clang", "11.0.1", f"old: version 11.0.1 of {path}/clang, 14 is needed")]


def test_doctor_with_an_empty_cache(tmp_path):
    result = doctor("build", TENON_CACHE=str(tmp_path))
    assert result.returncode == errors.TOOL
    assert f"           missing from {tmp_path}/newlib; make setup" in result.stdout.splitlines()


def test_doctor_refuses_an_unknown_group():
    result = doctor("biuld")
    assert (result.returncode, result.stderr) == (
        2, "tnimage: unknown group 'biuld'; did you mean 'build'?\n")
