# SPDX-License-Identifier: Apache-2.0
"""Selection and configuration on a pool of a few lines: each rule alone."""
import os
import shutil

import pytest

import badcase

from tenon import board, errors, symbols
from tenon.component import Component
from tenon.config import Config, find_option
from tenon.pool import Facts, Pool
from tenon.select import Selection

FACTS = Facts("BYPASS", "BOARD_QEMU_VIRT")
ROOT = "config LIB_BYPASS_START\n\tbool \"start\"\n\tdepends on LAYER_BYPASS\n"
BOARD = "config BOARD_QEMU_VIRT\n\tbool\n\tselect HAS_PL011\n"


def folder(root, path, kconfig, **sources):
    """Write a folder of the pool."""
    place = os.path.join(root, path)
    os.makedirs(place, exist_ok=True)
    for name, text in {"Kconfig": kconfig, **sources}.items():
        with open(os.path.join(place, name.replace("_c", ".c")), "w", encoding="utf-8") as file:
            file.write(text)


def library(name, *lines):
    """The Kconfig of a library."""
    return f"config LIB_{name}\n\tbool \"{name}\"\n" + "".join(f"\t{line}\n" for line in lines)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A pool with a root library and a board, and a cache of its own."""
    place = str(tmp_path / "tree")
    abi = "core/abi/include/tn/abi"
    shutil.copytree(os.path.join(badcase.TREE, abi), os.path.join(place, abi))
    folder(place, "core/abi", library("ABI"))
    folder(place, "core/board/qemu-virt", BOARD)
    folder(place, "bypass/start", ROOT, start_c="int main(void);\nvoid go(void) { main(); }\n")
    from tenon import cache
    real = cache.folder()
    monkeypatch.setenv("TENON_CACHE", str(tmp_path / "cache"))
    os.makedirs(tmp_path / "cache")
    for name in ("newlib", "newlib-extra"):
        os.symlink(os.path.join(real, name), tmp_path / "cache" / name)
    return place


def select(root, undefined, wanted=(), without=(), options=None, defined=("main",)):
    """The Selection for an application that wants these symbols."""
    pool = Pool(root)
    component = Component("app", "bypass", pool, board.load("qemu-virt"), f"{root}/out", FACTS,
                          "s")
    component.prepare({})
    table = symbols.Symbols(defined=set(defined), undefined=set(undefined))
    want = {"LIB_BYPASS_START": {"kind": "root", "by": "bypass"}}
    want.update((name, {"kind": "option", "by": "--with"}) for name in wanted)
    return Selection(component, {"app.c": table}, want, dict.fromkeys(without, "--without"),
                     options or {})


def refused(code, text, call, *args, **kwargs):
    with pytest.raises(errors.Refusal) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code
    assert text in str(caught.value)


def test_nothing_wanted_nothing_linked(root):
    folder(root, "core/a", library("A"), a_c="int a(void) { return 1; }\n")
    assert sorted(select(root, []).on) == ["LIB_BYPASS_START"]


def test_symbol_brings_library_and_its_wishes(root):
    folder(root, "core/a", library("A"), a_c="int b(void);\nint a(void) { return b(); }\n")
    folder(root, "core/b", library("B"), b_c="int b(void) { return 1; }\n")
    on = select(root, ["a"]).on
    assert on["LIB_A"] == {"kind": "symbol", "symbol": "a", "by": "app.c"}
    assert on["LIB_B"] == {"kind": "symbol", "symbol": "b", "by": "LIB_A"}


def test_applications_own_symbol_comes_first(root):
    folder(root, "core/a", library("A"), a_c="int a(void) { return 1; }\n")
    assert "LIB_A" not in select(root, ["a"], defined=("main", "a")).on


def test_select_brings_library(root):
    folder(root, "core/a", library("A", "select LIB_B"), a_c="int a(void) { return 1; }\n")
    folder(root, "core/b", library("B"))
    assert select(root, ["a"]).on["LIB_B"] == {"kind": "select", "by": "LIB_A"}


def test_select_with_condition(root):
    folder(root, "core/a", library("A", "select LIB_B if LIB_C"), a_c="int a(void) { return 1; }\n")
    folder(root, "core/b", library("B"))
    folder(root, "core/c", library("C"))
    assert "LIB_B" not in select(root, ["a"]).on
    assert "LIB_B" in select(root, ["a"], wanted=["LIB_C"]).on


def test_option_decides_what_is_selected(root):
    folder(root, "core/a", library("A", "select LIB_B if WITH", "select LIB_C if !WITH")
           + "config WITH\n\tbool \"with\"\n\tdepends on LIB_A\n\tdefault y\n",
           a_c="int b(void);\nint a(void) { return b(); }\n")
    folder(root, "core/b", library("B", "depends on LIB_A && WITH"), b_c="int b(void) { return 1; }\n")
    folder(root, "core/c", library("C", "depends on LIB_A && !WITH"), c_c="int b(void) { return 2; }\n")
    assert "LIB_C" not in select(root, ["a"]).on
    on = select(root, ["a"], options={"WITH": ("n", "--set")}).on
    assert "LIB_C" in on and "LIB_B" not in on


def test_board_decides_between_drivers(root):
    folder(root, "core/a", library("A", "depends on HAS_PL011"), a_c="int put(void) { return 1; }\n")
    folder(root, "core/b", library("B", "depends on HAS_OTHER"), b_c="int put(void) { return 2; }\n")
    assert sorted(select(root, ["put"]).on) == ["LIB_A", "LIB_BYPASS_START"]


def test_two_libraries_for_one_symbol(root):
    for name in "ab":
        folder(root, f"core/{name}", library(name.upper()),
               **{f"{name}_c": "int put(void) { return 1; }\n"})
    refused(errors.CONFIG, "several libraries have it (a, b)", select, root, ["put"])
    assert "LIB_A" not in select(root, ["put"], wanted=["LIB_B"]).on
    assert "LIB_A" not in select(root, ["put"], without=["LIB_A"]).on


def test_layer_keeps_libraries_out(root):
    folder(root, "hv/a", library("A", "depends on LAYER_HV"), a_c="int a(void) { return 1; }\n")
    found = select(root, ["a"])
    assert "LIB_A" not in found.on
    assert found.missing == {"a": ["app.c"]}


def test_newlib_member_brings_a_library(root):
    folder(root, "core/io", library("IO"), io_c="int _write(void) { return 1; }\n")
    on = select(root, ["puts"]).on
    assert on["LIB_IO"]["symbol"] == "_write"
    assert on["LIB_IO"]["by"].startswith("libc.a:")


def test_default_y_library_comes_with_a_capability(root):
    folder(root, "core/a", library("A", "depends on CAP_IRQ", "default y"))
    folder(root, "core/b", library("B", "select CAP_IRQ"), b_c="int b(void) { return 1; }\n")
    assert "LIB_A" not in select(root, []).on
    found = select(root, ["b"])
    assert found.on["LIB_A"]["kind"] == "default"
    assert found.config.caps(["LIB_B"]) == ["IRQ"]


def test_asked_for_but_not_allowed(root):
    folder(root, "core/a", library("A", "depends on LIB_B"))
    folder(root, "core/b", library("B"))
    refused(errors.CONFIG, "it depends on LIB_B", select, root, [], wanted=["LIB_A"])


def test_left_out_but_needed(root):
    folder(root, "core/a", library("A", "select LIB_B"), a_c="int a(void) { return 1; }\n")
    folder(root, "core/b", library("B"))
    refused(errors.CONFIG, "library b is needed by a", select, root, ["a"], without=["LIB_B"])


def test_select_of_what_cannot_be(root):
    folder(root, "core/a", library("A", "select LIB_B"), a_c="int a(void) { return 1; }\n")
    folder(root, "core/b", library("B", "depends on LAYER_HV"))
    refused(errors.CONFIG, "LIB_B", select, root, ["a"])


def test_unknown_name_in_a_library_that_is_on(root):
    folder(root, "core/a", library("A", "select LIB_BB"), a_c="int a(void) { return 1; }\n")
    folder(root, "core/b", library("B", "select LIB_NOBODY"))
    refused(errors.CONFIG, "core/a/Kconfig: unknown symbol LIB_BB", select, root, ["a"])


def test_loop_is_named(root):
    folder(root, "core/a", library("A", "select LIB_B"))
    folder(root, "core/b", library("B", "select LIB_A"))
    refused(errors.CONFIG, "LIB_A, LIB_B select or depend on each other", Pool, root)


def test_option_values(root):
    folder(root, "core/a", library("A") + "config DEPTH\n\tint \"depth\"\n\tdepends on LIB_A\n"
           "\trange 2 64\n\tdefault 8\n", a_c="int a(void) { return CONFIG_DEPTH; }\n")
    assert select(root, ["a"]).config.options() == {"DEPTH": "8"}
    given = {"DEPTH": ("16", "--set")}
    config = select(root, ["a"], options=given).config
    assert config.header(config.options()).endswith("#define CONFIG_DEPTH 16\n")
    for value in ("1", "65", "x", "", "1e3"):
        refused(errors.CONFIG, "it goes from 2 to 64", select, root, ["a"],
                options={"DEPTH": (value, "--set")})
    refused(errors.CONFIG, "which is not in the image", select, root, [], options=given)


def test_option_names(root):
    folder(root, "core/a", library("A") + "config DEPTH\n\tint \"depth\"\n\tdepends on LIB_A\n")
    pool = Pool(root)
    assert find_option(pool, "CONFIG_DEPTH", "--set")[0] == "DEPTH"
    assert find_option(pool, "depth", "--set")[1].symbol == "LIB_A"
    refused(errors.CONFIG, "did you mean 'DEPTH'?", find_option, pool, "DETPH", "--set")


def test_first_symbol_must_be_the_library(root):
    folder(root, "core/a", "config DEPTH\n\tint \"depth\"\n")
    refused(errors.CONFIG, "core/a/Kconfig: the first symbol must be the library's", Pool, root)


def test_library_that_does_not_compile_hurts_only_who_wants_it(root):
    folder(root, "core/a", library("A"), a_c="int a(void) { return 1 }\n")
    assert "LIB_A" not in select(root, []).on


def test_facts_reach_kconfig(root):
    folder(root, "hv/a", library("A", "depends on LAYER_HV && IRQS > 2", "default y"))
    pool = Pool(root)
    for count, on in ((2, False), (3, True)):
        facts = Facts("HV", "BOARD_QEMU_VIRT", frozenset(), (("IRQS", count),))
        assert ("LIB_A" in Config(pool, facts, {}).on) is on


def test_mode_without_runtime_is_refused_from_the_pools_facts(root):
    component = Component("app", "tenon", Pool(root), board.load("qemu-virt"), f"{root}/out",
                          Facts("TENON", "BOARD_QEMU_VIRT"), "s")
    refused(errors.CONFIG, "(no library LIB_TENON_START); modes here: none", component.check_root)
    os.makedirs(os.path.join(root, "templates"))
    open(os.path.join(root, "templates", "bypass-start.S.j2"), "w", encoding="ascii").close()
    refused(errors.CONFIG, "modes here: bypass", component.check_root)
    folder(root, "rtos/start", library("TENON_START", "depends on LAYER_TENON"))
    component.pool = Pool(root)
    refused(errors.CONFIG, "(no templates/tenon-start.S.j2)", component.check_root)
