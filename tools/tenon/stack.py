# SPDX-License-Identifier: Apache-2.0
"""How much stack a linked program can need: all its frames, and whether it calls itself.

Without recursion no chain of calls holds a frame twice, so the sum of all frames is a bound.
Whether the application recurses is read from the program's own branch instructions, after the
compiler has turned what it could into loops.
"""
import bisect
import struct

SLACK = 2048  # frames of assembly: an exception's registers, FP included
RECURSION_LIBRARY = 16  # newlib's qsort and its like recurse into the smaller half
# The application's own code calls itself, or has a frame of any size: what other systems give.
RECURSION = 8 << 20


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
            elif word & 0xfffffc1f == 0xd63f0000:  # BLR
                indirect.add(index)
        graph[index] = targets
    return graph, indirect


def recursion(elf, own, libraries):
    """(name of a function of the application that can reach itself or "", bytes that the
    recursion of newlib and libraries can take beyond their frames).

    own, libraries: names of the functions of the application and of the pool's libraries. A call
    through a pointer in one of these may reach each function of the application that nobody
    calls by name; newlib's are not counted, because its streams call only its own.
    Library functions that call each other in a circle (a stream's set-up) do so once; one that
    calls itself (qsort) halves its problem.
    """
    functions = elf.functions()
    graph, indirect = calls(elf)
    called = {target for targets in graph.values() for target in targets}
    names = [base_name(function.name) for function in functions]
    mine = {index for index, name in enumerate(names) if name in own}
    pointed = {index for index in mine - called if names[index] != "main"}
    for index in indirect:
        if names[index] in own or names[index] in libraries:
            graph[index] = graph[index] | pointed
    loops = _cycles(graph)
    own_loops = [functions[index].name for index in sorted(loops & mine)]
    sizes = frame_sizes(elf)
    extra = sum(sizes[functions[index].value]
                * (RECURSION_LIBRARY if index in graph[index] else 1) for index in loops - mine)
    return (own_loops[0] if own_loops else ""), extra


def _cycles(graph):
    """The nodes that can reach themselves."""
    found = set()
    for start in graph:
        seen, queue = set(), list(graph[start])
        while queue and start not in seen:
            index = queue.pop()
            if index not in seen:
                seen.add(index)
                queue += graph[index]
        if start in seen:
            found.add(start)
    return found


def unbounded(elf, own):
    """The name of a function of the application whose frame has no fixed size (alloca, an array
    of variable length), or "": the compiler lists no frame for it."""
    known = elf.frames()
    for function in elf.functions():
        if base_name(function.name) in own and function.value not in known:
            return function.name
    return ""


def base_name(name):
    """A symbol without what LTO appends to a static that two modules have."""
    head, dot, tail = name.rpartition(".")
    return head if dot and tail.isdigit() else name.split(".llvm.")[0]


def frame_sizes(elf):
    """{address of a function: bytes of its frame}; where the compiler listed none, what its
    instructions take from the stack pointer by constants."""
    known = elf.frames()
    sizes = {}
    for function in elf.functions():
        if function.value in known:
            sizes[function.value] = known[function.value]
            continue
        section = elf.sections[function.section]
        at = section.offset + function.value - section.address
        words = struct.unpack_from(f"<{function.size // 4}I", elf.data, at)
        sizes[function.value] = sum(map(_pushed, words))
    return sizes


def _pushed(word):
    """Bytes that one instruction takes: SUB SP, SP, #n; STP/STR with pre-index on SP."""
    if word & 0xff8003ff == 0xd10003ff:
        return (word >> 10 & 0xfff) << (12 if word >> 22 & 1 else 0)
    if word & 0x7fc003e0 == 0x298003e0 or word & 0x3fc003e0 == 0x2d8003e0:
        scale = 4 << (word >> 31) if not word >> 26 & 1 else 4 << (word >> 30)
        return -((word >> 15 & 0x7f) - 128) * scale if word >> 21 & 1 else 0
    if word & 0xffe00fe0 == 0xf8000fe0:
        return 512 - (word >> 12 & 0x1ff) if word >> 20 & 1 else 0
    return 0


def frames(elf):
    """The sum of all frames in bytes."""
    return sum(frame_sizes(elf).values())
