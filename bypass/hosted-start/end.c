/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a program at EL2 is that of its partition; the others go on without it. */
#include <tn/hypercall.h>
#include <tn/program_end.h>

void tn_program_end(unsigned status)
{
    for (;;) {
        tn_hypercall1(TN_HC_EXIT, status);
    }
}
