/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX message queues for a mode without threads: declared only, see semaphore.h beside it
 * (ABSENT_QUEUES).  POSIX.1-2008, mqueue.h.
 */
#ifndef MQUEUE_H
#define MQUEUE_H

#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <time.h>

typedef int mqd_t;

struct mq_attr {
    long mq_flags;
    long mq_maxmsg;
    long mq_msgsize;
    long mq_curmsgs;
};

mqd_t mq_open(const char *name, int flags, ...);
int mq_close(mqd_t queue);
int mq_unlink(const char *name);
int mq_send(mqd_t queue, const char *data, size_t size, unsigned int priority);
int mq_timedsend(mqd_t queue, const char *data, size_t size, unsigned int priority,
                 const struct timespec *until);
ssize_t mq_receive(mqd_t queue, char *data, size_t size, unsigned int *priority);
ssize_t mq_timedreceive(mqd_t queue, char *data, size_t size, unsigned int *priority,
                        const struct timespec *until);
int mq_getattr(mqd_t queue, struct mq_attr *attr);
int mq_setattr(mqd_t queue, const struct mq_attr *attr, struct mq_attr *old);
int mq_notify(mqd_t queue, const struct sigevent *event);

#endif
