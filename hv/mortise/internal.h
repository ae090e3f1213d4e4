/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sources of this library. */
#ifndef MORTISE_INTERNAL_H
#define MORTISE_INTERNAL_H

#include <stdint.h>
#include <tn/compiler.h>

/*
 * C entry: physical addresses of the boot loader's DTB, of the image and of this CPU's .bss.  On a
 * CPU that hv/cpus has started `dtb` is its slot (tn/hv/partition.h) instead.
 */
TN_NORETURN void hv_main(uint64_t dtb, uint64_t base, uint64_t bss);

/* Map the device windows; unmap everything that tn_hv_map_boot() has mapped. */
void hv_map_devices(void);
void hv_unmap_boot(void);

/* Start the guest at `entry` with `argument` in x0, and `caps`; stage 2 is set up. */
TN_NORETURN void hv_enter_guest(uint64_t entry, uint64_t argument, uint64_t caps);

/* ERET with `x0`, and nothing in the other general registers; ELR_EL2, SPSR_EL2 are set. */
TN_NORETURN void hv_launch(uint64_t x0);

#endif
