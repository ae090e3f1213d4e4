/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations of Tenon, row by row as the peers were measured: from the C call to the first
 * instruction after it, or in the thread or handler that it leads to.
 */
#include <stddef.h>
#include <stdio.h>
#include <tn/alarm.h>
#include <tn/bench.h>
#include <tn/board.h>
#include <tn/irq.h>
#include <tn/mutex.h>
#include <tn/queue.h>
#include <tn/sem.h>
#include <tn/thread.h>
#include <tn/time.h>

#define PEERS 99
#define TIMES 200
#define STACK 2048
#define ALARMS 200
#define MAIN_PRIORITY 128
#define HIGH_PRIORITY 100
#define COUNT(n) ((void *)(uintptr_t)(n))
#define TEST_IRQ TN_BOARD_TIMER_PHYS_IRQ

static struct tn_thread peers[PEERS];
static TN_ALIGNED(16) char peer_stacks[PEERS][STACK];
static volatile bool peers_stop;
static uint32_t peers_running;

static struct tn_thread partner;
static TN_ALIGNED(16) char partner_stack[4096];

static struct tn_sem sem = TN_SEM_INIT(0, 100);
static struct tn_alarm alarms[ALARMS + 1];
static volatile uint32_t fired;
static struct tn_mutex mutex = TN_MUTEX_INIT;
static struct tn_queue queue;
static uint64_t queue_buffer[32], message[2];

static bool stop_peers(void *context)
{
    (void)context;
    peers_stop = true;
    while (peers_running > 0) {
        tn_thread_join(&peers[--peers_running], NULL, TN_FOREVER);
    }
    return true;
}

/* The peer's tn_bench_end() runs at every turn; the first after begin is what counts. */
static void *yield_peer(void *arg)
{
    (void)arg;
    for (;;) {
        if (tn_bench_last == 0) {
            tn_bench_end();
        }
        if (peers_stop) {
            return NULL;
        }
        tn_thread_yield();
    }
}

static void yield_execute(void *context)
{
    (void)context;
    tn_bench_last = 0;
    tn_bench_begin();
    tn_thread_yield();
}

static void alone_execute(void *context)
{
    (void)context;
    tn_bench_begin();
    tn_thread_yield();
    tn_bench_end();
}

static void *taker(void *arg)
{
    (void)arg;
    while (!peers_stop) {
        tn_sem_take(&sem);
        tn_bench_end();
    }
    return NULL;
}

static void *blocker(void *arg)
{
    (void)arg;
    while (!peers_stop) {
        tn_bench_begin();
        tn_sem_take(&sem);
    }
    return NULL;
}

static void *receiver(void *arg)
{
    uint64_t got[2];

    (void)arg;
    while (!peers_stop) {
        tn_queue_receive(&queue, got, TN_FOREVER);
        tn_bench_end();
    }
    return NULL;
}

static void *suspender(void *arg)
{
    (void)arg;
    while (!peers_stop) {
        tn_thread_suspend(&partner);
        tn_bench_end();
    }
    return NULL;
}

static bool partner_on;

static void start_partner(void *context)
{
    const struct tn_thread_attr attr = {
        .stack = partner_stack,
        .stack_size = sizeof(partner_stack),
        .prio = HIGH_PRIORITY,
    };
    void *(*entry)(void *) = *(void *(*const *)(void *))context;

    if (partner_on) {
        return;
    }
    partner_on = true;
    peers_stop = false;
    tn_thread_create(&partner, &attr, entry, NULL);
}

static void give_begin(void *context)
{
    (void)context;
    tn_bench_begin();
    tn_sem_give(&sem);
}

static void give_end(void *context)
{
    (void)context;
    tn_sem_give(&sem);
    tn_bench_end();
}

static void send_begin(void *context)
{
    (void)context;
    tn_bench_begin();
    tn_queue_send(&queue, message, TN_FOREVER);
}

static void send_execute(void *context)
{
    uint64_t got[2];

    (void)context;
    tn_bench_begin();
    tn_queue_send(&queue, message, TN_FOREVER);
    tn_bench_end();
    tn_queue_receive(&queue, got, TN_FOREVER);
}

static void receive_execute(void *context)
{
    uint64_t got[2];

    (void)context;
    tn_queue_send(&queue, message, TN_FOREVER);
    tn_bench_begin();
    tn_queue_receive(&queue, got, TN_FOREVER);
    tn_bench_end();
}

