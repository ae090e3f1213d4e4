# SPDX-License-Identifier: Apache-2.0
"""tnpack pack: what it refuses with which line, and that a refused image leaves nothing behind."""
import pytest

from imagekit import (IMAGE, MEMORY, R, RAM, SPEC, TEXT, W, X, desc, folder, irq, refused, region,
                      tnpack)  # noqa: F401  (fixtures)

# What pack refuses: (what is replaced in SPEC by what, exit code, the line).

SPECS = {
    "unknown": ("toc 0xc00", "tco 0xc00", 3,
                "app.spec:11: unknown directive 'tco'; there are image, memory, mortise, "
                "partition, segment, toc and report"),
    "fields": ("toc 0xc00", "toc 0xc00 7", 3,
               "app.spec:11: 'toc' has 1 fields, not 2; write 'toc OFFSET'"),
    "many fields": ("toc 0xc00", "toc 1 2 3 4 5 6 7 8", 3,
                    "app.spec:11: a quote is open or there are too many fields; close it"),
    "open quote": ('"app desc"', '"app desc', 3,
                   "app.spec:6: a quote is open or there are too many fields; close it"),
    "number": ("toc 0xc00", "toc -8", 3,
               "app.spec:11: '-8' is not a number of 32 bits; write it as 4096 or 0x1000"),
    "bare 0x": ("toc 0xc00", "toc 0x", 3,
                "app.spec:11: '0x' is not a number of 32 bits; write it as 4096 or 0x1000"),
    "large number": ("memory 0x40000", "memory 0x100000000", 3,
                     "app.spec:4: '0x100000000' is not a number of 32 bits; "
                     "write it as 4096 or 0x1000"),
    "name": ("image demo", "image " + "x" * 32, 3,
             f"app.spec:2: '{'x' * 32}' is not a name; use 1 to 31 printable characters without "
             "blanks"),
    "blank in name": ("image demo", 'image "de mo"', 3,
                      "app.spec:2: 'de mo' is not a name; use 1 to 31 printable characters "
                      "without blanks"),
    "no file": ("text.bin", "tex.bin", 3,
                "app.spec:7: cannot read 'tex.bin': No such file or directory; build it first"),
    "folder": ("text.bin", ".", 3,
               "app.spec:7: cannot read '.': Is a directory; build it first"),
    "twice": ("memory 0x40000", "memory 0x40000\nmemory 0x40000", 3,
              "app.spec:5: 'memory' is in line 4 already; keep one"),
    "toc twice": ("toc 0xc00", "toc 0xc00\ntoc 0xd00", 3,
                  "app.spec:12: 'toc' is in line 11 already; keep one"),
    "no memory": ("memory 0x40000", "", 3, "app.spec: there is no 'memory' line; add it"),
    "no toc": ("toc 0xc00", "", 3, "app.spec: there is no 'toc' line; add it"),
    "no mortise": ("mortise mortise.bin 0x8000 0x4000", "", 3,
                   "app.spec: there is no 'mortise' line; add it"),
    "segment first": ("memory 0x40000", "segment text.bin 0x1000", 3,
                      "app.spec:4: a segment before any partition; put it behind its "
                      "partition's line"),
    "no segment": ("segment other.bin 0x3000", "", 3,
                   "app.spec:9: partition 'other' has no segment; add a 'segment' line"),
    "same name": ("partition other", "partition app", 3,
                  "app.spec:9: there is a partition 'app' already; rename one"),
    "segment align": ("other.bin 0x3000", "other.bin 0x3010", 3,
                      "app.spec:10: offset 0x3010 of other.bin is not a multiple of 0x1000; "
                      "move it to 0x4000"),
    "toc align": ("toc 0xc00", "toc 0xc04", 3,
                  "app.spec:11: offset 0xc04 of the table of contents is not a multiple of 0x8; "
                  "move it to 0xc08"),
    "bss align": ("0x8000 0x4000", "0x8010 0x4000", 3,
                  "app.spec:5: Mortise's .bss at 0x8010 is not at a page; move it to 0x9000"),
    "overlap": ("rodata.bin 8192", "rodata.bin 0x1000", 6,
                "app.spec:8: rodata.bin at 0x1000..0x112b overlaps text.bin at 0x1000..0x195f of "
                "line 7; move one of them"),
    "overlap toc": ("toc 0xc00", "toc 0xe00", 6,
                    "app.spec:12: report.bin at 0xe01..0xe14 overlaps the table of contents at "
                    "0xe00..0xf27 of line 11; move one of them"),
    "overlap headers": ("toc 0xc00", "toc 0x20", 6,
                        "app.spec:11: the table of contents at 0x20..0x147 overlaps mortise.bin "
                        "at 0..0x39f of line 5; move one of them"),
    "memory": ("memory 0x40000", "memory 0x3000", 6,
               "app.spec:4: the file has 12453 bytes, its memory 12288; "
               "give the image more memory"),
    "beyond 4 GiB": ("other.bin 0x3000", "other.bin 0xfffff000", 6,
                     "app.spec:4: the file has 4294963365 bytes, its memory 262144; "
                     "give the image more memory"),
    "bss in file": ("0x8000 0x4000", "0x3000 0x4000", 6,
                    "app.spec:5: Mortise's .bss at 0x3000 overlaps the file, which ends at "
                    "0x30a5; move it to 0x4000"),
    "bss beyond": ("0x8000 0x4000", "0x8000 0xfffff000", 6,
                   "app.spec:5: Mortise's .bss ends at 0x100007000, the memory at 0x40000; "
                   "give the image more memory"),
    "flags": ("qemu-virt 2 1", "qemu-virt 2 6", 8,
              "app.spec:2: an unknown flag is set, or a reserved field is not 0; "
              "use flags of this version only"),
    "cpu count": ("qemu-virt 2 1", "qemu-virt 1 1", 8,
                  "app.spec:9: partition 'other': it has no CPU, or one beyond the image's CPU "
                  "count; give it a CPU that exists"),
    "no cpu": ("qemu-virt 2 1", "qemu-virt 0 1", 8,
               "app.spec:2: 1..32 partitions, up to 128 segments and 1..64 CPUs are possible; "
               "use fewer"),
}


