# SPDX-License-Identifier: Apache-2.0
"""Fills the cache with third-party code: newlib and more of it, libfdt, lwIP, U-Boot for zcu102.

Each entry is made by one recipe, in a scratch folder that takes the entry's name only when it
is whole. A stamp in it, the hash of recipe and package version, says whether it is up to date;
then neither network nor compiler is used. tools/setup calls main() once the packages are there.
"""
import contextlib
import fcntl
import glob
import hashlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import time

from tenon import aptsource, cache, errors, paths

TARGET = "aarch64-none-elf"

NEWLIB_CONFIGURE = (
    f"--target={TARGET}", "--disable-multilib", "--disable-nls", "--disable-libgloss",
    "--disable-newlib-supplied-syscalls", "--enable-newlib-retargetable-locking",
    "--enable-newlib-io-c99-formats", "--enable-newlib-io-long-long",
    "--enable-newlib-reent-small", "--enable-newlib-nano-malloc", "--enable-lite-exit",
    "--enable-newlib-global-atexit", "--enable-newlib-global-stdio-streams",
)
# Stack sizes: the builder sums the frames of what was linked. Strict alignment: a bare image
# runs for a while with the MMU off, where an unaligned access faults.
NEWLIB_CFLAGS = (
    "-Os -g0 -w -ffunction-sections -fdata-sections -mstrict-align -fstack-size-section "
    "-fno-unwind-tables -fno-asynchronous-unwind-tables -D_READ_WRITE_RETURN_TYPE=_ssize_t "
    "-D__DYNAMIC_REENT__"
)
# Its small malloc aligns to 8 bytes, but max_align_t of AArch64 has 16 (C11 7.22.3).
NEWLIB_EDITS = (
    ("newlib/libc/stdlib/nano-mallocr.c", "#define MALLOC_ALIGN (8U)",
     "#define MALLOC_ALIGN (16U)"),
)
# What the configuration must have brought about, in the headers that applications see.
NEWLIB_MUST_DEFINE = (
    "_WANT_IO_C99_FORMATS", "_WANT_IO_LONG_LONG", "_WANT_REENT_SMALL", "_LITE_EXIT",
    "_RETARGETABLE_LOCKING", "_REENT_GLOBAL_ATEXIT", "_WANT_REENT_GLOBAL_STDIO_STREAMS",
)
# Beside newlib's own build: archive -> (flags, sources of newlib/libc).
# libstring.a and libstringv.a are the functions that the small build above leaves to loops over
# bytes, for programs that are built for speed; unaligned accesses are fine there, caches and MMU
# being on. What uses vector registers stands apart: not every layer lets it.
# libposix.a has what newlib builds for some targets only.
NEWLIB_EXTRA = {
    "libstring.a": ("-O2 -mgeneral-regs-only", (
        *(f"machine/aarch64/{name}.S" for name in (
            "memcmp", "memcpy", "memmove", "rawmemchr", "stpcpy", "strcmp", "strcpy", "strlen",
            "strncmp", "strnlen")),
        *(f"string/{name}.c" for name in (
            "memccpy", "memmem", "memrchr", "stpncpy", "strcasestr", "strcat", "strncat",
            "strncpy", "strstr")))),
    "libstringv.a": ("", tuple(f"machine/aarch64/{name}.S" for name in (
        "memchr", "memset", "strchr", "strchrnul", "strrchr"))),
    "libposix.a": ("-Os -mstrict-align -D_GNU_SOURCE", (
        "posix/collate.c", "posix/collcmp.c", "posix/fnmatch.c", "posix/regcomp.c",
        "posix/regerror.c", "posix/regexec.c", "posix/regfree.c", "unix/basename.c",
        "unix/dirname.c")),
}
# The configuration and the device tree of U-Boot for zcu102.
UBOOT_ZCU102 = ("core/board/zcu102/uboot.config", "core/board/zcu102/uboot.dts")


