/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error codes of the micro-libraries: negative, 0 is success.  The numbers are newlib's errno
 * values negated, so that a POSIX layer returns -code without a table.
 */
#ifndef TN_ERRNO_H
#define TN_ERRNO_H

#define TN_OK 0
#define TN_EPERM -1
#define TN_ENOENT -2
#define TN_ESRCH -3
#define TN_EINTR -4
#define TN_EIO -5
#define TN_EAGAIN -11
#define TN_ENOMEM -12
#define TN_EFAULT -14
#define TN_EBUSY -16
#define TN_EINVAL -22
#define TN_ENOSPC -28
#define TN_ERANGE -34
#define TN_EDEADLK -45
#define TN_ENOSYS -88
#define TN_ETIMEDOUT -116
#define TN_EMSGSIZE -122
#define TN_ENOTSUP -134
#define TN_EOVERFLOW -139
#define TN_ECANCELED -140
#define TN_ENOTRECOVERABLE -141
#define TN_EOWNERDEAD -142

#endif
