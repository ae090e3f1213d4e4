/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose errno, strtok() and the like: a POSIX thread has its own, native threads and handlers
 * share the program's.
 */
#include <reent.h>
#include <tn/thread.h>

struct _reent *__getreent(void)
{
    struct tn_thread *self = tn_thread_self();

    return self != NULL && self->reent != NULL ? self->reent : _global_impure_ptr;
}
