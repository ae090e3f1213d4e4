/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sources of this library. */
#ifndef VGICV2_INTERNAL_H
#define VGICV2_INTERNAL_H

#include <stdint.h>

/* A mask of the partition's CPUs, as it numbers them, as the board does; and back.  Others: 0. */
uint32_t vgicv2_to_board(uint32_t mask);
uint32_t vgicv2_from_board(uint32_t mask);

#endif