class Work:
    """One recipe at work: where it builds, its log, its progress lines."""

    def __init__(self, name, steps, log):
        self.name = name
        self.steps = steps
        self.done = 0
        self.log = log
        self.apt = os.path.join(cache.folder(), "apt")

    def step(self, text):
        self.done += 1
        print(f"setup: {self.name}: {text} ({self.done}/{self.steps})", flush=True)

    def fail(self, what):
        """Shows the end of the log and refuses."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            for line in file.readlines()[-15:]:
                print(f"  {line.rstrip()}", file=sys.stderr)
        raise errors.Refusal(errors.TOOL, f"{self.name}: {what}; the log is {self.log}")

    def run(self, command, cwd, env=None):
        """Runs one command into the log; a failure stops the recipe."""
        full = {key: value for key, value in os.environ.items()
                if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CFLAGS", "LDFLAGS", "CC")}
        full.update(LC_ALL="C", **(env or {}))
        with open(self.log, "ab") as log:
            log.write(f"+ {' '.join(command)}\n".encode())
            log.flush()
            try:
                code = subprocess.run(command, cwd=cwd, env=full, stdin=subprocess.DEVNULL,
                                      stdout=log, stderr=log, check=False).returncode
            except FileNotFoundError:
                self.fail(f"{command[0]} is not installed")
        if code:
            self.fail(f"'{os.path.basename(command[0])}' failed with status {code}")

    def source(self, package, upstream, into):
        """Downloads and unpacks a Debian source package; returns the unpacked folder."""
        config, count = aptsource.configure(self.apt)
        env = {"APT_CONFIG": config}
        if not count:
            raise errors.Refusal(errors.TOOL, f"{self.name}: /etc/apt names no package source; "
                                 "add a 'deb' line to /etc/apt/sources.list")
        version = self._version(package, upstream, env)
        if version is None:
            # A source that has no source packages makes the update fail as a whole, though
            # the one that is needed may have come: what is there decides.
            with contextlib.suppress(errors.Refusal):
                self.run(["apt-get", "update", "-q"], into, env)
            version = self._version(package, upstream, env)
        if version is None:
            self.fail(f"no package source offers {package} {upstream}; is the network there?")
        self.run(["apt-get", "source", "-q", "--download-only", "--only-source",
                  f"{package}={version}"], into, env)
        dsc = glob.glob(os.path.join(into, f"{package}_*.dsc"))
        # apt has checked the files against the signed index already.
        self.run(["dpkg-source", "--no-check", "-x", dsc[0], package], into)
        return os.path.join(into, package)

    @staticmethod
    def _version(package, upstream, env):
        result = subprocess.run(["apt-cache", "showsrc", "--only-source", package],
                                env={**os.environ, **env, "LC_ALL": "C"}, check=False,
                                capture_output=True, text=True)
        return aptsource.newest(result.stdout, package, upstream)


def jobs():
    """How many compilers at once: as many as this process may use CPUs."""
    return f"-j{len(os.sched_getaffinity(0))}"


def edit(work, path, old, new):
    """Replace the one occurrence of a text."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(old) != 1:
        work.fail(f"{os.path.basename(path)}: '{old}' is not there; the package has changed")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))


def build_newlib(work, scratch, out):
    """newlib for aarch64-none-elf: include/, lib/libc.a, lib/libm.a."""
    work.step("configuring")
    archives = glob.glob("/usr/src/newlib/newlib-*.tar.xz")
    if not archives:
        work.fail("newlib-source is not installed")
    work.run(["tar", "xf", archives[0], "--strip-components=1"], scratch)
    for name, old, new in NEWLIB_EDITS:
        edit(work, os.path.join(scratch, name), old, new)
    build = os.path.join(scratch, "build")
    os.mkdir(build)
    tools = [f"{name.upper()}_FOR_TARGET=llvm-{name}"
             for name in ("ar", "ranlib", "nm", "objdump", "strip", "readelf")]
    work.run(["../configure", *NEWLIB_CONFIGURE, f"--prefix={scratch}/inst", "MAKEINFO=:",
              "CC=clang", f"CC_FOR_TARGET=clang --target={TARGET}",
              f"AS_FOR_TARGET=clang --target={TARGET} -c", "LD_FOR_TARGET=ld.lld",
              f"CFLAGS_FOR_TARGET={NEWLIB_CFLAGS}", *tools], build)
    work.step("compiling, about a minute of CPU")
    work.run(["make", jobs(), "all-target-newlib", "MAKEINFO=:"], build)
    work.run(["make", "install-target-newlib", "MAKEINFO=:"], build)
    work.step("checking")
    made = os.path.join(scratch, "inst", TARGET)
    with open(os.path.join(made, "include", "newlib.h"), encoding="utf-8") as file:
        text = file.read()
    for name in NEWLIB_MUST_DEFINE:
        if f"#define {name} 1" not in text:
            work.fail(f"the configuration did not take: {name} is not set in newlib.h")
    shutil.move(os.path.join(made, "include"), os.path.join(out, "include"))
    os.mkdir(os.path.join(out, "lib"))
    for name in ("libc.a", "libm.a"):
        shutil.move(os.path.join(made, "lib", name), os.path.join(out, "lib", name))
    shutil.copy(os.path.join(scratch, "COPYING.NEWLIB"), out)


