/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Mortise says on the board's console.  Whole lines that begin with `mortise: `; tnimage and
 * tests read them.  Polled, no memory, so that a panic can use it; with several CPUs the caller of
 * these takes tn_hv_lock() around the lines that belong together, a panic does not.  May be
 * included from assembly.
 */
#ifndef TN_HV_REPORT_H
#define TN_HV_REPORT_H

#define HV_FRAME_SIZE 256

/* Where an exception came from, tn_hv_frame.kind. */
#define HV_KIND_SYNC 0
#define HV_KIND_IRQ 1
#define HV_KIND_FIQ 2
#define HV_KIND_SERROR 3
#define HV_KIND_GUEST 4 /* HVC #TN_HVC_FAULT: the guest reports an exception of its own */

/* clang-format off */
#ifdef __ASSEMBLER__
/* struct tn_hv_frame at the stack pointer, but for x0 to x3, x16 and x17; w17 = kind. */
        .macro  store_frame_rest
        stp     x4, x5, [sp, #32]
        stp     x6, x7, [sp, #48]
        stp     x8, x9, [sp, #64]
        stp     x10, x11, [sp, #80]
        stp     x12, x13, [sp, #96]
        stp     x14, x15, [sp, #112]
        stp     x18, x19, [sp, #144]
        stp     x20, x21, [sp, #160]
        stp     x22, x23, [sp, #176]
        stp     x24, x25, [sp, #192]
        stp     x26, x27, [sp, #208]
        stp     x28, x29, [sp, #224]
        stp     x30, x17, [sp, #240]
        .endm

/* The same of a vector that has saved x16 and x17 in the upper half. */
        .macro  store_frame
        sub     sp, sp, #HV_FRAME_SIZE / 2
        stp     x0, x1, [sp, #0]
        stp     x2, x3, [sp, #16]
        store_frame_rest
        .endm
#else
/* clang-format on */
#include <stddef.h>
#include <stdint.h>
#include <tn/compiler.h>

/* General registers at an exception, as store_frame stores them. */
struct tn_hv_frame {
    uint64_t x[31];
    uint64_t kind;
};

_Static_assert(sizeof(struct tn_hv_frame) == HV_FRAME_SIZE, "store_frame allocates it");
_Static_assert(offsetof(struct tn_hv_frame, kind) == 248,
               "store_frame_rest stores x30 and kind as a pair");

/* Switch the console on.  Once, after the device windows are mapped. */
void tn_hv_report_init(void);

/* Pieces of a line: text as it is ("\n" is sent as CR LF), a decimal, a hexadecimal with 0x. */
void tn_hv_text(const char *text);
void tn_hv_decimal(uint32_t value);
void tn_hv_hex(uint64_t value, unsigned digits);

/* `mortise: partition 0 "<name>"`, no newline. */
void tn_hv_partition_line(void);

/* The boot cannot go on: a last newline, then power off. */
TN_NORETURN void tn_hv_stop(void);

/* A guest's fault: reported with its registers, its partition ends. */
TN_NORETURN void tn_hv_guest_fault(const struct tn_hv_frame *frame);

/* The same for one that FIQ `frame` finds at fault: `text` says why. */
TN_NORETURN void tn_hv_guest_expired(const struct tn_hv_frame *frame, const char *text);

/* An exception of Mortise's own: reported, then power off.  SP_EL0 holds the stack pointer. */
TN_NORETURN void tn_hv_panic(const struct tn_hv_frame *frame);
#endif

#endif
