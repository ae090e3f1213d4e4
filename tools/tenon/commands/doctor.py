# SPDX-License-Identifier: Apache-2.0
"""`tnimage doctor`: what this machine lacks, what for, and the command that installs it."""
import importlib.util
import json
import os
import re
import shutil
import subprocess

from tenon import errors

GROUPS = {"build": "to make images", "run": "to boot them", "test": "for the project's tests"}
# Program, lowest version that will do, the Debian package that has it.
PROGRAMS = (
    ("clang", "14", "clang"), ("ld.lld", "14", "lld"), ("llvm-objcopy", "14", "llvm"),
    ("llvm-nm", "14", "llvm"), ("llvm-ar", "14", "llvm"), ("ninja", "1.10", "ninja-build"),
    ("make", "4", "make"), ("mkimage", "2019", "u-boot-tools"),
    ("qemu-system-aarch64", "7.0", "qemu-system-arm"), ("gdb-multiarch", "10", "gdb-multiarch"),
    ("clang-format", "14", "clang-format"), ("dtc", "1.6", "device-tree-compiler"),
    ("babeltrace2", "2", "babeltrace2"), ("git", "2", "git"),
    ("aarch64-linux-gnu-gcc", "10", "gcc-aarch64-linux-gnu"),
)
MODULES = (
    ("jinja2", "python3-jinja2"), ("kconfiglib", "python3-kconfiglib"),
    ("libfdt", "python3-libfdt"), ("elftools", "python3-pyelftools"),
    ("pytest", "python3-pytest"), ("xdist", "python3-pytest-xdist"),
)
UBOOT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"

EPILOG = """\
examples:
  tnimage doctor                 everything
  tnimage doctor build run       what an application's author needs
  tnimage doctor --json          for scripts

exit codes: 0 all is there, 7 something is missing
"""


def add(sub):
    """Add the command's parser."""
    parser = sub.add_parser(
        "doctor", help="what is missing on this machine, and what installs it", epilog=EPILOG,
        description="List what building, running and testing need, and what of it is missing.")
    parser.add_argument("group", metavar="GROUP", nargs="*",
                        help=f"only these: {', '.join(GROUPS)}")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args):
    """Print the findings."""
    for group in args.group:
        if group not in GROUPS:
            raise errors.Refusal(
                errors.USAGE, f"unknown group '{group}'"
                f"{errors.nearest(group, GROUPS) or '; the groups are ' + ', '.join(GROUPS)}")
    items = [item for item in examine() if not args.group or item["group"] in args.group]
    missing = [item for item in items if not item["ok"]]
    if args.json:
        print(json.dumps(items, indent=2))
        return errors.TOOL if missing else errors.OK
    for group, purpose in GROUPS.items():
        lines = [line(item) for item in items if item["group"] == group]
        if lines:
            print(f"{group} ({purpose})")
            print("\n".join(lines))
    if missing:
        from tenon import cache
        raise errors.Refusal(
            errors.TOOL, f"{len(missing)} of {len(items)} requirements are not met; "
            f"run '{cache.cure()}', which installs all of them")
    print("all is there")
    return errors.OK


def line(item):
    """One requirement as text."""
    name = " ".join(part for part in (item["name"], item["version"]) if part)
    state = "ok" if item["ok"] else item["problem"].split()[0].rstrip(":")
    text = f"  {state:8} {name:28} {item['why']}"
    return text if item["ok"] else f"{text}\n           {item['problem']}; {item['cure']}"


def examine():
    """Every requirement: {name, kind, group, why, version, ok, problem, cure}."""
    from tenon import thirdparty
    packages = {item["name"]: item for item in thirdparty.packages()}
    items = [program(name, lowest, packages[package]) for name, lowest, package in PROGRAMS]
    for name, package in MODULES:
        problem = "" if importlib.util.find_spec(name) else \
            "missing from the modules of /usr/bin/python3"
        items.append(finding(name, "module", packages[package], problem))
    items += files(packages)
    return items + [entry(recipe) for recipe in thirdparty.RECIPES]


def finding(name, kind, package, problem, version=""):
    """One item, its cure being the package."""
    become = "" if os.geteuid() == 0 else "sudo "
    return {"name": name, "kind": kind, "group": package["group"], "why": package["why"],
            "version": version, "ok": not problem, "problem": problem,
            "cure": "" if not problem else
            f"{become}apt-get install --no-install-recommends {package['name']}"}


def program(name, lowest, package):
    """A program on the PATH and its version."""
    path = shutil.which(name)
    if not path:
        return finding(name, "program", package, "missing from the PATH")
    version = version_of(path)
    problem = ""
    if version and numbers(version) < numbers(lowest):
        problem = f"old: version {version} of {path}, {lowest} is needed"
    return finding(name, "program", package, problem, version)


def version_of(path):
    """What a program says of its version, or the empty string."""
    flag = "-V" if os.path.basename(path) == "mkimage" else "--version"
    try:
        result = subprocess.run([path, flag], check=False, capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.search(r"(\d+\.\d[\d.]*)", result.stdout)
    return match.group(1).rstrip(".") if match else ""


def numbers(version):
    """A version as comparable numbers."""
    return [int(part) for part in re.findall(r"\d+", version)]


def files(packages):
    """What is needed as a file of a package."""
    from tenon import cache
    items = []
    try:
        cache.libgcc()
        problem = ""
    except errors.Refusal:
        problem = "missing from /usr/lib/gcc-cross"
    items.append(finding("libgcc.a", "file", packages["libgcc-12-dev-arm64-cross"], problem))
    problem = "" if os.path.exists("/usr/src/newlib") else "missing from /usr/src/newlib"
    items.append(finding("newlib source", "file", packages["newlib-source"], problem))
    problem = "" if os.path.exists(UBOOT) else f"missing: {UBOOT}"
    items.append(finding("U-Boot qemu_arm64", "file", packages["u-boot-qemu"], problem))
    return items


def entry(recipe):
    """An entry of the third-party cache."""
    from tenon import cache
    state = recipe.state()
    problem = {"ok": "", "missing": "missing from", "stale": "old: another recipe made"}[state]
    place = os.path.join(cache.folder(), recipe.name)
    return {"name": recipe.name, "kind": "cache", "group": recipe.group, "why": recipe.why,
            "version": "", "ok": not problem, "problem": problem and f"{problem} {place}",
            "cure": problem and cache.cure()}