static void lock_execute(void *context)
{
    (void)context;
    tn_bench_begin();
    tn_mutex_lock(&mutex);
    tn_bench_end();
    tn_mutex_unlock(&mutex);
}

static void unlock_execute(void *context)
{
    (void)context;
    tn_mutex_lock(&mutex);
    tn_bench_begin();
    tn_mutex_unlock(&mutex);
    tn_bench_end();
}

static void resume_begin(void *context)
{
    (void)context;
    tn_bench_begin();
    tn_thread_resume(&partner);
}

static void end_partner(void *context)
{
    peers_stop = true;
    tn_sem_give(&sem);
    tn_thread_resume(&partner);
    if (partner_on && context != NULL) {
        tn_queue_send(&queue, message, 0);
    }
    tn_thread_join(&partner, NULL, TN_FOREVER);
    partner_on = false;
    tn_bench_begin();
    tn_bench_end();
    tn_sem_init(&sem, 0, 100);
}

static void *(*const taker_entry)(void *) = taker;
static void *(*const blocker_entry)(void *) = blocker;
static void *(*const receiver_entry)(void *) = receiver;
static void *(*const suspender_entry)(void *) = suspender;
static void *(*const yield_entry)(void *) = yield_peer;

static void start_equals(void *context)
{
    uint32_t count = (uint32_t)(uintptr_t)context;

    peers_stop = false;
    while (peers_running < count) {
        const struct tn_thread_attr attr = {
            .stack = peer_stacks[peers_running],
            .stack_size = STACK,
            .prio = MAIN_PRIORITY,
        };

        tn_thread_create(&peers[peers_running++], &attr, yield_entry, NULL);
        tn_thread_yield();
    }
}

static void end_equals(void *context)
{
    stop_peers(context);
    tn_bench_begin();
    tn_bench_end();
}

static void sem_give_execute(void *context)
{
    (void)context;
    tn_bench_begin();
    tn_sem_give(&sem);
    tn_bench_end();
    tn_sem_take(&sem);
}

static void sem_take_execute(void *context)
{
    (void)context;
    tn_sem_give(&sem);
    tn_bench_begin();
    tn_sem_take(&sem);
    tn_bench_end();
}

static inline void quiet(void)
{
    __asm__ volatile("msr cntp_ctl_el0, xzr\n\tisb" : : : "memory");
}

static void handler(void *arg)
{
    tn_bench_end();
    (void)arg;
    quiet();
}

static void handler_begin(void *arg)
{
    (void)arg;
    quiet();
    tn_bench_begin();
}

static void handler_empty(void *arg)
{
    (void)arg;
    quiet();
}

static void handler_give(void *arg)
{
    (void)arg;
    quiet();
    tn_sem_give(&sem);
}

/* The physical timer, which nobody else uses, is due at once; taken at the ISB. */
static inline void raise(void)
{
    __asm__ volatile("msr cntp_ctl_el0, %0\n\tisb" : : "r"(1ul) : "memory");
}

static void attach(void *context)
{
    tn_irq_detach(TEST_IRQ);
    tn_irq_attach(TEST_IRQ, *(void (*const *)(void *))context, NULL);
    tn_irq_enable(TEST_IRQ);
}

static void (*const handler_1)(void *) = handler;
static void (*const handler_2)(void *) = handler_begin;
static void (*const handler_3)(void *) = handler_empty;
static void (*const handler_4)(void *) = handler_give;

static void irq_to_handler(void *context)
{
    (void)context;
    tn_bench_begin();
    raise();
}

static void handler_to_thread(void *context)
{
    (void)context;
    raise();
    tn_bench_end();
}

static void irq_round(void *context)
{
    (void)context;
    tn_bench_begin();
    raise();
    tn_bench_end();
}

static void prepare_wake(void *context)
{
    (void)context;
    start_partner((void *)&taker_entry);
    attach((void *)&handler_4);
}

static void alarm_fired(struct tn_alarm *alarm)
{
    (void)alarm;
    fired++;
}

static void start_alarms(void *context)
{
    uint32_t count = (uint32_t)(uintptr_t)context;
    uint64_t now = tn_time_ticks();

    for (uint32_t i = 0; i <= ALARMS; i++) {
        tn_alarm_stop(&alarms[i]);
        if (i < count) {
            tn_alarm_start(&alarms[i], now + 100000000 + (i * 7919 % 200) * 1000, 0);
        }
    }
}

static void alarm_start(void *context)
{
    uint64_t deadline = tn_time_ticks() + 100000000 + 55555;

    (void)context;
    tn_bench_begin();
    tn_alarm_start(&alarms[ALARMS], deadline, 0);
    tn_bench_end();
}

