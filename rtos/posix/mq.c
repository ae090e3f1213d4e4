/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX message queues: a list for each of the 32 priorities and a bitmap, so that sending and
 * receiving do not depend on how many messages wait.  A mutex and two condition variables; the
 * message's bytes are copied with interrupts enabled.
 */
#include <errno.h>
#include <limits.h>
#include <mqueue.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <tn/cond.h>
#include <tn/mutex.h>

#include "internal.h"

#define PRIORITIES 32
#define DESCRIPTORS CONFIG_POSIX_MQ_OPEN
#define DEFAULT_MESSAGES 10
#define DEFAULT_SIZE 128

struct message {
    struct message *next;
    size_t size;
    char data[];
};

struct mq {
    struct mq *next;
    struct tn_mutex lock;
    struct tn_cond filled, emptied;
    uint32_t receivers; /* that wait */
    uint32_t used;      /* bit n: priority n has messages */
    struct message *head[PRIORITIES], *tail[PRIORITIES];
    struct message *free;
    struct mq_attr attr;
    struct sigevent notify;
    pthread_attr_t notify_attr;
    bool registered; /* somebody asked to be notified, once */
    unsigned opened;
    bool unlinked;
    struct posix_owner owner;
    char *memory;
    char name[];
};

static struct mq *all;
static struct open {
    struct mq *mq;
    int flags;
    unsigned access; /* POSIX_READ, POSIX_WRITE; 0: closed */
} open_table[DESCRIPTORS];

static int fail(int code)
{
    errno = code;
    return -1;
}

static int check_name(const char *name)
{
    size_t length = strlen(name);

    if (length > PATH_MAX || (length > 0 && strlen(name + 1) > NAME_MAX)) {
        return ENAMETOOLONG;
    }
    return length < 2 || name[0] != '/' ? EINVAL : 0;
}

static struct mq *find(const char *name)
{
    for (struct mq *q = all; q != NULL; q = q->next) {
        if (!q->unlinked && strcmp(q->name, name) == 0) {
            return q;
        }
    }
    return NULL;
}

static struct mq *make(const char *name, unsigned mode, const struct mq_attr *attr)
{
    struct mq_attr a = {.mq_maxmsg = DEFAULT_MESSAGES, .mq_msgsize = DEFAULT_SIZE};
    struct mq *q;
    size_t each;

    if (attr != NULL) {
        a.mq_maxmsg = attr->mq_maxmsg;
        a.mq_msgsize = attr->mq_msgsize;
    }
    if (a.mq_maxmsg <= 0 || a.mq_msgsize <= 0) {
        errno = EINVAL;
        return NULL;
    }
    each = (sizeof(struct message) + (size_t)a.mq_msgsize + 15) & ~15ul;
    q = calloc(1, sizeof(*q) + strlen(name) + 1);
    if (q == NULL || (size_t)a.mq_maxmsg > SIZE_MAX / each ||
        (q->memory = malloc(each * (size_t)a.mq_maxmsg)) == NULL) {
        free(q);
        errno = ENOSPC;
        return NULL;
    }
    strcpy(q->name, name);
    q->attr = a;
    q->owner = posix_owner(mode);
    for (long i = 0; i < a.mq_maxmsg; i++) {
        struct message *m = (struct message *)(void *)(q->memory + each * (size_t)i);

        m->next = q->free;
        q->free = m;
    }
    q->next = all;
    all = q;
    return q;
}

static void drop(struct mq *q)
{
    struct mq **link = &all;

    if (q->opened != 0 || !q->unlinked) {
        return;
    }
    while (*link != q) {
        link = &(*link)->next;
    }
    *link = q->next;
    free(q->memory);
    free(q);
}

/* What an access mode asks of the queue's permissions. */
static unsigned wanted(int flags)
{
    switch (flags & O_ACCMODE) {
    case O_RDONLY:
        return POSIX_READ;
    case O_WRONLY:
        return POSIX_WRITE;
    default:
        return POSIX_READ | POSIX_WRITE;
    }
}

static mqd_t open_slot(struct mq *q, int flags)
{
    for (mqd_t i = 0; i < DESCRIPTORS; i++) {
        if (open_table[i].mq == NULL) {
            open_table[i].mq = q;
            open_table[i].flags = flags;
            open_table[i].access = wanted(flags);
            q->opened++;
            return i;
        }
    }
    drop(q);
    return fail(EMFILE);
}

