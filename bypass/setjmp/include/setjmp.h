/* SPDX-License-Identifier: Apache-2.0 */
/* There is no signal mask here that a jump could save or restore: all of these are setjmp. */
#ifndef TN_SETJMP_H
#define TN_SETJMP_H

#include_next <setjmp.h>

#if __POSIX_VISIBLE
typedef jmp_buf sigjmp_buf;

#define sigsetjmp(env, save_mask) setjmp(env)
#define siglongjmp(env, value) longjmp(env, value)
#endif
#if __MISC_VISIBLE || __XSI_VISIBLE
#define _setjmp(env) setjmp(env)
#define _longjmp(env, value) longjmp(env, value)
#endif

#endif
