# SPDX-License-Identifier: Apache-2.0
"""The build report: docs/architecture.md, "The build report", has its schema."""
import json
import os
import zlib

from tenon import files

SCHEMA = 1
TOOL = "0.1.0"
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


def _component(part, mode):
    return {
        "name": part.component.name, "layer": part.component.layer.lower(), "mode": mode,
        "optimize": part.component.optimize, "elf": part.elf_path,
        "sections": part.account.totals(), "libs": _libraries(part),
        "options": part.selection.config.options(),
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
                     "size": r.size, "source": r.source} for r in guest.regions],
        "irqs": guest.irqs}


def compact(report):
    """The form that is in the image."""
    text = json.dumps(report, separators=(",", ":"), sort_keys=False)
    return zlib.compress(text.encode(), 9)


def reserve(report):
    """How many bytes to keep for compact() of a report whose numbers are not final."""
    return (len(compact(report)) + SLACK + 7) & ~7


def finish(build, report, room):
    """Write report.json; returns the bytes for the image, exactly `room` of them."""
    files.write(os.path.join(build.folder, "report.json"), json.dumps(report, indent=1) + "\n")
    data = compact(report)
    assert len(data) <= room, "the report outgrew the room that was kept for it"
    return data + bytes(room - len(data))
