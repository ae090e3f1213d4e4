/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigaltstack(): a second stack of a thread, for handlers with SA_ONSTACK.  An overflow of the
 * first one is no signal here but ends the image; the second one is for large handlers.
 */
#include <errno.h>

#include "internal.h"

static bool is_on(const stack_t *stack)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t low = (uintptr_t)stack->ss_sp;

    return stack->ss_size != 0 && here >= low && here - low < stack->ss_size;
}

int sigaltstack(const stack_t *stack, stack_t *old)
{
    struct posix_thread *self = posix_self();
    bool on = is_on(&self->alternate);
    stack_t before = self->alternate;

    if (stack != NULL) {
        if (on) {
            errno = EPERM;
            return -1;
        }
        if (stack->ss_flags & ~SS_DISABLE) {
            errno = EINVAL;
            return -1;
        }
        if (!(stack->ss_flags & SS_DISABLE) && stack->ss_size < MINSIGSTKSZ) {
            errno = ENOMEM;
            return -1;
        }
        self->alternate = stack->ss_flags & SS_DISABLE ? (stack_t){0} : *stack;
        self->on_alternate = posix_call_on;
    }
    if (old != NULL) {
        *old = before;
        old->ss_flags = before.ss_size == 0 ? SS_DISABLE : on ? SS_ONSTACK : 0;
    }
    return 0;
}

/* x0..x2: the handler's arguments, x3: the handler, x4: what the stack pointer is to be. */
__attribute__((naked)) static void switch_stack(int sig, siginfo_t *info, void *context,
                                                void (*handler)(int, siginfo_t *, void *),
                                                uintptr_t top)
{
    __asm__ volatile("stp x29, x30, [sp, #-16]!\n\t"
                     "mov x29, sp\n\t"
                     "mov sp, x4\n\t"
                     "blr x3\n\t"
                     "mov sp, x29\n\t"
                     "ldp x29, x30, [sp], #16\n\t"
                     "ret");
}

void posix_call_on(const stack_t *stack, const struct sigaction *action, siginfo_t *info)
{
    uintptr_t top = ((uintptr_t)stack->ss_sp + stack->ss_size) & ~(uintptr_t)15;

    if (is_on(stack)) {
        action->sa_sigaction(info->si_signo, info, NULL);
    } else {
        switch_stack(info->si_signo, info, NULL, action->sa_sigaction, top);
    }
}
