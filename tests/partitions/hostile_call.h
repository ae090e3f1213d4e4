/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One random call of Mortise, of whatever group, with what a guest should not pass.  What ends the
 * partition, or waits, is left out, so that all tries are made.
 */
#ifndef HOSTILE_CALL_H
#define HOSTILE_CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <tn/hypercall.h>

#include "random.h"

#define PSCI_BASE 0x84000000u
#define PSCI_64 0x40000000u

static uint8_t own[64];

/* Random, small, at an edge, or near something that is really there. */
static uint64_t value(void)
{
    static const uint64_t edges[] = {
        0,          1,          15,         16,         31,        32,         1019,
        1020,       1023,       1024,       UINT32_MAX, INT32_MAX, 0x80000000, UINT64_MAX,
        0x08000000, 0x09000000, 0x40000000, 0xf9010000, INT64_MAX, 0x200000,   0x381000,
    };
    uint64_t at = edges[next() % (sizeof(edges) / sizeof(edges[0]))];

    switch (next() % 5) {
    case 0:
        return next();
    case 1:
        return next() % 64;
    case 2:
        return (uintptr_t)own + next() % 8192 - 4096;
    default:
        return at + next() % 3 - 1;
    }
}

/* Ends the partition: EXIT, and PSCI's CPU_OFF, SYSTEM_OFF, SYSTEM_RESET; or sleeps for ever:
 * CPU_SUSPEND, SLEEP of a pool's instance, which a BUDGET of next to nothing comes close to. */
static bool ends(uint64_t id)
{
    uint32_t psci = ((uint32_t)id & ~PSCI_64) - PSCI_BASE;

    return (uint32_t)id == TN_HC_EXIT || (uint32_t)id == TN_HC_SCHED_SLEEP ||
           (uint32_t)id == TN_HC_SCHED_BUDGET || psci == 1 || psci == 2 || psci == 8 || psci == 9;
}

static uint64_t identifier(void)
{
    switch (next() % 5) {
    case 0:
        return TN_HC_BASE + next() % 0x1200;
    case 1:
        return TN_HC(next() % TN_HC_GROUPS, next() % 8);
    case 2:
        return PSCI_BASE + next() % 34 + (next() & 1) * PSCI_64;
    case 3:
        return TN_HC_SCHED_CPU;
    default:
        return value();
    }
}

/* False: the call has changed a register that it must preserve. */
static bool attempt(void)
{
    uint64_t id = identifier();
    uint64_t a = id == TN_HC_SCHED_CPU ? next() % 4 : value(), b = value(), c = value();
    unsigned how = next() % 8;
    bool skip = ends(id);
    register uint64_t x0 __asm__("x0") = id;
    register uint64_t x1 __asm__("x1") = a;
    register uint64_t x2 __asm__("x2") = b;
    register uint64_t x3 __asm__("x3") = c;
    register uint64_t x9 __asm__("x9") = a ^ b;
    register uint64_t x17 __asm__("x17") = b ^ c;
    register uint64_t x18 __asm__("x18") = a ^ c;

    if (skip) {
        return true;
    }
    switch (how) {
    case 0:
        __asm__ volatile("smc #0"
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x9), "+r"(x17), "+r"(x18)
                         :
                         : "memory");
        break;
    case 1:
        __asm__ volatile("hvc #0x1234"
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x9), "+r"(x17), "+r"(x18)
                         :
                         : "memory");
        break;
    default:
        __asm__ volatile("hvc #0"
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x9), "+r"(x17), "+r"(x18)
                         :
                         : "memory");
    }
    return x1 == a && x2 == b && x3 == c && x9 == (a ^ b) && x17 == (b ^ c) && x18 == (a ^ c);
}

#endif
