# SPDX-License-Identifier: Apache-2.0
"""The benchmark harness: what the plugin sees, comparison, baseline, figures in documents."""
import html.parser
import json
import os
import re
import subprocess
import sys

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
BENCH = os.path.join(TREE, "tools", "bench")
sys.path[:0] = [BENCH, os.path.join(TREE, "tools")]

import compare  # noqa: E402
import figures as store  # noqa: E402
import measure  # noqa: E402
import report  # noqa: E402
import suite_kernel  # noqa: E402
import tables  # noqa: E402
import text  # noqa: E402
from figures import Figure  # noqa: E402
from tenon import errors  # noqa: E402


@pytest.fixture(name="rows", scope="module")
def known_rows(tmp_path_factory):
    """Rows of known.c as the plugin saw them."""
    measure.OUT = str(tmp_path_factory.mktemp("bench"))
    so = measure.plugin("window.c", "model.c")
    image = measure.build("tests/bench/known.c", "known", "qemu-virt", "--mode", "bypass")
    return image, {row.name: row for row in measure.rows_of(image, so)}


def test_events_of_a_window(rows):
    events = rows[1]["barriers"].median.events
    assert (events["dsb"], events["isb"], events["dmb"], events["sysreg"]) == (2, 1, 1, 3)
    # Eight, and the compiler's ADRP for the address of the second mark.
    assert rows[1]["barriers"].median.length == 8 + 1
    assert rows[1]["exclusives"].median.events["exclusive"] == 2
    assert rows[1]["exclusives"].median.events["memory"] == 0


def test_window_by_function(rows):
    image, by_name = rows
    names = measure.Functions(image).count((a, 1) for a in by_name["barriers"].trace)
    # What the marks take is here, too: a read, a store, an ISB.
    assert names == {"barriers": 8 + 1 + 3}


def test_a_regression_in_a_program_names_its_function(rows):
    """The same program with one more instruction in one function, measured again."""
    def measured(image, by_name):
        return [suite_kernel.figure("kernel", name, "bypass", row, image)
                for name, row in by_name.items()]
    more = measure.build("tests/bench/known.c", "more", "qemu-virt", "--mode", "bypass", "-D",
                         "MORE=1")
    worse = {row.name: row for row in measure.rows_of(more, measure.plugin("window.c", "model.c"))}
    changes = compare.difference(measured(*rows), measured(more, worse))
    assert [change for change in changes if change[1]] == [
        ("kernel/exclusives/bypass: 5 -> 6 instructions (+20.0%); grew first: exclusives "
         "(8 -> 9)", True)]


def test_model_sees_a_barrier(rows):
    assert rows[1]["barriers"].cycles > rows[1]["exclusives"].cycles


def figure(value, functions=None, **more):
    return Figure("kernel", "yield", "tenon", value, "instructions", functions=functions or {},
                  **more)


def test_a_regression_names_the_first_function_that_grew():
    old = figure(40, {"entry": 10, "switch": 20, "leave": 10})
    new = figure(46, {"entry": 10, "switch": 22, "leave": 14})
    assert compare.difference([old], [new]) == [
        ("kernel/yield/tenon: 40 -> 46 instructions (+15.0%); grew first: switch (20 -> 22)", True)]
    assert compare.difference([new], [old]) == [
        ("kernel/yield/tenon: 46 -> 40 instructions (-13.0%)", False)]


def test_a_model_is_no_regression():
    assert [worse for _, worse in compare.difference([figure(4, exact=False)],
                                                     [figure(5, exact=False)])] == [False]


def test_more_barriers_are_a_regression():
    assert compare.difference([figure(4)], [figure(4, events={"dsb": 1})]) == [
        ("kernel/yield/tenon: 0 -> 1 dsb", True)]


def test_a_figure_that_is_gone_is_worse():
    assert compare.difference([figure(4)], []) == [("gone: kernel/yield/tenon", True)]


def test_results_round_trip(tmp_path):
    path = str(tmp_path / "r.json")
    store.save(path, store.meta(["kernel"]), [figure(4, {"f": 4}, limit=5)])
    head, figures = store.load(path)
    assert figures == [figure(4, {"f": 4}, limit=5)]
    assert set(head) >= {"schema", "date", "commit", "tools", "flags", "suites"}


@pytest.mark.parametrize("content, message", [
    ("{", "not JSON"), ("[]", "schema None, this tool reads 1"),
    ('{"schema": 2}', "schema 2, this tool reads 1")])
