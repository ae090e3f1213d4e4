/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a program on Mortise ends: the hypercall EXIT, or, when the kernel gives up, Mortise's
 * report of the registers and status 139.
 */
#include <tn/hypercall.h>
#include <tn/kernel_end.h>
#include <tn/percpu.h>

void tn_image_exit(int status)
{
    tn_percpu_stop_others();
    for (;;) {
        tn_hypercall1(TN_HC_EXIT, (uint64_t)status & 0xff);
    }
}

void tn_image_fault(void)
{
    for (;;) {
        __asm__ volatile("hvc %0" : : "i"(TN_HVC_FAULT) : "memory");
    }
}
