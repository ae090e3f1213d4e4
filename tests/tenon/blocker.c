/* SPDX-License-Identifier: Apache-2.0 */
/* A thread uses up its stack and blocks: TN_STACK_CHECK sees it before anybody else runs. */
#include <stdio.h>
#include <tn/sem.h>
#include <tn/thread.h>

#define STACK 4096

static TN_ALIGNED(16) char stack[2][STACK];
static struct tn_thread thread;
static struct tn_sem sem = TN_SEM_INIT(0, 1);

static void *block(void *arg)
{
    volatile char all[STACK];

    (void)arg;
    for (int i = STACK - 1; i >= 0; i--) {
        all[i] = 1;
    }
    tn_sem_take(&sem);
    return NULL;
}

int main(void)
{
    const struct tn_thread_attr attr = {
        .name = "blocker", .stack = stack[1], .stack_size = STACK, .prio = 10};

    tn_thread_create(&thread, &attr, block, NULL);
    puts("not seen");
    return 0;
}
