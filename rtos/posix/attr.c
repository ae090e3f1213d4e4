/* SPDX-License-Identifier: Apache-2.0 */
/* Thread attributes: what pthread_create() reads. */
#include <errno.h>

#include "internal.h"

int pthread_attr_init(pthread_attr_t *attr)
{
    *attr = (pthread_attr_t){
        .is_initialized = 1,
        .stacksize = CONFIG_POSIX_STACK,
        .guardsize = POSIX_GUARD,
        .contentionscope = PTHREAD_SCOPE_SYSTEM,
        .inheritsched = PTHREAD_INHERIT_SCHED,
        .schedpolicy = SCHED_OTHER,
        .schedparam.sched_priority = posix_prio_of(CONFIG_TN_MAIN_PRIORITY),
        .detachstate = PTHREAD_CREATE_JOINABLE,
    };
    return 0;
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
    if (attr == NULL || !attr->is_initialized) {
        return EINVAL;
    }
    attr->is_initialized = 0;
    return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state)
{
    *state = attr->detachstate;
    return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
    if (state != PTHREAD_CREATE_DETACHED && state != PTHREAD_CREATE_JOINABLE) {
        return EINVAL;
    }
    attr->detachstate = state;
    return 0;
}

int pthread_attr_getguardsize(const pthread_attr_t *attr, size_t *size)
{
    *size = attr->guardsize;
    return 0;
}

/* POSIX has getguardsize return what was set, not what becomes of it. */
int pthread_attr_setguardsize(pthread_attr_t *attr, size_t size)
{
    if (size > (CONFIG_TN_STACK_GUARD ? SIZE_MAX / 2 : 0)) {
        return EINVAL;
    }
    attr->guardsize = size;
    return 0;
}

int pthread_attr_getinheritsched(const pthread_attr_t *attr, int *inherit)
{
    *inherit = attr->inheritsched;
    return 0;
}

int pthread_attr_setinheritsched(pthread_attr_t *attr, int inherit)
{
    if (inherit != PTHREAD_INHERIT_SCHED && inherit != PTHREAD_EXPLICIT_SCHED) {
        return EINVAL;
    }
    attr->inheritsched = inherit;
    return 0;
}

int pthread_attr_getschedparam(const pthread_attr_t *attr, struct sched_param *param)
{
    *param = attr->schedparam;
    return 0;
}

int pthread_attr_setschedparam(pthread_attr_t *attr, const struct sched_param *param)
{
    if (param->sched_priority < sched_get_priority_min(attr->schedpolicy) ||
        param->sched_priority > sched_get_priority_max(SCHED_FIFO)) {
        return EINVAL;
    }
    attr->schedparam = *param;
    return 0;
}

int pthread_attr_getschedpolicy(const pthread_attr_t *attr, int *policy)
{
    *policy = attr->schedpolicy;
    return 0;
}

int pthread_attr_setschedpolicy(pthread_attr_t *attr, int policy)
{
    if (policy != SCHED_FIFO && policy != SCHED_RR && policy != SCHED_OTHER) {
        return EINVAL;
    }
    attr->schedpolicy = policy;
    return 0;
}

int pthread_attr_getscope(const pthread_attr_t *attr, int *scope)
{
    *scope = attr->contentionscope;
    return 0;
}

int pthread_attr_setscope(pthread_attr_t *attr, int scope)
{
    if (scope == PTHREAD_SCOPE_PROCESS) {
        return ENOTSUP;
    }
    if (scope != PTHREAD_SCOPE_SYSTEM) {
        return EINVAL;
    }
    attr->contentionscope = scope;
    return 0;
}

int pthread_attr_getstack(const pthread_attr_t *attr, void **stack, size_t *size)
{
    *stack = attr->stackaddr;
    *size = attr->stacksize;
    return 0;
}

int pthread_attr_setstack(pthread_attr_t *attr, void *stack, size_t size)
{
    if (stack == NULL || size < PTHREAD_STACK_MIN) {
        return EINVAL;
    }
    attr->stackaddr = stack;
    attr->stacksize = size;
    return 0;
}

int pthread_attr_getstackaddr(const pthread_attr_t *attr, void **stack)
{
    *stack = attr->stackaddr;
    return 0;
}

int pthread_attr_setstackaddr(pthread_attr_t *attr, void *stack)
{
    attr->stackaddr = stack;
    return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *attr, size_t *size)
{
    *size = attr->stacksize;
    return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
    if (size < PTHREAD_STACK_MIN) {
        return EINVAL;
    }
    attr->stacksize = size;
    return 0;
}
