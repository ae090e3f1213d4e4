/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for files for a mode that has none: declared only (ABSENT_NETWORK).  POSIX.1-2008,
 * poll.h.
 */
#ifndef POLL_H
#define POLL_H

#define POLLIN 0x01
#define POLLPRI 0x02
#define POLLOUT 0x04
#define POLLERR 0x08
#define POLLHUP 0x10
#define POLLNVAL 0x20

typedef unsigned int nfds_t;

struct pollfd {
    int fd;
    short events;
    short revents;
};

int poll(struct pollfd *files, nfds_t count, int timeout);

#endif