def build_newlib_extra(work, scratch, out):
    """NEWLIB_EXTRA's archives: lib/*.a."""
    work.step("compiling")
    archives = glob.glob("/usr/src/newlib/newlib-*.tar.xz")
    if not archives:
        work.fail("newlib-source is not installed")
    work.run(["tar", "xf", archives[0], "--strip-components=1", "--wildcards",
              "*/newlib/libc/*"], scratch)
    source = os.path.join(scratch, "newlib", "libc")
    common = [word for word in NEWLIB_CFLAGS.split() if word not in ("-Os", "-mstrict-align")]
    include = os.path.join(cache.newlib(), "include")
    os.mkdir(os.path.join(out, "lib"))
    for archive, (flags, names) in NEWLIB_EXTRA.items():
        objects = []
        for name in names:
            path = os.path.join(source, name)
            if name.endswith(".S"):
                _for_clang(path)
            objects.append(os.path.join(scratch, os.path.basename(name)[:-2] + ".o"))
            work.run(["clang", f"--target={TARGET}", *flags.split(), *common, "-isystem", include,
                      f"-I{source}/posix", "-c", path, "-o", objects[-1]], scratch)
        work.run(["llvm-ar", "rcsD", os.path.join(out, "lib", archive), *objects], scratch)


def _for_clang(path):
    """GNU as takes `v6.2d[0]` for one lane of a vector, clang wants `v6.d[0]`."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(".2d[", ".d["))


def build_libfdt(work, scratch, out):
    """libfdt's sources, as TF-A carries them: *.c, libfdt_internal.h, include/."""
    work.step("fetching the source of arm-trusted-firmware")
    tree = work.source("arm-trusted-firmware", "2.8", scratch)
    for path in glob.glob(os.path.join(tree, "lib", "libfdt", "*.[ch]")):
        shutil.copy(path, out)
    shutil.copytree(os.path.join(tree, "include", "lib", "libfdt"),
                    os.path.join(out, "include"))


def build_lwip(work, scratch, out):
    """lwIP's sources: src/."""
    work.step("fetching the source of lwip")
    tree = work.source("lwip", "2.1.3", scratch)
    shutil.copytree(os.path.join(tree, "src"), os.path.join(out, "src"))
    shutil.copy(os.path.join(tree, "COPYING"), out)


def build_uboot_zcu102(work, scratch, out):
    """U-Boot for QEMU's zcu102, which Debian does not package: u-boot.elf."""
    work.step("fetching the source of u-boot")
    tree = work.source("u-boot", "2023.01", scratch)
    work.step("compiling, half a minute of CPU")
    shutil.copy(paths.inside(UBOOT_ZCU102[0]), os.path.join(tree, "configs", "tenon_defconfig"))
    dtb = os.path.join(scratch, "zcu102.dtb")
    work.run(["dtc", "-q", "-O", "dtb", "-o", dtb, paths.inside(UBOOT_ZCU102[1])], scratch)
    # A fixed time, so that the same source makes the same bytes.
    env = {"CROSS_COMPILE": "aarch64-linux-gnu-", "SOURCE_DATE_EPOCH": "1672531200"}
    work.run(["make", "tenon_defconfig"], tree, env)
    work.run(["make", jobs(), f"EXT_DTB={dtb}", "u-boot.elf"], tree, env)
    shutil.copy(os.path.join(tree, "u-boot.elf"), out)


def build_linux(work, scratch, out):
    """Debian's arm64 kernel, which partitions in tests and examples run: vmlinuz, an Image; and
    the modules by which a program hears a doorbell."""
    work.step("fetching linux-image-arm64")
    env = {"APT_CONFIG": aptsource.configure_binary(os.path.join(scratch, "apt"), "arm64")}
    work.run(["apt-get", "update", "-q"], scratch, env)
    result = subprocess.run(["apt-cache", "depends", "linux-image-arm64"], check=False,
                            env={**os.environ, **env, "LC_ALL": "C"}, capture_output=True, text=True)
    found = re.search(r"Depends: (linux-image-\S+)", result.stdout)
    if not found:
        work.fail("no package source offers linux-image-arm64; is the network there?")
    work.run(["apt-get", "download", "-q", found[1]], scratch, env)
    work.step("unpacking")
    package = glob.glob(os.path.join(scratch, "linux-image-*.deb"))[0]
    work.run(["dpkg-deb", "-x", package, os.path.join(scratch, "tree")], scratch)
    kernel = glob.glob(os.path.join(scratch, "tree", "boot", "vmlinuz-*"))[0]
    shutil.copy(kernel, os.path.join(out, "vmlinuz"))
    for module in ("evdev", "gpio_keys"):
        found = glob.glob(os.path.join(scratch, "tree", "lib", "modules", "**", f"{module}.ko"),
                          recursive=True)
        shutil.copy(found[0], out)