@pytest.mark.parametrize("old, new, code, line", SPECS.values(), ids=SPECS)
def test_bad_spec(tnpack, folder, old, new, code, line):
    assert SPEC.count(old) == 1
    (folder / "app.spec").write_text(SPEC.replace(old, new))
    refused(tnpack, folder, code, line, "pack", "app.spec", "app.img")


def test_no_spec(tnpack, tmp_path):
    refused(tnpack, tmp_path, 3,
            "x.spec: cannot read it: No such file or directory; name a specification",
            "pack", "x.spec", "app.img")


def test_empty_input(tnpack, folder):
    (folder / "text.bin").write_bytes(b"")
    refused(tnpack, folder, 3, "app.spec:7: 'text.bin' is empty; build it again",
            "pack", "app.spec", "app.img")


def test_short_mortise(tnpack, folder):
    (folder / "mortise.bin").write_bytes(bytes(0x80))
    refused(tnpack, folder, 3, "app.spec:5: mortise.bin has 128 bytes, no more than the headers; "
            "link Mortise at 0x80", "pack", "app.spec", "app.img")


def test_unwritable_output(tnpack, folder):
    refused(tnpack, folder, 3, "no/app.img: cannot write it: No such file or directory; "
            "choose another place", "pack", "app.spec", "no/app.img")
    (folder / "dir").mkdir()
    refused(tnpack, folder, 3, "dir: cannot write it: Is a directory; choose another place",
            "pack", "app.spec", "dir")


def test_many_partitions_and_segments(tnpack, folder):
    lines = "".join(f"partition p{n} other.desc 0\nsegment other.bin 0\n" for n in range(33))
    (folder / "app.spec").write_text(lines)
    refused(tnpack, folder, 6,
            "app.spec:65: an image holds 32 partitions; leave some out",
            "pack", "app.spec", "app.img")
    (folder / "app.spec").write_text("partition p other.desc 0\n" +
                                     "segment other.bin 0\n" * 128)
    refused(tnpack, folder, 6, "app.spec:129: an image holds 128 segments; join some",
            "pack", "app.spec", "app.img")


# Descriptors that pack refuses: (app's descriptor, exit code, the line behind "app.spec:6: ").

