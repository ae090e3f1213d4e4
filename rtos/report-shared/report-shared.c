/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's report of a fault, by the hypercall of the shared console. */
#include <tn/hypercall.h>
#include <tn/kernel_end.h>

void tn_kernel_report(const char *text, size_t size)
{
    long taken = 1;

    for (size_t done = 0; done < size && taken > 0; done += (size_t)taken) {
        taken = tn_hypercall2(TN_HC_CONSOLE_WRITE, (uintptr_t)text + done, size - done);
    }
}
