/* SPDX-License-Identifier: Apache-2.0 */
/* How long the kernel masks interrupts: where the marks of <tn/maskwatch.h> leave their sums. */
#include <tn/maskwatch.h>

struct tn_mask_watch tn_mask_watch;
