/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX semaphores, unnamed and named.  A sem_t is a struct tn_sem. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <tn/sem.h>

#include "internal.h"

_Static_assert(sizeof(struct tn_sem) == sizeof(sem_t), "sem_t");

struct named {
    sem_t sem; /* first: sem_open() returns its address */
    struct named *next;
    unsigned opened;
    bool unlinked;
    struct posix_owner owner;
    char name[];
};

static struct named *all;

static inline struct tn_sem *native(sem_t *sem)
{
    return (struct tn_sem *)(void *)sem;
}

static int fail(int code)
{
    errno = code;
    return -1;
}

int sem_init(sem_t *sem, int pshared, unsigned int value)
{
    (void)pshared;
    if (value > SEM_VALUE_MAX) {
        return fail(EINVAL);
    }
    tn_sem_init(native(sem), value, TN_SEM_MAX);
    return 0;
}

int sem_destroy(sem_t *sem)
{
    if (native(sem)->max == 0) {
        return fail(EINVAL);
    }
    if (native(sem)->waiters.first != NULL) {
        return fail(EBUSY);
    }
    native(sem)->max = 0;
    return 0;
}

/* The wait ended otherwise than with a unit, or the thread was cancelled. */
static __attribute__((noinline)) int wait_again(sem_t *sem, uint64_t deadline, long code)
{
    struct posix_thread *self = posix_self();

    posix_cancel_end(self);
    while (code == TN_EINTR && self->restart) {
        self = posix_cancel_begin();
        self->restart = 1;
        code = tn_sem_take_slow(native(sem), deadline);
        posix_cancel_end(self);
    }
    return posix_result((int)code);
}

static __attribute__((noinline)) int wait(sem_t *sem, uint64_t deadline)
{
    struct posix_thread *self = posix_cancel_begin();
    long code;

    self->restart = 1;
    code = tn_sem_take_slow(native(sem), deadline);
    self->cancel_point = 0;
    return TN_LIKELY((code | self->cancelled) == 0) ? 0 : wait_again(sem, deadline, code);
}

int sem_wait(sem_t *sem)
{
    const struct posix_thread *self = tn_thread_self()->posix;

    /* The thread is one of ours and nobody wants to end it, there is a unit: no more to do. */
    if (TN_LIKELY(self != NULL && !self->cancelled) && tn_sem_try(native(sem)) == TN_OK) {
        return 0;
    }
    return wait(sem, TN_FOREVER);
}

int sem_trywait(sem_t *sem)
{
    return posix_result(tn_sem_try(native(sem)));
}

int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *deadline)
{
    uint64_t ticks;

    pthread_testcancel(); /* also if nothing is waited for */
    if (tn_sem_try(native(sem)) == TN_OK) {
        return 0;
    }
    if (!posix_deadline(clock, deadline, &ticks)) {
        return fail(EINVAL);
    }
    return wait(sem, ticks);
}

int sem_timedwait(sem_t *sem, const struct timespec *deadline)
{
    return sem_clockwait(sem, CLOCK_REALTIME, deadline);
}

int sem_post(sem_t *sem)
{
    return posix_result(tn_sem_give(native(sem)));
}

int sem_getvalue(sem_t *sem, int *value)
{
    *value = (int)tn_sem_count(native(sem));
    return 0;
}

static struct named *find(const char *name)
{
    for (struct named *n = all; n != NULL; n = n->next) {
        if (!n->unlinked && strcmp(n->name, name) == 0) {
            return n;
        }
    }
    return NULL;
}

/* 0, or what errno is to be.  A slash in front is not a part of the name: there is no other place.
 */
static int check_name(const char **name)
{
    size_t length = strlen(*name);

    if (length > NAME_MAX) {
        return ENAMETOOLONG;
    }
    *name += (*name)[0] == '/';
    return (*name)[0] == '\0' ? EINVAL : 0;
}

static struct named *make(const char *name, unsigned value, unsigned mode)
{
    struct named *n = malloc(sizeof(*n) + strlen(name) + 1);

    if (n == NULL) {
        errno = ENOSPC;
        return NULL;
    }
    *n = (struct named){.next = all, .opened = 1, .owner = posix_owner(mode)};
    strcpy(n->name, name);
    sem_init(&n->sem, 0, value);
    all = n;
    return n;
}

sem_t *sem_open(const char *name, int flags, ...)
{
    struct named *n;
    unsigned value = 0, mode = 0;
    int code = check_name(&name);

    if (flags & O_CREAT) {
        va_list args;

        va_start(args, flags);
        mode = va_arg(args, unsigned);
        value = va_arg(args, unsigned);
        va_end(args);
    }
    if (code == 0 && value > SEM_VALUE_MAX) {
        code = EINVAL;
    }
    if (code != 0) {
        errno = code;
        return SEM_FAILED;
    }
    posix_lock();
    n = find(name);
    if (n != NULL && (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
        errno = EEXIST;
        n = NULL;
    } else if (n != NULL && !posix_may_open(&n->owner, POSIX_READ | POSIX_WRITE)) {
        errno = EACCES;
        n = NULL;
    } else if (n != NULL) {
        n->opened++;
    } else if (flags & O_CREAT) {
        n = make(name, value, mode);
    } else {
        errno = ENOENT;
    }
    posix_unlock();
    return n != NULL ? &n->sem : SEM_FAILED;
}

/* Free it when nobody has it open and its name is gone. */
static void drop(struct named *n)
{
    struct named **link = &all;

    if (n->opened != 0 || !n->unlinked) {
        return;
    }
    while (*link != n) {
        link = &(*link)->next;
    }
    *link = n->next;
    free(n);
}

int sem_close(sem_t *sem)
{
    struct named *n;

    posix_lock();
    for (n = all; n != NULL && &n->sem != sem; n = n->next) {}
    if (n != NULL && n->opened > 0) {
        n->opened--;
        drop(n);
    }
    posix_unlock();
    return n != NULL ? 0 : fail(EINVAL);
}

int sem_unlink(const char *name)
{
    struct named *n;
    int code = check_name(&name);

    if (code == ENAMETOOLONG) {
        return fail(code);
    }
    posix_lock();
    n = find(name);
    code = n == NULL ? ENOENT : posix_may_unlink(&n->owner) ? 0 : EACCES;
    if (code == 0) {
        n->unlinked = true;
        drop(n);
    }
    posix_unlock();
    return code == 0 ? 0 : fail(code);
}
