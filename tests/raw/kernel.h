/* SPDX-License-Identifier: Apache-2.0 */
/* What start.S calls of a kernel of these tests, and system registers. */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

#define read_reg(name)                                                                             \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("mrs %0, " #name : "=r"(value_) : : "memory");                            \
        value_;                                                                                    \
    })
#define write_reg(name, value)                                                                     \
    __asm__ volatile("msr " #name ", %0\n isb" : : "r"((uint64_t)(value)) : "memory")

void guest(const uint8_t *tree);
void second(void);
void on_sync(void);
void on_irq(void);
void on_bad(void);

#endif
