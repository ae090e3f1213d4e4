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

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>
#include <tn/compiler.h>

/* General registers at an exception, as hv/mortise/vectors.S stores them. */
struct tn_hv_frame {
    uint64_t x[31];
    uint64_t kind;
};

_Static_assert(sizeof(struct tn_hv_frame) == HV_FRAME_SIZE, "vectors.S allocates it");
_Static_assert(offsetof(struct tn_hv_frame, kind) == 248,
               "vectors.S stores x30 and kind as a pair");

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
