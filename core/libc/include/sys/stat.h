/* SPDX-License-Identifier: Apache-2.0 */
/* newlib declares lstat (POSIX.1-2001) for some targets only. */
#ifndef TN_SYS_STAT_H
#define TN_SYS_STAT_H

#include_next <sys/stat.h>

#if __POSIX_VISIBLE
int lstat(const char *path, struct stat *st);
#endif

#endif
