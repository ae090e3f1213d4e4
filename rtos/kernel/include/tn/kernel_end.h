/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: how the image ends, which the root library of the mode says.  Any context.
 */
#ifndef TN_KERNEL_END_H
#define TN_KERNEL_END_H

#include <tn/compiler.h>

/* The program has ended with `status`, 0..255. */
TN_NORETURN void tn_image_exit(int status);

/* The kernel has reported a fault that ends the image. */
TN_NORETURN void tn_image_fault(void);

#endif
