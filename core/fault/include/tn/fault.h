/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception syndromes (Arm ARM D13, ESR_ELx) in words.  Constant texts, no memory: a panic may use
 * it.  Any context.
 */
#ifndef TN_FAULT_H
#define TN_FAULT_H

#include <stdint.h>

#define TN_ESR_EC(esr) ((unsigned)((esr) >> 26 & 0x3f))
#define TN_EC_INSTRUCTION_ABORT 0x20u
#define TN_EC_DATA_ABORT 0x24u
#define TN_EC_SAME_EL 1u /* an abort of the same EL has the odd class next to it */
#define TN_ISS_FSC(esr) ((unsigned)((esr)&0x3f))
#define TN_ISS_WRITE (1u << 6)
#define TN_ISS_VALID (1u << 24)
#define TN_ISS_SIZE(esr) (1u << ((esr) >> 22 & 3)) /* bytes */

/* What a synchronous exception was; never NULL. */
const char *tn_fault_class(uint64_t esr);

/* The fault status code of an abort; levels do not matter to whom reads this. */
const char *tn_fault_status(unsigned fsc);

#endif
