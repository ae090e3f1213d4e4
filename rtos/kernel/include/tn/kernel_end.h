/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: how the image ends, which the root library of the mode says.  Any context.
 */
#ifndef TN_KERNEL_END_H
#define TN_KERNEL_END_H

#include <stddef.h>
#include <tn/compiler.h>

/*
 * Show `size` bytes, which may be a part of a line, on the console: the program's own UART
 * (rtos/report-uart), or the one that partitions share (rtos/report-shared).  Takes no lock.
 */
void tn_kernel_report(const char *text, size_t size);

/* The program has ended with `status`, 0..255. */
TN_NORETURN void tn_image_exit(int status);

/* The kernel has reported a fault that ends the image. */
TN_NORETURN void tn_image_fault(void);

#endif
