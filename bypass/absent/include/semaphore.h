/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX semaphores for a mode without threads: declared, so that a program compiles and the
 * builder can say by name what bypass mode has not (ABSENT_THREADS).  POSIX.1-2008, semaphore.h.
 */
#ifndef SEMAPHORE_H
#define SEMAPHORE_H

#include <fcntl.h>
#include <time.h>

typedef struct {
    int value;
} sem_t;

#define SEM_FAILED ((sem_t *)0)

int sem_init(sem_t *sem, int shared, unsigned int value);
int sem_destroy(sem_t *sem);
sem_t *sem_open(const char *name, int flags, ...);
int sem_close(sem_t *sem);
int sem_unlink(const char *name);
int sem_wait(sem_t *sem);
int sem_trywait(sem_t *sem);
int sem_timedwait(sem_t *sem, const struct timespec *until);
int sem_post(sem_t *sem);
int sem_getvalue(sem_t *sem, int *value);

#endif
