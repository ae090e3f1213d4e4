# SPDX-License-Identifier: Apache-2.0
"""How much stack a linked program can need: all its frames, and whether it calls itself.

Without recursion no chain of calls holds a frame twice, so the sum of all frames is a bound.
Whether the application recurses is read from the program's own branch instructions, after the
compiler has turned what it could into loops.
"""
import bisect
import struct

SLACK = 4096  # frames of assembly, interrupt frames, newlib's qsort, whose depth is bounded
RECURSION = 1 << 20


def calls(elf):
    """{function: set of functions that it branches to}, by index into elf.functions().

    Also the set of the functions that call through a pointer.
    """
    functions = elf.functions()
    starts = [function.value for function in functions]
    graph, indirect = {}, set()
    for index, function in enumerate(functions):
        section = elf.sections[function.section]
        at = section.offset + function.value - section.address
        words = struct.unpack_from(f"<{function.size // 4}I", elf.data, at)
        targets = set()
        for number, word in enumerate(words):
            if word & 0x7c000000 == 0x14000000:  # B, BL
                offset = (word & 0x3ffffff) - ((word & 0x2000000) << 1)
                target = function.value + 4 * (number + offset)
                # A branch inside the function is a loop; one to its start by BL is a call.
                inside = function.value <= target < function.value + function.size
                if inside and not (word >> 31 and target == function.value):
                    continue
                found = bisect.bisect_right(starts, target) - 1
                if found >= 0:
                    targets.add(found)
            elif word & 0xfffffc1f in (0xd63f0000, 0xd61f0000):  # BLR, BR
                if word & 0xfffffc1f == 0xd63f0000:
                    indirect.add(index)
        graph[index] = targets
    return graph, indirect


def recursion(elf, own):
    """The name of a function of the application that can reach itself, or "".

    own: names of the application's functions. A call through a pointer may reach every one of
    these whose address is taken, which is taken to be: those that nobody calls by name.
    """
    functions = elf.functions()
    graph, indirect = calls(elf)
    called = {target for targets in graph.values() for target in targets}
    mine = [index for index, function in enumerate(functions)
            if base_name(function.name) in own]
    pointed = {index for index in mine if index not in called and functions[index].name != "main"}
    for index in indirect:
        graph[index] = graph[index] | pointed
    for start in mine:
        if start not in called and start not in pointed:
            continue
        seen, queue = set(), list(graph[start])
        while queue:
            index = queue.pop()
            if index == start:
                return functions[start].name
            if index not in seen:
                seen.add(index)
                queue += graph[index]
    return ""


def base_name(name):
    """A symbol without what LTO appends to a static that two modules have."""
    head, dot, tail = name.rpartition(".")
    return head if dot and tail.isdigit() else name.split(".llvm.")[0]


def frames(elf):
    """The sum of all frames in bytes."""
    return sum(elf.frames().values())