WX = region(RAM + 0x100000, 0x3000, 0x10000, MEMORY, R | W | X)
DESCS = {
    "not one": (b"x" * 104, 8, "not a partition descriptor; give one that the template made"),
    "name": (desc("app2"), 8, "its descriptor has another name; use one name in both"),
    "size": (desc() + bytes(8), 8,
             "the descriptor's size does not match its counts; make it again"),
    "mode": (desc(mode=9), 8, "unknown mode; use bypass or tenon"),
    "entry": (desc(entry=RAM + 0x1000), 8, "the entry is not an instruction in an executable "
              "region; set it to the start of the text"),
    "w+x": (desc(regions=(TEXT, WX)), 8,
            "region 1 (ipa 0x40100000, size 0x3000, source 0x10000): this access is not allowed "
            "(none, W with X, a device with X, or image bytes with W); split it by access"),
    "foreign segment": (desc(regions=(TEXT, region(RAM + 0x1000, 0x1000, 0x3000, IMAGE, R))), 8,
                        "region 1 (ipa 0x40001000, size 0x1000, source 0x3000): not inside one "
                        "of the partition's own segments; map its own segments only"),
    "memory": (desc(regions=(TEXT, region(RAM + 0x100000, 0x4000, 0x3d000, MEMORY, R | W))), 6,
               "region 1 (ipa 0x40100000, size 0x4000, source 0x3d000): not between the end of "
               "the file and the memory size; move it or give the image more memory"),
    "hv bss": (desc(regions=(TEXT, region(RAM + 0x100000, 0x4000, 0x7000, MEMORY, R | W))), 6,
               "region 1 (ipa 0x40100000, size 0x4000, source 0x7000): it overlaps Mortise's "
               ".bss; move one of them"),
    "overlap": (desc(regions=(TEXT, region(RAM, 0x1000, 0x10000, MEMORY, R))), 6,
                "region 0 (ipa 0x40000000, size 0x1000, source 0x1000): it overlaps another "
                "region in guest-physical space: region 1 (ipa 0x40000000, size 0x1000, source "
                "0x10000); move one of them"),
    "irq": (desc(irqs=(irq(27), irq(15))), 8, "interrupt 1 (INTID 15): INTID is not 16..1019, "
            "or its flags are wrong; use the interrupts of the board"),
    "irq twice": (desc(irqs=(irq(27), irq(27))), 8,
                  "interrupt 1 (INTID 27): the INTID is in the list before; list it once"),
    "doorbell": (desc(doorbells=(33,)), 8,
                 "doorbell 0 (INTID 33): the doorbell's INTID is not 32..1019, or is in the lists "
                 "before; list it once"),
}


@pytest.mark.parametrize("data, code, line", DESCS.values(), ids=DESCS)
def test_bad_desc(tnpack, folder, data, code, line):
    (folder / "app desc").write_bytes(data)
    refused(tnpack, folder, code, f"app.spec:6: partition 'app': {line}",
            "pack", "app.spec", "app.img")


TWO = {
    "cpu": (desc("other", cpus=3, regions=(region(RAM, 0x1000, 0x3000, IMAGE, R | X),)),
            "one of its CPUs belongs to another partition, 'app'; give each its own CPUs"),
    "memory": (desc("other", cpus=2, regions=(
        region(RAM, 0x1000, 0x3000, IMAGE, R | X),
        region(RAM + 0x100000, 0x1000, 0x12000, MEMORY, R | W))),
        "region 1 (ipa 0x40100000, size 0x1000, source 0x12000): it belongs to another "
        "partition, 'app'; give it to one of them"),
    "spi": (desc("other", cpus=2, irqs=(irq(27), irq(33)),
                 regions=(region(RAM, 0x1000, 0x3000, IMAGE, R | X),)),
            "interrupt 1 (INTID 33): it belongs to another partition, 'app'; "
            "give it to one of them"),
    "doorbell": (desc("other", cpus=2, irqs=(irq(27),), doorbells=(40,),
                      regions=(region(RAM, 0x1000, 0x3000, IMAGE, R | X),)),
                 "doorbell 0 (INTID 40): no other partition hears it, or two ring it; "
                 "give a channel one sender and one receiver"),
}


@pytest.mark.parametrize("data, line", TWO.values(), ids=TWO)
def test_two_partitions_claim(tnpack, folder, data, line):
    (folder / "other.desc").write_bytes(data)
    refused(tnpack, folder, 6, f"app.spec:9: partition 'other': {line}",
            "pack", "app.spec", "app.img")
