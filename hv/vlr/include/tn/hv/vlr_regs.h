/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a driver has for hv/vlr/vlr.c: list registers, in GICv3's format (Arm IHI 0069H, 12.4,
 * ICH_LR<n>_EL2), and the rest of a guest's interface.  Up to four are used, which every CPU has:
 * what does not fit waits with the caller.  For hv/vlr and its drivers alone.
 */
#ifndef TN_HV_VLR_REGS_H
#define TN_HV_VLR_REGS_H

#include <stdbool.h>
#include <stdint.h>

#define VLR_PENDING (1ull << 62)
#define VLR_ACTIVE (1ull << 63)
#define VLR_HW (1ull << 61)
#define VLR_GROUP1 (1ull << 60)
#define VLR_PRIORITY_SHIFT 48
#define VLR_PINTID_SHIFT 32
#define VLR_INTID(lr) ((uint32_t)(lr))

#define VLR_COUNT 4u
#define VLR_ALL ((1u << VLR_COUNT) - 1)

/* Of a guest that does not run: its control register and active priorities. */
struct vlr_state {
    uint64_t vmcr, ap0, ap1;
};

/* A bit for each list register that holds something. */
uint32_t vlr_used(void);

uint64_t vlr_read(unsigned index);
void vlr_write(unsigned index, uint64_t lr);

/* The interface as after tn_gic_init_cpu(): open, EOImode 0, nothing active. */
void vlr_state_reset(void);
void vlr_state_save(struct vlr_state *state);

/* With the maintenance interrupt off. */
void vlr_state_restore(const struct vlr_state *state);

#endif
