/* SPDX-License-Identifier: Apache-2.0 */
/* <setjmp.h> of the C library, and jumps that take the signal mask along. */
#ifndef TN_POSIX_SETJMP_H
#define TN_POSIX_SETJMP_H

#include_next <setjmp.h>
#include <sys/_sigset.h>
#include <sys/cdefs.h>

#if __POSIX_VISIBLE
typedef struct {
    jmp_buf _buf;
    int _saved;
    __sigset_t _mask;
} sigjmp_buf[1];

#ifdef __cplusplus
extern "C" {
#endif

/* Keep the calling thread's mask in `env` if `save` is not 0: setjmp() must be a macro. */
void _sigjmp_save(sigjmp_buf env, int save);

void siglongjmp(sigjmp_buf env, int value) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#define sigsetjmp(env, save) (_sigjmp_save(env, save), setjmp((env)->_buf))
#endif
#if __MISC_VISIBLE || __XSI_VISIBLE
#define _setjmp(env) setjmp(env)
#define _longjmp(env, value) longjmp(env, value)
#endif

#endif
