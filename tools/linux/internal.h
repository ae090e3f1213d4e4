/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sources of this library. */
#ifndef TN_LINUX_INTERNAL_H
#define TN_LINUX_INTERNAL_H

#include <stdint.h>

/* The page of TN_CHANNEL_BELLS, NULL when the partition rings nobody. */
extern volatile uint32_t *tn_linux_bells;

#endif