class Recipe:
    """An entry of the cache: what for, who makes it in how many steps, and from what."""

    def __init__(self, name, group, why, steps, make, inputs=(), package=None, tree_files=()):
        self.name = name
        self.group = group
        self.why = why
        self.steps = steps
        self.make = make
        self.inputs = inputs
        self.package = package
        self.tree_files = tree_files

    def stamp(self):
        """The hash of everything that the entry depends on."""
        digest = hashlib.sha256(inspect.getsource(self.make).encode())
        digest.update(repr(self.inputs).encode())
        for path in self.tree_files:
            with open(paths.inside(path), "rb") as file:
                digest.update(file.read())
        if self.package:
            digest.update(installed_version(self.package).encode())
        return digest.hexdigest()

    def state(self):
        """'ok', 'missing' or 'stale' (made by another recipe or from another version)."""
        path = os.path.join(cache.folder(), self.name, ".stamp")
        if not os.path.exists(path):
            return "missing"
        with open(path, encoding="ascii") as file:
            return "ok" if file.read().strip() == self.stamp() else "stale"

    def build(self):
        """Makes the entry and puts it in place in one step."""
        top = cache.folder()
        logs = os.path.join(top, "logs")
        os.makedirs(logs, exist_ok=True)
        log = os.path.join(logs, f"{self.name}.log")
        open(log, "wb").close()
        scratch = os.path.join(top, f".build-{self.name}")
        fresh = os.path.join(top, f".new-{self.name}")
        for path in (scratch, fresh):
            shutil.rmtree(path, ignore_errors=True)
            os.makedirs(path)
        start = time.monotonic()
        self.make(Work(self.name, self.steps, log), scratch, fresh)
        with open(os.path.join(fresh, ".stamp"), "w", encoding="ascii") as file:
            file.write(self.stamp() + "\n")
        place = os.path.join(top, self.name)
        old = os.path.join(top, f".old-{self.name}")
        shutil.rmtree(old, ignore_errors=True)
        if os.path.exists(place):
            os.rename(place, old)
        os.rename(fresh, place)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(scratch, ignore_errors=True)
        print(f"setup: {self.name}: ready after {time.monotonic() - start:.0f} s", flush=True)


RECIPES = (
    Recipe("newlib", "build", "C library", 3, build_newlib,
           (NEWLIB_CONFIGURE, NEWLIB_CFLAGS, NEWLIB_EDITS, NEWLIB_MUST_DEFINE),
           package="newlib-source"),
    Recipe("newlib-extra", "build", "C library's fast and POSIX parts", 1, build_newlib_extra,
           (NEWLIB_EXTRA, NEWLIB_CFLAGS), package="newlib-source"),
    Recipe("libfdt", "build", "reads device trees", 1, build_libfdt),
    Recipe("lwip", "build", "TCP/IP", 1, build_lwip),
    Recipe("u-boot-zcu102", "test", "boots zcu102's images", 2, build_uboot_zcu102,
           tree_files=UBOOT_ZCU102),
    Recipe("linux", "test", "runs in partitions", 2, build_linux),
)


def packages():
    """tools/packages.txt as a list of {name, group, why}."""
    out = []
    path = paths.inside("tools", "packages.txt")
    with open(path, encoding="utf-8") as file:
        for line in file:
            words, _, why = line.partition("#")
            if words.strip():
                name, group = words.split()
                out.append({"name": name, "group": group, "why": why.strip()})
    return out


def installed_version(package):
    """The version of an installed package, or the empty string."""
    program = shutil.which("dpkg-query") or "/usr/bin/dpkg-query"
    try:
        result = subprocess.run([program, "-W", "-f=${db:Status-Abbrev}${Version}", package],
                                check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return result.stdout[3:] if result.stdout.startswith("ii ") else ""


def check(groups):
    """What is missing, for --check and doctor."""
    return {
        "packages": [item for item in packages()
                     if item["group"] in groups and not installed_version(item["name"])],
        "cache": [{"name": recipe.name, "group": recipe.group, "state": recipe.state()}
                  for recipe in RECIPES if recipe.group in groups and recipe.state() != "ok"],
    }


def fill(groups):
    """Builds what is missing or stale; two at once take turns."""
    todo = [recipe for recipe in RECIPES if recipe.group in groups]
    if all(recipe.state() == "ok" for recipe in todo):
        return
    top = cache.folder()
    os.makedirs(top, exist_ok=True)
    with open(os.path.join(top, ".lock"), "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("setup: another setup is at work; waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        for recipe in todo:
            if recipe.state() != "ok":
                recipe.build()


def main(argv):
    """tools/setup's second half: [--check] GROUP..."""
    groups = [word for word in argv if not word.startswith("-")]
    try:
        if "--check" in argv:
            print(json.dumps(check(groups), indent=2))
        else:
            fill(groups)
    except errors.Refusal as refusal:
        print(f"setup: {refusal}", file=sys.stderr)
        return refusal.code
    except OSError as error:
        print(f"setup: {error.filename or cache.folder()}: {error.strerror}", file=sys.stderr)
        return errors.TOOL
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
