/* SPDX-License-Identifier: Apache-2.0 */
/* From an FIQ to the library whose interrupt it is.  There are two or three: searched. */
#include <tn/hv/fiq.h>

#include <tn/gic.h>

extern const struct tn_hv_fiq __hv_fiqs[], __hv_fiqs_end[];

void tn_hv_fiq(const struct tn_hv_frame *frame)
{
    uint32_t intid = tn_gic_kick_take();

    for (const struct tn_hv_fiq *fiq = __hv_fiqs; fiq < __hv_fiqs_end; fiq++) {
        if (fiq->intid == intid) {
            fiq->function(frame);
        }
    }
    tn_hv_resume(frame);
}