mqd_t mq_open(const char *name, int flags, ...)
{
    const struct mq_attr *attr = NULL;
    unsigned mode = 0;
    struct mq *q;
    mqd_t result = -1;
    int code = check_name(name);

    if (flags & O_CREAT) {
        va_list args;

        va_start(args, flags);
        mode = va_arg(args, unsigned);
        attr = va_arg(args, const struct mq_attr *);
        va_end(args);
    }
    if (code != 0) {
        return fail(code);
    }
    posix_lock();
    q = find(name);
    if (q != NULL && (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
        errno = EEXIST;
    } else if (q == NULL && !(flags & O_CREAT)) {
        errno = ENOENT;
    } else if (q != NULL && !posix_may_open(&q->owner, wanted(flags))) {
        errno = EACCES;
    } else {
        q = q != NULL ? q : make(name, mode, attr);
        if (q != NULL) {
            result = open_slot(q, flags);
        }
    }
    posix_unlock();
    return result;
}

static struct mq *get(mqd_t mq)
{
    return mq >= 0 && mq < DESCRIPTORS ? open_table[mq].mq : NULL;
}

/* The same, with its flags, if it was opened for this. */
static inline struct open *get_for(mqd_t mq, unsigned access)
{
    struct open *slot = &open_table[mq];

    return mq >= 0 && mq < DESCRIPTORS && slot->access & access ? slot : NULL;
}

/* What tn_mutex_unlock() does, without its question for the context: the lock is the caller's. */
static inline void unlock(struct mq *q)
{
    uintptr_t self = (uintptr_t)tn_thread_self();

    if (TN_UNLIKELY(!__atomic_compare_exchange_n(&q->lock.word, &self, 0, false, __ATOMIC_RELEASE,
                                                 __ATOMIC_RELAXED))) {
        tn_mutex_unlock_slow(&q->lock);
    }
}

int mq_close(mqd_t mq)
{
    struct mq *q = get(mq);

    if (q == NULL) {
        return fail(EBADF);
    }
    posix_lock();
    open_table[mq].access = 0;
    open_table[mq].mq = NULL;
    q->registered = false;
    q->opened--;
    drop(q);
    posix_unlock();
    return 0;
}

int mq_unlink(const char *name)
{
    struct mq *q;
    int code = check_name(name);

    if (code == ENAMETOOLONG) {
        return fail(code);
    }
    posix_lock();
    q = find(name);
    code = q == NULL ? ENOENT : posix_may_unlink(&q->owner) ? 0 : EACCES;
    if (code == 0) {
        q->unlinked = true;
        drop(q);
    }
    posix_unlock();
    return code == 0 ? 0 : fail(code);
}

/*
 * Wait on `cond` with q->lock held; false: the wait ended otherwise, errno says how.  `deadline`
 * NULL: for ever.  It is looked at only when there is something to wait for, as POSIX has it.
 */
static bool wait(struct mq *q, struct tn_cond *cond, const struct timespec *deadline)
{
    uint64_t ticks = TN_FOREVER;
    struct posix_thread *self = posix_self();
    int code;

    if (deadline != NULL && !posix_deadline(CLOCK_REALTIME, deadline, &ticks)) {
        errno = EINVAL;
        return false;
    }
    self->restart = 1;
    posix_cancel_announce(self);
    code = self->cancelled && self->cancel_state == PTHREAD_CANCEL_ENABLE
               ? TN_EINTR
               : tn_cond_wait(cond, &q->lock, ticks);
    self->cancel_point = 0;
    if (code == TN_EINTR && self->cancelled && self->cancel_state == PTHREAD_CANCEL_ENABLE) {
        tn_mutex_unlock(&q->lock);
        posix_cancel_test();
        tn_mutex_lock(&q->lock);
    }
    errno = -code;
    return code == TN_OK || (code == TN_EINTR && self->restart);
}

/* A message came into an empty queue for which nobody waits: say so, once. */
static void notify(struct mq *q)
{
    q->registered = false;
    if (q->notify.sigev_notify == SIGEV_SIGNAL) {
        posix_send(NULL, q->notify.sigev_signo, SI_MESGQ, q->notify.sigev_value);
    } else if (q->notify.sigev_notify == SIGEV_THREAD) {
        posix_call_thread(&q->notify, &q->notify_attr);
    }
}

static void append(struct mq *q, struct message *m, unsigned priority)
{
    m->next = NULL;
    if (q->head[priority] == NULL) {
        q->head[priority] = m;
        q->used |= 1u << priority;
    } else {
        q->tail[priority]->next = m;
    }
    q->tail[priority] = m;
}

static struct message *take(struct mq *q, unsigned *priority)
{
    unsigned p = PRIORITIES - 1 - (unsigned)__builtin_clz(q->used);
    struct message *m = q->head[p], *next;

    next = m->next; /* once: the compiler cannot know that no message is in the array */
    q->head[p] = next;
    if (next == NULL) {
        q->used &= ~(1u << p);
    }
    *priority = p;
    return m;
}

int mq_timedsend(mqd_t mq, const char *data, size_t size, unsigned int priority,
                 const struct timespec *deadline)
{
    const struct open *slot = get_for(mq, POSIX_WRITE);
    struct mq *q;
    struct message *m;
    bool tell;

    posix_cancel_test();
    if (slot == NULL) {
        return fail(EBADF);
    }
    q = slot->mq;
    if (priority >= PRIORITIES) {
        return fail(EINVAL);
    }
    if (size > (size_t)q->attr.mq_msgsize) {
        return fail(EMSGSIZE);
    }
    tn_mutex_lock(&q->lock);
    while (q->free == NULL) {
        if (slot->flags & O_NONBLOCK) {
            tn_mutex_unlock(&q->lock);
            return fail(EAGAIN);
        }
        if (!wait(q, &q->emptied, deadline)) {
            tn_mutex_unlock(&q->lock);
            return -1;
        }
    }
    m = q->free;
    q->free = m->next;
    m->size = size;
    memcpy(m->data, data, size);
    tell = TN_UNLIKELY(q->registered) && q->used == 0 && q->receivers == 0;
    append(q, m, priority);
    if (tell) {
        notify(q);
    }
    unlock(q);
    tn_cond_signal(&q->filled);
    return 0;
}

int mq_send(mqd_t mq, const char *message, size_t size, unsigned int priority)
{
    return mq_timedsend(mq, message, size, priority, NULL);
}

ssize_t mq_timedreceive(mqd_t mq, char *data, size_t size, unsigned int *priority,
                        const struct timespec *deadline)
{
    const struct open *slot = get_for(mq, POSIX_READ);
    struct mq *q;
    struct message *m;
    unsigned p;
    ssize_t result;

    posix_cancel_test();
    if (slot == NULL) {
        return fail(EBADF);
    }
    q = slot->mq;
    if (size < (size_t)q->attr.mq_msgsize) {
        return fail(EMSGSIZE);
    }
    tn_mutex_lock(&q->lock);
    while (q->used == 0) {
        bool good;

        if (slot->flags & O_NONBLOCK) {
            tn_mutex_unlock(&q->lock);
            return fail(EAGAIN);
        }
        q->receivers++;
        good = wait(q, &q->filled, deadline);
        q->receivers--;
        if (!good) {
            tn_mutex_unlock(&q->lock);
            return -1;
        }
    }
    m = take(q, &p);
    result = (ssize_t)m->size;
    memcpy(data, m->data, m->size);
    m->next = q->free;
    q->free = m;
    unlock(q);
    tn_cond_signal(&q->emptied);
    if (priority != NULL) {
        *priority = p;
    }
    return result;
}

ssize_t mq_receive(mqd_t mq, char *message, size_t size, unsigned int *priority)
{
    return mq_timedreceive(mq, message, size, priority, NULL);
}

int mq_notify(mqd_t mq, const struct sigevent *event)
{
    struct mq *q = get(mq);
    int code = 0;

    if (q == NULL) {
        return fail(EBADF);
    }
    tn_mutex_lock(&q->lock);
    if (event == NULL) {
        q->registered = false;
    } else if (q->registered) {
        code = EBUSY;
    } else {
        q->registered = true;
        q->notify = *event;
        pthread_attr_init(&q->notify_attr);
        if (event->sigev_notify == SIGEV_THREAD && event->sigev_notify_attributes != NULL) {
            q->notify_attr = *event->sigev_notify_attributes;
        }
    }
    tn_mutex_unlock(&q->lock);
    return code != 0 ? fail(code) : 0;
}

/* How many messages there are: who asks pays for it, not who sends. */
static long count(struct mq *q)
{
    long n = 0;

    tn_mutex_lock(&q->lock);
    for (uint32_t used = q->used; used != 0; used &= used - 1) {
        for (struct message *m = q->head[__builtin_ctz(used)]; m != NULL; m = m->next) {
            n++;
        }
    }
    tn_mutex_unlock(&q->lock);
    return n;
}

int mq_getattr(mqd_t mq, struct mq_attr *attr)
{
    struct mq *q = get(mq);

    if (q == NULL) {
        return fail(EBADF);
    }
    *attr = q->attr;
    attr->mq_curmsgs = count(q);
    attr->mq_flags = open_table[mq].flags & O_NONBLOCK;
    return 0;
}

int mq_setattr(mqd_t mq, const struct mq_attr *attr, struct mq_attr *old)
{
    if (get(mq) == NULL) {
        return fail(EBADF);
    }
    if (old != NULL) {
        mq_getattr(mq, old);
    }
    open_table[mq].flags =
        (open_table[mq].flags & ~O_NONBLOCK) | ((int)attr->mq_flags & O_NONBLOCK);
    return 0;
}
