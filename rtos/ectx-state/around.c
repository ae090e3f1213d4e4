/* SPDX-License-Identifier: Apache-2.0 */
/* What threads on one CPU and on several have in common of their FP/SIMD state. */
#include <stddef.h>
#include <tn/ectx.h>
#include <tn/ectx_state.h>
#include <tn/kernel.h>

_Static_assert(offsetof(struct tn_ectx, fpcr) == 16, "state.S");
_Static_assert(offsetof(struct tn_ectx, fpsr) == 24, "state.S");
_Static_assert(offsetof(struct tn_ectx, v) == 32, "state.S");

__attribute__((used)) void tn_ectx_around(struct tn_thread *t, void (*fn)(void))
{
    struct tn_ectx state;

    if (!t->ectx->used) {
        fn();
        return;
    }
    tn_ectx_save_full(&state);
    fn();
    tn_ectx_load_full(&state);
}
