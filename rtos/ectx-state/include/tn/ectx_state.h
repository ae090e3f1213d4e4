/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: FP/SIMD registers to and from a struct tn_ectx.  `full`: v0..v31, FPCR, FPSR;
 * `part`: d8..d15, FPCR, FPSR, which is what a callee preserves.  The unit is open.
 */
#ifndef TN_ECTX_STATE_H
#define TN_ECTX_STATE_H

struct tn_ectx;

void tn_ectx_save_full(struct tn_ectx *state);
void tn_ectx_load_full(const struct tn_ectx *state);
void tn_ectx_save_part(struct tn_ectx *state);
void tn_ectx_load_part(const struct tn_ectx *state);

#endif
