# SPDX-License-Identifier: Apache-2.0
"""The build report: docs/architecture.md, "The build report", has its schema."""
import json
import os
import zlib

from tenon import files, pool, pool_cpus

SCHEMA = 1
TOOL = "0.1.0"
# What every report says, for the compression: with it that of a small image takes a third less.
# Changing it makes the reports of older images unreadable.
DICTIONARY = (
    b'"kind":"header","symbol":"root","by":"LIB_CONSOLE"LIB_GICV2"LIB_GICV3"LIB_UART_PL011"'
    b'"LIB_BYPASS_START"LIB_TENON_START"LIB_KERNEL"LIB_POSIX"LIB_LIST"LIB_LATEST"LIB_TIMERQ'
    b'"path":"core/uart-pl011","path":"core/newlib","path":"core/stdio","path":"core/sbrk",'
    b'"path":"rtos/kernel","path":"bypass/","path":"image","path":"hv/mortise","why":{"kind":'
    b'"options":{"PRINTF_FLOAT":"n","SCANF_FLOAT":"n","CPUS":"1","CPU_SET":"1"},"caps":["EXIT",'
    b'"TIMER","IRQ","DEVICE","recursive":false,"printf_float":false,"args":["regions":[{"what":'
    b'"text","kind":"image","access":"rx","ipa":33554432,"size":8192,"source":12288},{"what":'
    b'"rodata","kind":"image","access":"r","ipa":,{"what":"memory","kind":"memory","access":"rw",'
    b'"ipa":,{"what":"uart0","kind":"device","access":"rw","ipa":150994944,"size":4096,"source":'
    b'150994944}],"irqs":[]}]}{"intid":27,"edge":false,"priority":160},"cpus":[0],"entry":33554432'
    b',"ram":,"stack":,"heap":,"frames":,"why":{"kind":"link"},"bytes":{"text":{"lib":"newlib",'
    b'"path":"","lib":"other","path":"","lib":"app","path":"","why":{"kind":"app"},"elf":'
    b'"layer":"hv","mode":"hv","layer":"bypass","mode":"bypass","layer":"tenon","mode":"tenon",'
    b'"mode":"bare","optimize":"s","sections":{"text":,"rodata":,"data":,"bss":},"libs":['
    b'{"schema":1,"tool":"0.1.0","image":{"name":"","board":"qemu-virt","file_size":,'
    b'"memory_size":,"verify":"crc","cpus":1},"layout":[{"what":"mortise","offset":0,"size":'
    b',"in_file":true},{"what":"toc","offset":,"size":184,"in_file":true},{"what":"descriptor '
    b'","offset":,"size":224,"in_file":true},{"what":"report","offset":,"size":,"in_file":true},'
    b'{"what":"mortise bss","offset":,"size":,"in_file":false},{"what":" memory","offset":,"size":'
    b',"in_file":false}],"components":[{"name":"mortise","why":{"kind":"default","by":"CAP_'
    b'"why":{"kind":"root"},"bytes":{"text":0,"rodata":0,"data":0,"bss":0}},{"lib":"LIB_ABI",'
    b'"path":"core/abi","why":{"kind":"symbol","symbol":"_tn_","by":"LIB_","bytes":{"text":0,'
    b'"rodata":0,"data":0,"bss":0}},{"lib":"LIB_SYSREG","path":"core/sysreg","why":{"kind":'
    b'"select","by":"LIB_MORTISE"},"bytes":{"text":0,"rodata":0,"data":0,"bss":0}},{"lib":"LIB_')
SLACK = 64  # the plan's own numbers are in the report: room for digits that still change


def make(build, plan, hypervisor, guests):
    """The report as a dict."""
    image = build.image
    return {
        "schema": SCHEMA, "tool": TOOL,
        "image": {
            "name": image.name, "board": image.board, "file_size": plan.file_size,
            "memory_size": plan.memory_size, "verify": image.verify,
            "cpus": 1 + max(cpu for guest in guests for cpu in guest.spec.cpus)},
        "layout": [{"what": what, "offset": offset, "size": size, "in_file": in_file}
                   for what, offset, size, in_file in plan.ranges],
        "components": [_component(hypervisor, "hv"),
                       *(_component(guest, guest.spec.mode) | _guest(guest) for guest in guests)]}


def _options(part):
    """The options; of those that the builder sets the ones that are not 0."""
    return {name: value for name, value in part.selection.config.options().items()
            if name not in pool.COUNTS or value != "0"}


def _component(part, mode):
    return {
        "name": part.component.name, "layer": part.component.layer.lower(), "mode": mode,
        "optimize": part.component.optimize, "elf": part.elf_path,
        "sections": part.account.totals(), "libs": _libraries(part),
        "options": _options(part),
        "caps": sorted(getattr(part, "caps", None) or part.component.facts.caps)}


def _libraries(part):
    """Every library that is on, then the pseudo-libraries that have bytes."""
    rows = []
    for library in part.selection.libraries():
        rows.append({"lib": library.symbol, "path": library.path,
                     "why": part.selection.on[library.symbol],
                     "bytes": part.account.of(library.symbol)})
    for owner in ("app", "newlib", "libgcc", "other"):
        count = part.account.of(owner)
        if any(count.values()):
            rows.append({"lib": owner, "path": "", "why": {"kind": "app"}
                         if owner == "app" else {"kind": "link"}, "bytes": count})
    return [_plain(row, part) for row in rows]


def _plain(row, part):
    """A reason without paths: the application's files by their names."""
    why = dict(row["why"])
    if why.get("by") in part.selection.given:
        why["by"] = "start" if why["by"] == "start" else os.path.basename(why["by"])
    return row | {"why": why}


def _guest(guest):
    program = guest.program
    return {
        "cpus": guest.spec.cpus, "entry": program.entry, "ram": program.ram,
        "stack": program.stack, "heap": program.heap_end - program.heap_start,
        "frames": program.frames, "recursive": bool(program.recursive),
        "printf_float": "printf" in guest.selection.floats,
        "args": [guest.spec.name, *guest.spec.args],
        "regions": [{"what": r.what, "kind": r.kind, "access": r.access, "ipa": r.ipa,
                     "size": r.size, "source": r.source,
                     **({"colours": r.colours} if r.colours else {})} for r in guest.regions],
        "irqs": guest.irqs, **({"pool": pool_cpus.summary(guest.spec)} if guest.spec.pool else {})}


def compact(report):
    """The form that is in the image."""
    text = json.dumps(report, separators=(",", ":"), sort_keys=False)
    packer = zlib.compressobj(9, zdict=DICTIONARY)
    return packer.compress(text.encode()) + packer.flush()


def expand(data):
    """A report from its compact form, behind which there may be bytes that were kept for it and
    not needed; zlib.error or ValueError for what is none."""
    return json.loads(zlib.decompressobj(zdict=DICTIONARY).decompress(data))


def reserve(report):
    """How many bytes to keep for compact() of a report whose numbers are not final."""
    return (len(compact(report)) + SLACK + 7) & ~7


def finish(build, report, room):
    """Write report.json; returns the bytes for the image, exactly `room` of them."""
    files.write(os.path.join(build.folder, "report.json"), json.dumps(report, indent=1) + "\n")
    data = compact(report)
    assert len(data) <= room, "the report outgrew the room that was kept for it"
    return data + bytes(room - len(data))
