/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the kernel: thread-local variables. */
#ifndef TN_KERNEL_TLS_H
#define TN_KERNEL_TLS_H

struct tn_thread;

/* Make the block of a new thread at the top of its stack; returns the new top. */
char *tn_tls_reserve(struct tn_thread *t, char *top);

/* The main thread has the linker's block. */
void tn_tls_adopt(struct tn_thread *t);

#endif
