/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System registers and barriers as the Arm ARM names them.  Every access is a compiler barrier,
 * too, because most of them change what memory means.  Any context; what EL a register needs
 * is the caller's matter.
 */
#ifndef TN_SYSREG_H
#define TN_SYSREG_H

#include <stdint.h>

/* Read a system register by name, `tn_sysreg_read(esr_el2)` or `tn_sysreg_read(S3_0_C12_C12_5)`. */
#define tn_sysreg_read(name)                                                                       \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("mrs %0, " #name : "=r"(value_) : : "memory");                            \
        value_;                                                                                    \
    })

/* Write one.  The effect on following instructions needs tn_isb(). */
#define tn_sysreg_write(name, value)                                                               \
    __asm__ volatile("msr " #name ", %x0" : : "rZ"((uint64_t)(value)) : "memory")

/* Data synchronisation barrier in a domain: `tn_dsb(ish)`, `tn_dsb(sy)`. */
#define tn_dsb(domain) __asm__ volatile("dsb " #domain : : : "memory")

/* Invalidate translations: `tn_tlbi(alle2)`.  Complete after tn_dsb(). */
#define tn_tlbi(operation) __asm__ volatile("tlbi " #operation : : : "memory")

/* Data memory barrier in a domain. */
#define tn_dmb(domain) __asm__ volatile("dmb " #domain : : : "memory")

/* Context synchronisation: what system-register writes before it changed is in force after it. */
static inline void tn_isb(void)
{
    __asm__ volatile("isb" : : : "memory");
}

/* Clear the block of 4 << (DCZID_EL0 & 15) bytes that `address` lies in. */
static inline void tn_dc_zva(uintptr_t address)
{
    __asm__ volatile("dc zva, %0" : : "r"(address) : "memory");
}

/* Sleep until an interrupt is pending, masked or not. */
static inline void tn_wfi(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

#endif