def test_a_wrong_file_is_refused(tmp_path, content, message):
    path = tmp_path / "r.json"
    path.write_text(content)
    done = subprocess.run([os.path.join(BENCH, "bench"), "compare", path], check=False,
                          capture_output=True, text=True)
    assert done.returncode == errors.USAGE and message in done.stderr


def test_a_baseline_of_other_tools_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "BASELINE", str(tmp_path / "b.json"))
    compare.save_baseline([figure(4)])
    assert compare.check([figure(5)])[0] == [
        "kernel/yield/tenon: 4 -> 5 instructions (+25.0%)"]
    content = json.loads((tmp_path / "b.json").read_text())
    content["tools"]["clang"] = "clang 99"
    (tmp_path / "b.json").write_text(json.dumps(content))
    with pytest.raises(errors.Refusal, match="made with other tools.*bench-baseline"):
        compare.check([figure(4)])


def test_figures_in_a_page(tmp_path):
    page = tmp_path / "p.md"
    page.write_text("a file of <!--=hello/x/file KB-->18 KB<!--=-->.")
    got, wrong = text.stale({"hello/x/file": 19264}, str(page))
    assert got == "a file of <!--=hello/x/file KB-->19 KB<!--=-->."
    assert len(wrong) == 1 and "hello/x/file is 19 KB, not 18 KB" in wrong[0]
    with pytest.raises(errors.Refusal, match="no figure is called 'hello/x/file'"):
        text.stale({}, str(page))


def test_table_as_markdown():
    page = text.one_table(tables.of([figure(61, limit=60, aim=40)])[0])
    assert "| yield | 61 **over the limit** | 60 | 40 |" in page


def test_figures_in_readme_and_docs_are_the_baseline_s():
    values = text.published() | {one.key: one.value for one in store.load(compare.BASELINE)[1]}
    wrong = [line for path in text.documents() for line in text.stale(values, path, False)[1]]
    assert not wrong, "\n".join(wrong)


TYPED = re.compile(r"\b\d[\d.,]*\s+(?:thousand\s+|million\s+)?(?:instructions|cycles)\b")


def test_no_figure_in_readme_and_docs_is_typed():
    for path in text.documents():
        if path == text.RESULTS:
            continue
        with open(path, encoding="utf-8") as file:
            page = re.sub(r"```.*?```", "", text.MARK.sub("", file.read()), flags=re.S)
        assert not TYPED.findall(page), path


def test_what_is_published_can_be_named(tmp_path):
    page = tmp_path / "results.md"
    page.write_text("# Results\n\n" + text.one_table(tables.of(
        [Figure("figure9", "0", "start", 51, "instructions, at most 56"),
         Figure("figure9", "1", "start", 44.5, "instructions"),
         Figure("figure9", "1", "stop", 18, "instructions")])[0]))
    assert text.published(str(page)) == {"figure9/0/start": 51, "figure9/1/start": 44.5,
                                         "figure9/1/stop": 18}


class Page(html.parser.HTMLParser):
    """What an HTML page opens, closes and loads."""

    def __init__(self, content):
        super().__init__()
        self.open, self.wrong, self.seen = [], [], set()
        self.feed(content)

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.wrong += [name for name, value in attrs
                       if name in ("src", "href") and not value.startswith("#")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")


def some_figures():
    yield figure(61, {"f<": 3}, limit=60, aim=40, events={"dsb": 2})
    for mode in ("off", "touched"):
        for threads, value in ((2, 40), (100, 50), (1000, 60)):
            yield Figure("table4-model", f"{threads} threads", f"bare, ectx {mode}", value,
                         "cycles by the model", exact=False)
    for kind in ("tickless", "tick"):
        for line in ("0", "10000"):
            yield Figure("figure9", line, f"start, {kind}", 44, "instructions")
    for phase in ("save", "dispatch", "restore"):
        yield Figure("figure8", "tenon", phase, 10, "instructions")
    yield Figure("an unknown table", "line", "column", 0.5, "µs")


def test_report_is_one_well_formed_page_that_loads_nothing():
    content = report.page(store.meta(["kernel"]), list(some_figures()))
    page = Page(content)
    assert (page.open, page.wrong) == ([], [])
    assert {"svg", "table", "nav"} <= page.seen and not page.seen & {"script", "link", "img"}
    assert not re.search(r"url\(|@import|https?:", content)
    assert "1 over it, 0 at the aim" in content
