/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device registers.  Each access is one load or store instruction with a plain base register:
 * the compiler must not choose the instruction, because a load pair or one with write-back
 * reports no valid syndrome (ESR_EL2.ISV, Arm ARM D13) and could not be emulated by the
 * hypervisor.
 *
 * tn_mmio_read32(addr), tn_mmio_write32(addr, value), and the same for 8, 16 and 64 bits, order
 * nothing but accesses to the same device, which its memory type (Device-nGnRE) keeps in
 * program order.
 *
 * tn_mmio_read32_sync() and tn_mmio_write32_sync(), again for all widths, also order accesses to
 * normal memory, for devices that share it with the program: what follows the read happens
 * after it, and what precedes the write is visible to the device before it (DMB OSHLD and
 * OSHST: a bus master is in the outer shareable domain).  Neither waits until the device has
 * done anything: read a register back for that.
 *
 * `addr` is an address that the caller can reach, aligned to the width.  Any context.
 */
#ifndef TN_MMIO_H
#define TN_MMIO_H

#include <stdint.h>

#define TN_MMIO_ACCESS(bits, suffix, modifier)                                                     \
    static inline uint##bits##_t tn_mmio_read##bits(uintptr_t addr)                                \
    {                                                                                              \
        uint##bits##_t value;                                                                      \
        __asm__ volatile("ldr" suffix " %" modifier "0, [%1]" : "=r"(value) : "r"(addr));          \
        return value;                                                                              \
    }                                                                                              \
    static inline void tn_mmio_write##bits(uintptr_t addr, uint##bits##_t value)                   \
    {                                                                                              \
        __asm__ volatile("str" suffix " %" modifier "0, [%1]" : : "rZ"(value), "r"(addr));         \
    }                                                                                              \
    static inline uint##bits##_t tn_mmio_read##bits##_sync(uintptr_t addr)                         \
    {                                                                                              \
        uint##bits##_t value = tn_mmio_read##bits(addr);                                           \
        __asm__ volatile("dmb oshld" : : : "memory");                                              \
        return value;                                                                              \
    }                                                                                              \
    static inline void tn_mmio_write##bits##_sync(uintptr_t addr, uint##bits##_t value)            \
    {                                                                                              \
        __asm__ volatile("dmb oshst" : : : "memory");                                              \
        tn_mmio_write##bits(addr, value);                                                          \
    }

TN_MMIO_ACCESS(8, "b", "w")
TN_MMIO_ACCESS(16, "h", "w")
TN_MMIO_ACCESS(32, "", "w")
TN_MMIO_ACCESS(64, "", "x")

#undef TN_MMIO_ACCESS

#endif
