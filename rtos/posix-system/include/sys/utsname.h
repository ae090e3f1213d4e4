/* SPDX-License-Identifier: Apache-2.0 */
/* Name of the system (IEEE Std 1003.1-2017, <sys/utsname.h>). */
#ifndef _SYS_UTSNAME_H
#define _SYS_UTSNAME_H

#ifdef __cplusplus
extern "C" {
#endif

struct utsname {
    char sysname[16];  /* "Tenon" */
    char nodename[32]; /* the board's name */
    char release[16];
    char version[16]; /* how many CPUs it is built for */
    char machine[16]; /* "aarch64" */
};

/* 0, or -1 and EFAULT: no place given. */
int uname(struct utsname *name);

#ifdef __cplusplus
}
#endif

#endif
