/* SPDX-License-Identifier: Apache-2.0 */
/* What the program may use, which the builder has decided. */
#include <errno.h>
#include <sys/resource.h>
#include <tn/abi/layout.h>

#define STREAMS 3

extern const volatile struct tn_layout tn_layout; /* filled in after the link */
extern char __stack_top[];                        /* .data, .bss and the heap lie above it */

static int fail(int code)
{
    errno = code;
    return -1;
}

int getrlimit(int resource, struct rlimit *limit)
{
    rlim_t value;

    switch (resource) {
    case RLIMIT_CPU:
        value = RLIM_INFINITY;
        break;
    case RLIMIT_FSIZE:
    case RLIMIT_CORE:
        value = 0;
        break;
    case RLIMIT_DATA:
        value = tn_layout.heap_end - (uintptr_t)__stack_top;
        break;
    case RLIMIT_STACK:
        value = (uintptr_t)__stack_top - tn_layout.stack_bottom;
        break;
    case RLIMIT_NOFILE:
        value = STREAMS;
        break;
    case RLIMIT_AS:
        value = tn_layout.heap_end - tn_layout.stack_bottom;
        break;
    default:
        return fail(EINVAL);
    }
    *limit = (struct rlimit){value, value};
    return 0;
}
