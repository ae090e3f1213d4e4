# SPDX-License-Identifier: Apache-2.0
"""The programs that a build runs, and the flags that each layer is compiled and linked with."""
import os
import shutil
import subprocess

from tenon import cache, errors

# Program -> the Debian package that has it.
PACKAGES = {
    "clang": "clang", "ld.lld": "lld", "llvm-nm": "llvm", "llvm-objcopy": "llvm",
    "llvm-dis": "llvm", "llvm-dwarfdump": "llvm", "ninja": "ninja-build", "mkimage": "u-boot-tools",
}

TARGET = ("--target=aarch64-none-elf", "-march=armv8-a+crc")
# Position: every component is linked at a fixed address below 4 GiB of where it runs.
COMMON = (
    "-std=gnu11", "-g", "-ffunction-sections", "-fdata-sections", "-fno-common", "-fno-pic",
    "-fno-stack-protector", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables",
    "-fomit-frame-pointer", "-mno-outline-atomics", "-fdebug-compilation-dir=.",
)
WARNINGS = ("-Wall", "-Wextra", "-Werror")
APP_WARNINGS = ("-Wall",)

# EL2 has no FP registers of its own and runs for a while with the MMU off, where an unaligned
# access faults.
# Guests: a destructor becomes a call of atexit(), so that only a program that has one pays for
# running them at exit. malloc is a function like any other: clang would drop one whose memory
# is not read, and a program that asks until there is no more would never be told.
GUEST = ("-fregister-global-dtors-with-atexit", "-fno-builtin-malloc", "-fno-builtin-calloc",
         "-fno-builtin-realloc", "-fno-builtin-aligned_alloc")
LAYER = {
    "HV": ("-ffreestanding", "-mgeneral-regs-only", "-mstrict-align"),
    "BYPASS": GUEST,
    "TENON": GUEST,
}


NO_FP = ("-mgeneral-regs-only",)


def need(tool):
    """The path of a program; a Refusal that names the package when it is missing."""
    path = shutil.which(tool)
    if not path:
        raise errors.Refusal(
            errors.TOOL, f"{tool}: not on the PATH; 'apt-get install {PACKAGES.get(tool, tool)}'")
    return path


# ccache's own variables. The objects hold no folder of the build (-fdebug-compilation-dir), so
# that another build folder may use them.
COMPILER_CACHE = {"CCACHE_NOHASHDIR": "1"}


def compiler():
    """How clang is started: through ccache where it is installed (its CCACHE_DISABLE=1 does not)."""
    ccache = shutil.which("ccache")
    return [*([ccache] if ccache else []), need("clang")]


def need_all():
    """Check everything that each build runs before anything is written."""
    for tool in ("clang", "ld.lld", "llvm-nm", "llvm-objcopy", "llvm-dis", "ninja"):
        need(tool)
    cache.newlib()
    cache.newlib_extra()
    cache.libgcc()


def output(command, code=errors.TOOL):
    """The standard output of a program that must succeed."""
    result = subprocess.run([need(command[0]), *command[1:]], capture_output=True, text=True,
                            check=False)
    if result.returncode:
        line = (result.stderr.strip().splitlines() or ["no message"])[0]
        raise errors.Refusal(code, f"{command[0]}: {line}")
    return result.stdout


def identity():
    """What changes when another compiler is installed: path, size and time of clang."""
    path = os.path.realpath(need("clang"))
    status = os.stat(path)
    return f"{path} {status.st_size} {status.st_mtime_ns}"


def libc_flags(layer):
    """Where a guest layer finds newlib, and what its headers must be told."""
    if layer == "HV":
        return ()
    return (*cache.LIBC_DEFINES, "-isystem", os.path.join(cache.newlib(), "include"))


def compile_flags(layer, optimize):
    """For C of the pool and of the application: LTO bitcode."""
    return (*TARGET, *LAYER[layer], f"-O{optimize}", "-flto", *COMMON, *libc_flags(layer))


def assemble_flags(layer):
    """For .S files, which are preprocessed."""
    return (*TARGET, *LAYER[layer], "-g", "-fdebug-compilation-dir=.")


def link_flags():
    """For ld.lld: whole-program optimisation, nothing that is not reached, stack sizes kept."""
    return ("-m", "aarch64elf", "--lto-O2", "-mllvm", "-stack-size-section", "-O2",
            "--gc-sections", "-z", "max-page-size=4096", "-z", "noexecstack", "--build-id=none",
            "--error-limit=0")


def archives(layer, optimize):
    """newlib and the compiler's builtins, for a guest layer.

    For speed, string functions of newlib's that move more than a byte come first; those that use
    vector registers only where every context may.
    """
    if layer == "HV":
        return [cache.libgcc()]
    lib, extra = os.path.join(cache.newlib(), "lib"), os.path.join(cache.newlib_extra(), "lib")
    fast = []
    if optimize == "2":
        fast = ["libstring.a", "libstringv.a"] if layer == "BYPASS" else ["libstring.a"]
    return [*(os.path.join(extra, name) for name in fast), os.path.join(lib, "libc.a"),
            os.path.join(lib, "libm.a"), os.path.join(extra, "libposix.a"), cache.libgcc()]
