/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The longest time for which the kernel masked interrupts, measured by itself (option
 * TN_MASK_WATCH, one CPU; without it nothing of this is in the program).  A window is a section of
 * the kernel lock, a switch included, and the way out of an interrupt that leads to a switch.  Not
 * counted are straight lines of code in the vectors (an interrupt's way in and out, whose figures
 * `make bench` has), and what an application masks by itself.
 *
 * The unit is that of PMCCNTR_EL0, which the application starts (tn_pmu_start()): instructions
 * under -icount, cycles on silicon.  The marks' own instructions, about six, are in the figure.
 */
#ifndef TN_MASKWATCH_H
#define TN_MASKWATCH_H

#include <stdint.h>
#include <tn/sysreg.h>

struct tn_mask_watch {
    uint64_t since;   /* begin of the window that is open */
    uint64_t longest; /* of all that were closed */
    uint64_t where;   /* address of the code that closed it */
    uint64_t windows; /* how many were closed */
};

/* Read it any time; to start anew set `longest` to 0.  Without the option it stays 0. */
extern struct tn_mask_watch tn_mask_watch;

#if CONFIG_TN_MASK_WATCH

#define TN_MASK_I (1u << 7)

/* Interrupts have just been masked; `daif`: as it was before. */
static inline void tn_mask_begin(uint64_t daif)
{
    if (!(daif & TN_MASK_I)) {
        tn_mask_watch.since = tn_sysreg_read(pmccntr_el0);
    }
}

/* Interrupts are about to be as in `daif`. */
static inline void tn_mask_end(uint64_t daif)
{
    if (!(daif & TN_MASK_I)) {
        uint64_t length = tn_sysreg_read(pmccntr_el0) - tn_mask_watch.since;

        tn_mask_watch.windows++;
        if (length > tn_mask_watch.longest) {
            tn_mask_watch.longest = length;
            __asm__("adr %0, ." : "=r"(tn_mask_watch.where));
        }
    }
}

/* At the end of tn_switch(): x9..x12 are free there. */
#define TN_MASK_END_ASM                                                                            \
    "mrs x9, pmccntr_el0\n\t"                                                                      \
    "adrp x10, %[mask]\n\t"                                                                        \
    "add x10, x10, :lo12:%[mask]\n\t"                                                              \
    "ldp x11, x12, [x10]\n\t"                                                                      \
    "sub x9, x9, x11\n\t"                                                                          \
    "cmp x9, x12\n\t"                                                                              \
    "b.ls 3f\n\t"                                                                                  \
    "adr x11, .\n\t"                                                                               \
    "stp x9, x11, [x10, #8]\n"                                                                     \
    "3:\n\t"
#define TN_MASK_OPERANDS , [mask] "S"(&tn_mask_watch)

#else

static inline void tn_mask_begin(uint64_t daif)
{
    (void)daif;
}

static inline void tn_mask_end(uint64_t daif)
{
    (void)daif;
}

#define TN_MASK_END_ASM
#define TN_MASK_OPERANDS

#endif
#endif
