/* SPDX-License-Identifier: Apache-2.0 */
/* sigsetjmp() and siglongjmp(): setjmp() and the thread's signal mask. */
#include <setjmp.h>
#include <signal.h>

void _sigjmp_save(sigjmp_buf env, int save)
{
    env->_saved = save;
    if (save) {
        pthread_sigmask(SIG_SETMASK, NULL, &env->_mask);
    }
}

/* A signal that the old mask lets in is handled before the jump. */
void siglongjmp(sigjmp_buf env, int value)
{
    if (env->_saved) {
        pthread_sigmask(SIG_SETMASK, &env->_mask, NULL);
    }
    longjmp(env->_buf, value);
}
