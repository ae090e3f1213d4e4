/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: the order in which it comes up.
 */
#ifndef TN_KERNEL_INIT_H
#define TN_KERNEL_INIT_H

/*
 * Make the caller the main thread and switch interrupts on.  Once, by the boot code, with
 * everything masked, .data and .bss in place.
 */
void tn_kernel_init(void);

#endif
