/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX message queues (IEEE Std 1003.1-2017, <mqueue.h>). */
#ifndef _MQUEUE_H
#define _MQUEUE_H

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
int mq_close(mqd_t mq);
int mq_unlink(const char *name);
int mq_send(mqd_t mq, const char *message, size_t size, unsigned int priority);
int mq_timedsend(mqd_t mq, const char *message, size_t size, unsigned int priority,
                 const struct timespec *deadline);
ssize_t mq_receive(mqd_t mq, char *message, size_t size, unsigned int *priority);
ssize_t mq_timedreceive(mqd_t mq, char *message, size_t size, unsigned int *priority,
                        const struct timespec *deadline);
int mq_notify(mqd_t mq, const struct sigevent *event);
int mq_getattr(mqd_t mq, struct mq_attr *attr);
int mq_setattr(mqd_t mq, const struct mq_attr *attr, struct mq_attr *old);

#endif
