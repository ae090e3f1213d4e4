/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the wrong thing that the first character on standard input names.  It asks for that first:
 * what arrives before zcu102's UART is on is lost.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const int constant = 1;
static uint32_t data[4] = {0xd65f03c0};

static long hvc(uint64_t id)
{
    register uint64_t x0 __asm__("x0") = id;
    register uint64_t x1 __asm__("x1") = 0x1111;
    register uint64_t x17 __asm__("x17") = 0x1717;

    __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x17) : : "memory");
    return x1 == 0x1111 && x17 == 0x1717 ? (long)x0 : 12345;
}

static long smc(uint64_t id)
{
    register uint64_t x0 __asm__("x0") = id;

    __asm__ volatile("smc #0" : "+r"(x0) : : "memory");
    return (long)x0;
}

static int recurse(volatile int *p)
{
    volatile int room[100];

    room[0] = *p + 1;
    return recurse(room) + room[1];
}

static int frame(volatile unsigned size)
{
    volatile char room[size];

    room[0] = (char)size;
    return room[0] + room[size - 1];
}

static void refused(void)
{
    long odd;

    __asm__ volatile("mov x0, #5\n hvc #77\n mov %0, x0" : "=r"(odd) : : "x0");
    printf("%ld %ld %ld %ld %ld %ld\n", odd, hvc(0xc6000f00), hvc(0xc60000ff), hvc(0x84000008),
           hvc(~0ull), smc(0x84000000));
}

int main(void)
{
    void (*volatile null)(void) = NULL;
    int zero = 0;

    puts("?");
    switch (getchar()) {
    case 'r':
        return *(volatile int *)0x12345678;
    case 'w':
        *(volatile int *)(uintptr_t)&constant = 2;
        return 0;
    case 't':
        *(volatile int *)(uintptr_t)&main = 2;
        return 0;
    case 'x':
        ((void (*)(void))data)();
        return 0;
    case 's':
        return recurse(&zero);
    case 'f':
        return frame(1u << 24);
    case 'u':
        __asm__ volatile("udf #1");
        return 0;
    case 'b':
        __asm__ volatile("brk #1");
        return 0;
    case 'p':
        ((void (*)(void))((uintptr_t)main + 2))();
        return 0;
    case 'm':
        __asm__ volatile("msr pmcr_el0, xzr");
        return 0;
    case 'i':
        __asm__ volatile("msr s3_0_c12_c11_5, xzr"); /* ICC_SGI1R_EL1 */
        return 0;
    case 'n':
        null();
        return 0;
    case 'd':
        return *(volatile int *)0x08000000; /* the distributor */
    case 'h':
        refused();
        return 0;
    case 'e':
        return 3;
    default:
        return 0;
    }
}
