/* SPDX-License-Identifier: Apache-2.0 */
/* Thread-Metric's loops (metric.h) over Tenon's own interface. */
#include <tn/blocks.h>
#include <tn/queue.h>
#include <tn/sem.h>
#include <tn/thread.h>

#define STACK 4096

static struct tn_thread threads[5];
static bool started[5];
static TN_ALIGNED(16) char stacks[5][STACK];
static struct tn_queue queue;
static uint64_t queue_buffer[20];
static struct tn_sem sem = TN_SEM_INIT(0, 100);
static struct tn_blocks blocks;
static uint64_t block_memory[16 * 16];
static void (*entries[5])(void *);

static void *enter(void *arg)
{
    entries[(uintptr_t)arg](arg);
    return NULL;
}

static void thread_start(uint32_t n, uint32_t priority, void (*entry)(void *))
{
    const struct tn_thread_attr attr = {
        .stack = stacks[n], .stack_size = STACK, .prio = priority, .name = "metric"};

    if (!started[n]) {
        started[n] = true;
        entries[n] = entry;
        tn_thread_create(&threads[n], &attr, enter, (void *)(uintptr_t)n);
    }
}

static void thread_join(uint32_t n)
{
    if (started[n]) {
        tn_thread_join(&threads[n], NULL, TN_FOREVER);
        started[n] = false;
    }
}

static inline void thread_relinquish(void)
{
    tn_thread_yield();
}

static inline void thread_suspend(uint32_t n)
{
    tn_thread_suspend(&threads[n]);
}

static inline void thread_resume(uint32_t n)
{
    tn_thread_resume(&threads[n]);
}

static inline void queue_send(const uint64_t *message)
{
    tn_queue_send(&queue, message, 0);
}

static inline void queue_receive(uint64_t *message)
{
    tn_queue_receive(&queue, message, 0);
}

static inline void sem_get(void)
{
    tn_sem_take(&sem);
}

static inline void sem_put(void)
{
    tn_sem_give(&sem);
}

static inline void *block_get(void)
{
    void *block = NULL;

    tn_blocks_alloc(&blocks, &block, 0);
    return block;
}

static inline void block_put(void *block)
{
    tn_blocks_free(&blocks, block);
}

#include "metric.h"

int main(void)
{
    tn_pmu_start();
    tn_thread_set_priority(tn_thread_self(), PRIORITY_EQUAL);
    tn_queue_init(&queue, queue_buffer, 16, 10);
    tn_blocks_init(&blocks, block_memory, sizeof(block_memory), 128);
    return tn_bench_run(rows, sizeof(rows) / sizeof(rows[0]));
}
