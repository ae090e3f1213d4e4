# SPDX-License-Identifier: Apache-2.0
"""The command line of `tnimage build` as a manifest.Image: options replace the manifest's keys."""
import os
import re
import shlex

from tenon import errors, explain, manifest, sizes, slot
from tenon.manifest import refuse

SUFFIX = {"img": ".img", "elf": ".elf", "fit": ".itb", "c": "_image.c", "bin": ".bin",
          "part": ".part"}


def make(args):
    """The Image that is to be built, sources checked."""
    if args.format not in SUFFIX:
        manifest.refuse_choice("--format", "format", args.format, SUFFIX)
    if args.key and args.format != "fit":
        raise errors.Refusal(errors.USAGE, "--key: only a FIT is signed; add --format fit")
    path = args.file
    if path is None and not args.src:
        if not os.path.exists(manifest.FILE):
            raise errors.Refusal(errors.USAGE, f"no source given, and no ./{manifest.FILE}; name a "
                                 "source: tnimage build app.c")
        path = manifest.FILE
    image = manifest.load(path) if path else manifest.Image(partitions=[manifest.Partition()])
    if len(image.partitions) > 1:
        _refuse_for_one(args, path)
    if args.src:
        image.partitions[0].src = [os.path.abspath(name) for name in args.src]
        image.partitions[0].places["src"] = "command line"
    _given_name(args, image)
    _override_image(args, image)
    for partition in image.partitions:
        _sources(partition)
        _override(args, partition)
        _name(partition)
    _name_image(args, image)
    if args.format == "part":
        slot.check_alone(image)
        image.part = True
    return image


# Options that say something of one partition: (attribute, as it is written).
FOR_ONE = (("src", "a source"), ("mode", "--mode"), ("ram", "--ram"), ("stack", "--stack"),
           ("heap", "--heap"), ("cpu", "--cpu"), ("cpus", "--cpus"), ("libs", "--with"), ("without", "--without"),
           ("device", "--device"), ("irq", "--irq"), ("options", "--set"), ("args", "--args"))


def _refuse_for_one(args, path):
    for key, option in FOR_ONE:
        if getattr(args, key):
            raise errors.Refusal(errors.USAGE, f"{option}: {path} has several partitions, and this "
                                 "is for one; write it into its [[partition]]")


def _sources(partition):
    for path in partition.src:
        place = explain.shown(path)
        if partition.src.count(path) > 1:
            refuse(place, "is named twice; name it once")
        if os.path.isdir(path):
            refuse(place, "is a folder; name the .c and .S files in it")
        if not os.path.exists(path):
            folder = os.path.dirname(path)
            found = os.listdir(folder) if os.path.isdir(folder) else []
            near = errors.nearest(os.path.basename(path),
                                  [name for name in found if name.endswith((".c", ".S"))])
            refuse(place, "no such file" + (near or "; check the name"))
        if not path.endswith((".c", ".S")):
            refuse(place, "is not a C or assembly source; name .c and .S files")


def _override_image(args, image):
    for key in ("board", "optimize", "verify"):
        value = getattr(args, key)
        if value is not None:
            option = "-O" if key == "optimize" else f"--{key}"
            manifest.override(image, key, value, option)


def _override(args, partition):
    if args.mode is not None:
        manifest.override(partition, "mode", args.mode, "--mode")
    for key in ("ram", "stack", "heap"):
        value = getattr(args, key)
        if value is not None:
            manifest.override(partition, key, _size(value, f"--{key}"), f"--{key}")
    if args.cpu is not None:
        manifest.override(partition, "cpus", [_number(args.cpu, "--cpu")], "--cpu")
    if args.cpus is not None:
        if args.cpu is not None:
            raise errors.Refusal(errors.USAGE, "--cpus: --cpu names one CPU; give one of the two")
        manifest.override(partition, "cpus", _cpus(args.cpus), "--cpus")
    for key, option in (("libs", "--with"), ("without", "--without"), ("device", "--device")):
        words = getattr(args, key)
        if words:
            key = "devices" if key == "device" else key
            manifest.override(partition, key, [*getattr(partition, key), *words], option)
    if args.irq:
        numbers = [_number(text, "--irq") for text in args.irq]
        manifest.override(partition, "irqs", [*partition.irqs, *numbers], "--irq")
    if args.options:
        values = dict(partition.options)
        for text in args.options:
            name, equals, value = text.partition("=")
            if not equals or not name:
                raise errors.Refusal(errors.USAGE, f"--set {text}: not of the form NAME=VALUE; "
                                     "see tnimage config")
            values[name] = value
        manifest.override(partition, "options", values, "--set")
    if args.args is not None:
        try:
            manifest.override(partition, "args", shlex.split(args.args), "--args")
        except ValueError as error:
            raise errors.Refusal(errors.USAGE, f"--args: {str(error).lower()}; write it as a shell takes it") from None
    flags = [f"-D{text}" for text in args.define]
    flags += [f"-I{os.path.abspath(folder)}" for folder in args.include]
    partition.cflags = [*_absolute(partition), *flags]


