/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a program at EL2 above Mortise (docs/native.md, "Beside partitions") reaches it: both are in
 * one address space, and Mortise's text begins with two branches at fixed addresses.  May be
 * included from assembly.
 */
#ifndef TN_ABI_NATIVE_H
#define TN_ABI_NATIVE_H

/*
 * The hypercalls of tn/abi/hypercall.h, by BLR: x0 to x3 as for HVC, the result in x0; x16, x17,
 * x30 and the flags are lost, all else is kept.  Runs on Mortise's stack with interrupts masked.
 */
#define TN_NATIVE_GATE 0x200800

/*
 * An exception that the program does not handle, by BR: TPIDR_EL2 is x0 as it was, FAR_EL1 the kind
 * (0 synchronous, 1 IRQ, 2 FIQ, 3 SError), all else is as the exception has left it.  Mortise
 * reports it and switches the machine off.
 */
#define TN_NATIVE_FAULT 0x200804

#endif
