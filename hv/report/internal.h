/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sources of this library. */
#ifndef REPORT_INTERNAL_H
#define REPORT_INTERNAL_H

#include <tn/hv/report.h>

#define REGISTERS_PER_LINE 4

/* The rest of a line, then lines of registers. */
void report_registers(const struct tn_hv_frame *frame, uint64_t pc, uint64_t sp, uint64_t esr,
                      uint64_t spsr);

#endif
