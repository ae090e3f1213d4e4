/* SPDX-License-Identifier: Apache-2.0 */
/* newlib's header uses off_t without having its header, which POSIX does not ask of programs. */
#ifndef TN_REGEX_H
#define TN_REGEX_H

#include <sys/types.h>

#include_next <regex.h>

#endif
