/* SPDX-License-Identifier: Apache-2.0 */
/* newlib's sigaction knows no flag that a restarted call would need; programs name it anyway. */
#ifndef TN_SIGNAL_H
#define TN_SIGNAL_H

#include_next <signal.h>

#if __POSIX_VISIBLE && !defined(SA_RESTART)
#define SA_RESTART 0x10000000 /* every call is restarted: none is interrupted */
#endif

#endif
