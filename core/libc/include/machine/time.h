/* SPDX-License-Identifier: Apache-2.0 */
/* Replaces newlib's, whose clock() counts hundredths: POSIX (XSI) wants a million a second. */
#ifndef _MACHTIME_H_
#define _MACHTIME_H_

#define _CLOCKS_PER_SEC_ 1000000

#endif