def _absolute(partition):
    """The manifest's cflags with -I folders made absolute: they are relative to its sources."""
    folder = os.path.dirname(partition.src[0]) if partition.src else "."
    return [f"-I{os.path.normpath(os.path.join(folder, flag[2:]))}"
            if flag.startswith("-I") and len(flag) > 2 else flag for flag in partition.cflags]


def _size(text, option):
    try:
        return sizes.parse(text)
    except ValueError:
        raise errors.Refusal(
            errors.USAGE, f"{option} {text}: not a size; write bytes or 64K, 16M") from None


def limit(text, option):
    """The bytes of --max-size or --max-ram, None when it was not given."""
    return None if text is None else _size(text, option)


def _number(text, option):
    if not re.fullmatch(r"\d+", text):
        raise errors.Refusal(errors.USAGE, f"{option} {text}: not a number; write {option} 1")
    return int(text)


def _cpus(text):
    """The first N CPUs of the board."""
    count = _number(text, "--cpus")
    if count == 0:
        raise errors.Refusal(errors.USAGE, "--cpus 0: a program needs a CPU; write --cpus 2")
    return list(range(count))


def _plain(partition):
    """The name of a partition's first source, without its ending."""
    source = partition.src[0] if partition.src else partition.kernel or "app"
    first = os.path.splitext(os.path.basename(source))[0]
    return re.sub(r"[^A-Za-z0-9_.-]", "-", first).strip("-.")[:31] or "app"


def _given_name(args, image):
    """--name is the image's, and of its partition when there is one."""
    if args.name is None:
        return
    manifest.check_value("--name", "name", "name", args.name)
    image.name = args.name
    if len(image.partitions) == 1:
        image.partitions[0].name = args.name
        image.partitions[0].places["name"] = "--name"


def _name_image(args, image):
    stem = os.path.splitext(os.path.basename(args.output))[0] if args.output else ""
    image.name = image.name or (stem if manifest.NAME.fullmatch(stem)
                                else _plain(image.partitions[0]))


def _name(partition):
    partition.name = partition.name or _plain(partition)
    if partition.name == "mortise":
        refuse(partition.place("name"), "the name 'mortise' is the hypervisor's; choose another, "
               "with --name or name =")


def output_path(args, image):
    """Where the result goes."""
    path = args.output or (image.name if image.origin or args.name else _stem(image)) \
        + SUFFIX[args.format]
    folder = os.path.dirname(os.path.abspath(path))
    inputs = [source for partition in image.partitions for source in partition.src]
    inputs += [image.origin] if image.origin else []
    if any(os.path.realpath(path) == os.path.realpath(name) for name in inputs):
        raise errors.Refusal(errors.USAGE, f"{path}: is an input of the build; choose another "
                             "output with -o")
    if os.path.isdir(path):
        raise errors.Refusal(errors.USAGE, f"{path}: is a folder; name the output file")
    if not os.path.isdir(folder):
        raise errors.Refusal(errors.USAGE, f"{path}: its folder does not exist; create it first")
    if not os.access(folder, os.W_OK):
        raise errors.Refusal(errors.USAGE, f"{path}: its folder cannot be written; choose another")
    return path


def _stem(image):
    return os.path.splitext(os.path.basename(image.partitions[0].src[0]))[0]
