# SPDX-License-Identifier: Apache-2.0
"""Loaded into gdb by `tnimage debug`: from Tenon's vectors back into the thread they interrupted.

The vectors are assembly. What they saved lies at the stack pointer with which they call
tn_irq_reschedule(); offsets are those of rtos/vectors/include/tn/vectors.h.
"""
import gdb
import gdb.unwinder

FRAME = 192
RETURN = 160
SAVED = [(number, 8 * number) for number in range(18)] + [(18, 144), (30, 152)]
BL = 0x25


class FrameId:
    """What gdb tells frames apart by."""

    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class VectorUnwinder(gdb.unwinder.Unwinder):
    """The one call in the vectors behind which the stack is the interrupted thread's."""

    def __init__(self, vectors):
        super().__init__("tenon-vectors")
        self.vectors = vectors
        self.word = gdb.lookup_type("unsigned long")

    def __call__(self, frame):
        pc = int(frame.read_register("pc")) & (1 << 64) - 1
        if not any(start <= pc < start + size for start, size in self.vectors) or \
                self.read(pc - 4, "unsigned int") >> 26 != BL:
            return None
        sp = int(frame.read_register("sp"))
        info = frame.create_unwind_info(FrameId(frame.read_register("sp"),
                                                frame.read_register("pc")))
        for number, offset in SAVED:
            info.add_saved_register(f"x{number}", self.value(self.read(sp + offset)))
        for number in range(19, 30):
            info.add_saved_register(f"x{number}", frame.read_register(f"x{number}"))
        info.add_saved_register("sp", self.value(sp + FRAME))
        info.add_saved_register("pc", self.value(self.read(sp + RETURN)))
        return info

    @staticmethod
    def read(address, kind="unsigned long"):
        """A number in the program's memory."""
        return int(gdb.parse_and_eval(f"*({kind} *){address:#x}"))

    def value(self, number):
        return gdb.Value(number).cast(self.word)


def install(vectors):
    """(address, size) of tn_vectors of each partition."""
    gdb.unwinder.register_unwinder(None, VectorUnwinder(vectors), replace=True)
