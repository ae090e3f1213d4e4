# SPDX-License-Identifier: Apache-2.0
"""tools/check on small trees: a good one passes, each bad one gets exactly its refusals."""
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def load():
    loader = importlib.machinery.SourceFileLoader("check", os.path.join(TOP, "tools", "check"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", loader))
    loader.exec_module(module)
    return module


check = load()

C = "/* SPDX-License-Identifier: Apache-2.0 */\n"
PY = "# SPDX-License-Identifier: Apache-2.0\n"


def library(name, extra="", layer=""):
    depends = f"\tdepends on {layer}\n" if layer else ""
    return f'config LIB_{name.upper()}\n\tbool "{name}"\n{depends}{extra}'


GOOD = {
    "core/abi/Kconfig": library("abi"),
    "core/abi/include/tn/abi/cap.h": C + "#define TN_CAP_IRQ 2\n",
    "core/one/Kconfig": library("one"),
    "core/one/include/tn/one.h": C + "#ifndef TN_ONE_H\n#define TN_ONE_H\n\nstruct one {\n"
                                     "    int x;\n};\n\n#endif\n",
    "core/one/one.c": C + "#include <tn/one.h>\n\nint one(void);\n\nint one(void)\n{\n"
                          "    return 1; /* not a __weak one */\n}\n",
    "core/two/Kconfig": library("two", "\tselect LIB_ONE\n"),
    "core/two/include/tn/two.h": C + "#ifndef TN_TWO_H\n#define TN_TWO_H\n\n#include <tn/one.h>\n"
                                     "\nstruct two {\n    struct one one;\n};\n\n#endif\n",
    "core/two/two.c": C + '#include <tn/two.h>\n\n#include "private.h"\n',
    "core/two/private.h": C,
    "hv/box/Kconfig": library("box", "\tselect LIB_TWO\n", "LAYER_HV"),
    "hv/box/include/tn/box.h": C,
    "hv/box/box.c": C + "#include <tn/box.h>\n",
    "rtos/run/Kconfig": library("run", "", "LAYER_TENON"),
    "rtos/run/include/tn/run.h": C,
    "bypass/go/Kconfig": library("go", "", "LAYER_BYPASS"),
    "bypass/go/include/tn/go.h": C,
    "bypass/go/go.c": C + "#include <tn/go.h>\n",
    "examples/hello/hello.c": C + "#include <tn/go.h>\n",
    "tools/a.py": PY + "print(1)\n",
    "tools/b": "#!/bin/sh\n" + PY + "echo 1\n",
    "Makefile": PY + "all:\n\techo\n",
}


@pytest.fixture(name="tree")
def fixture_tree(tmp_path):
    """Writes files over the good tree; returns what check says of it."""
    shutil.copy(os.path.join(TOP, ".clang-format"), tmp_path)

    def write(changes):
        for name, text in {**GOOD, **changes}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check.check(str(tmp_path))[0]
    return write


def test_good_tree(tree):
    assert tree({}) == []


BAD = {
    "format": (
        {"core/one/one.c": C + "int one( void );\n"},
        ["core/one/one.c:2: not formatted; run 'clang-format -i core/one/one.c'"]),
    "licence": (
        {"tools/a.py": "print(1)\n"},
        ["tools/a.py:1: no licence; the file must open with "
         "'SPDX-License-Identifier: Apache-2.0'"]),
    "licence of a script without suffix": (
        {"tools/b": "#!/bin/sh\necho 1\n"},
        ["tools/b:1: no licence; the file must open with "
         "'SPDX-License-Identifier: Apache-2.0'"]),
    "tab": (
        {"tools/a.py": PY + "if 1:\n\tprint(1)\n"},
        ["tools/a.py:3: tab; indent with spaces"]),
    "length": (
        {"core/one/one.c": C + "\n".join("extern int x;" for _ in range(500)) + "\n"},
        ["core/one/one.c:501: 501 lines, 500 are allowed; split it by purpose"]),
    "weak attribute": (
        {"core/one/one.c": C + "__attribute__((noinline, weak)) int one(void);\n"},
        ["core/one/one.c:2: weak symbol, so a missing definition would link; make it strong and "
         "select the library that defines it"]),
    "weak macro": (
        {"core/one/one.c": C + "int one(void) __weak;\n"},
        ["core/one/one.c:2: weak symbol, so a missing definition would link; make it strong and "
         "select the library that defines it"]),
    "weak in assembly": (
        {"core/one/go.S": C + "    .weak go\n"},
        ["core/one/go.S:2: weak symbol, so a missing definition would link; make it strong and "
         "select the library that defines it"]),
    "python": (
        {"tools/a.py": PY + "def f(:\n    pass\n"},
        ["tools/a.py:2: invalid syntax; correct the Python"]),
    "shell": (
        {"tools/b": "#!/bin/sh\n" + PY + "if true\n"},
        ['tools/b:4: Syntax error: end of file unexpected (expecting "then"); '
         "correct the shell script"]),
    "core includes hv": (
        {"core/one/one.c": C + "#include <tn/box.h>\n"},
        ["core/one/one.c:2: includes <tn/box.h> of hv/box, but core may use only core; "
         "move what both need to core",
         "core/one/one.c:2: includes <tn/box.h> of hv/box, which LIB_ONE does not declare; "
         "add 'select LIB_BOX' to core/one/Kconfig"]),
    "hv includes rtos, in a test, too": (
        {"hv/box/box_test.c": C + "#include <tn/run.h>\n"},
        ["hv/box/box_test.c:2: includes <tn/run.h> of rtos/run, but hv may use only core, image, "
         "hv; move what both need to core"]),
    "example includes hv": (
        {"examples/hello/hello.c": C + "#include <tn/box.h>\n"},
        ["examples/hello/hello.c:2: includes <tn/box.h> of hv/box, but examples may use only "
         "core, rtos, bypass; move what both need to core"]),
    "bypass selects rtos": (
        {"bypass/go/Kconfig": library("go", "\tselect LIB_RUN\n")},
        ["bypass/go/Kconfig:3: names LIB_RUN of rtos/run, but bypass may use only core, bypass; "
         "move what both need to core"]),
    "core depends on bypass": (
        {"core/one/Kconfig": library("one", "", "LIB_GO")},
        ["core/one/Kconfig:3: names LIB_GO of bypass/go, but core may use only core; "
         "move what both need to core"]),
    "undeclared": (
        {"hv/box/box.c": C + "#include <tn/box.h>\n#include <tn/one.h>\n"},
        ["hv/box/box.c:3: includes <tn/one.h> of core/one, which LIB_BOX does not declare; "
         "add 'select LIB_ONE' to hv/box/Kconfig"]),
    "unknown header": (
        {"core/one/one.c": C + "#include <tn/onne.h>\n"},
        ["core/one/one.c:2: no library has <tn/onne.h>; did you mean 'tn/one.h'?"]),
    "another folder's private header": (
        {"core/one/one.c": C + '#include "../two/private.h"\n'},
        ['core/one/one.c:2: includes "../two/private.h" from outside core/one; '
         "include a public header as <tn/...>"]),
    "header that needs another": (
        {"core/one/include/tn/one.h": C + "#ifndef TN_ONE_H\n#define TN_ONE_H\n\n"
                                          "uint32_t one(void);\n\n#endif\n",
         "core/two/include/tn/two.h": C},
        ["core/one/include/tn/one.h:5: <tn/one.h> does not compile alone: unknown type name "
         "'uint32_t'; include what it uses and declare it in core/one/Kconfig"]),
    "header without a guard": (
        {"hv/box/include/tn/box.h": C + "struct box {\n    int x;\n};\n"},
        ["hv/box/include/tn/box.h:2: <tn/box.h> does not compile alone: redefinition of 'box'; "
         "include what it uses and declare it in hv/box/Kconfig"]),
    "header for assembly": (
        {"core/one/include/tn/push.h": C + "    .macro push\n    .endm\n",
         "core/one/go.S": C + "#include <tn/push.h>\n"},
        ["core/one/include/tn/push.h:1: no C, and only assembly includes it; "
         "rename it to tn/push.inc"]),
    "unknown Kconfig symbol": (
        {"core/one/Kconfig": library("one", "\tselect LIB_TOW\n")},
        ["core/one/Kconfig:3: unknown symbol LIB_TOW; did you mean 'LIB_TWO'?"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_tree(tree, name):
    changes, expected = BAD[name]
    # What is no C cannot be formatted as C, either, but that is not the point.
    assert [line for line in tree(changes)
            if name != "header for assembly" or ": not formatted; " not in line] == expected


def test_headers_see_what_their_dependencies_include(tree):
    """And the options of the builder's configuration."""
    assert tree({
        "hv/box/include/tn/box.h": C + "#ifndef TN_BOX_H\n#define TN_BOX_H\n\n#include <tn/two.h>"
                                       "\n\nextern struct two boxes[CONFIG_BOXES];\n\n#endif\n",
        "hv/box/Kconfig": GOOD["hv/box/Kconfig"] + 'config BOXES\n\tint "boxes"\n\tdefault 4\n',
    }) == []


def test_the_c_library_needs_no_declaration(tree):
    assert tree({"core/two/include/stdio.h": C,
                 "core/one/one.c": C + "#include <stdio.h>\n"}) == []


def test_templates_are_no_headers_of_nobody(tree):
    """A header that a template makes belongs to no folder and may be included."""
    assert tree({"templates/table.h.j2": C,
                 "core/one/one.c": C + "#include <tn/table.h>\n"}) == []


def test_command_line(tmp_path):
    """Refusals go to standard error, the exit code is 1, the last line counts them."""
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "bad.py").write_text("x = 1\n", encoding="utf-8")
    result = subprocess.run([sys.executable, os.path.join(TOP, "tools", "check"), str(tmp_path)],
                            check=False, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == "check: 1 refused"
    assert result.stderr.startswith("core/bad.py:1: no licence; ")
    assert result.stdout == ""
