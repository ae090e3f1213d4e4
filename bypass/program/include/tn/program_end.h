/* SPDX-License-Identifier: Apache-2.0 */
/* How a program without a kernel ends; the start of each exception level has its own. */
#ifndef TN_PROGRAM_END_H
#define TN_PROGRAM_END_H

#include <tn/compiler.h>

/* The program is over with `status`, 0..255.  Any context. */
TN_NORETURN void tn_program_end(unsigned status);

#endif
