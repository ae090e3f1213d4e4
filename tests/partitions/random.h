/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that a seed repeats (xorshift, Marsaglia 2003); each thread has its own. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

static _Thread_local uint64_t state = 88172645463325252u; /* not 0 */

static inline void set_seed(int seed)
{
    state = (uint64_t)seed * 0x9e3779b97f4a7c15u + 1;
}

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

#endif