static void alarm_stop(void *context)
{
    tn_alarm_start(&alarms[ALARMS], tn_time_ticks() + 100000000 + 55555, 0);
    (void)context;
    tn_bench_begin();
    tn_alarm_stop(&alarms[ALARMS]);
    tn_bench_end();
}

static void stop_alarms(void *context)
{
    start_alarms(NULL);
    (void)context;
    tn_bench_begin();
    tn_bench_end();
}

/* All are due at once; the interrupt is let in between the marks. */
static void alarms_expire(void *context)
{
    uint64_t daif, deadline;

    (void)context;
    daif = tn_irq_mask();
    deadline = tn_time_ticks() + 100;
    fired = 0;
    for (uint32_t i = 0; i < ALARMS; i++) {
        tn_alarm_start(&alarms[i], deadline, 0);
    }
    do {
        tn_wfi(); /* a masked interrupt ends it, too: the comparator's, or the next tick's */
    } while (tn_time_ticks() < deadline + 1000);
    tn_bench_begin();
    tn_irq_restore(daif);
    tn_isb();
    tn_bench_end();
}

static bool all_fired(void *context)
{
    (void)context;
    return fired == ALARMS;
}

static const struct tn_bench rows[] = {
    {"yield, 2 threads", start_equals, yield_execute, NULL, COUNT(1), TIMES},
    {"yield, 100 threads", start_equals, yield_execute, NULL, COUNT(99), TIMES},
    {"(end)", NULL, end_equals, NULL, NULL, 1},
    {"yield, nobody else ready", NULL, alone_execute, NULL, NULL, TIMES},
    {"semaphore give -> higher thread", start_partner, give_begin, NULL, (void *)&taker_entry,
     TIMES},
    {"(end)", NULL, end_partner, NULL, NULL, 1},
    {"higher blocks on semaphore -> giver", start_partner, give_end, NULL, (void *)&blocker_entry,
     TIMES},
    {"(end)", NULL, end_partner, NULL, NULL, 1},
    {"resume -> higher thread", start_partner, resume_begin, NULL, (void *)&suspender_entry, TIMES},
    {"(end)", NULL, end_partner, NULL, NULL, 1},
    {"message 16 B -> higher thread", start_partner, send_begin, NULL, (void *)&receiver_entry,
     TIMES},
    {"(end)", NULL, end_partner, NULL, COUNT(1), 1},
    {"interrupt -> handler", attach, irq_to_handler, NULL, (void *)&handler_1, TIMES},
    {"handler's end -> thread", attach, handler_to_thread, NULL, (void *)&handler_2, TIMES},
    {"interrupt, whole round", attach, irq_round, NULL, (void *)&handler_3, TIMES},
    {"interrupt -> higher thread woken", prepare_wake, irq_to_handler, NULL, NULL, TIMES},
    {"(end)", NULL, end_partner, NULL, NULL, 1},
    {"semaphore give", NULL, sem_give_execute, NULL, NULL, TIMES},
    {"semaphore take", NULL, sem_take_execute, NULL, NULL, TIMES},
    {"mutex lock", NULL, lock_execute, NULL, NULL, TIMES},
    {"mutex unlock", NULL, unlock_execute, NULL, NULL, TIMES},
    {"queue send 16 B", NULL, send_execute, NULL, NULL, TIMES},
    {"queue receive 16 B", NULL, receive_execute, NULL, NULL, TIMES},
    {"start a timer, 0 others", start_alarms, alarm_start, NULL, COUNT(0), TIMES},
    {"start a timer, 200 others", start_alarms, alarm_start, NULL, COUNT(200), TIMES},
    {"stop a timer, 200 others", start_alarms, alarm_stop, NULL, COUNT(200), TIMES},
    {"(end)", NULL, stop_alarms, NULL, NULL, 1},
    {"200 timers expire, all", NULL, alarms_expire, all_fired, NULL, 20},
};

int main(void)
{
    tn_pmu_start();
    tn_thread_set_priority(tn_thread_self(), MAIN_PRIORITY);
    tn_thread_set_affinity(tn_thread_self(), 1); /* of several CPUs (--cpus) only the first */
    for (uint32_t i = 0; i <= ALARMS; i++) {
        tn_alarm_init(&alarms[i], alarm_fired);
    }
    tn_queue_init(&queue, queue_buffer, 16, 16);
    return tn_bench_run(rows, sizeof(rows) / sizeof(rows[0]));
}
