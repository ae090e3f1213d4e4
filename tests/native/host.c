/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program at EL2 beside partitions: starts `guest` and `rival` on demand, talks to the first over
 * channels and a doorbell, pauses, restarts and retires them.  Calls of Mortise are made from a
 * handler too, while the program makes others.  The first character from the console says how it
 * ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tn/chan.h>
#include <tn/hypercall.h>
#include <tn/irq.h>
#include <tn/partition.h>
#include <tn/pmu.h>
#include <tn/sysreg.h>
#include <tn/time.h>

#include "../partitions/check.h"
#include "talk.h"

#define CALLS 2000u
#define NOWHERE 0x100000000u
#define SGI 4
#define MS 1000000u

extern char __image_start[];

static struct tn_chan questions, answers;
static volatile unsigned rings, inner;
static volatile double sum;
static int guest, rival;

static void on_ring(void *arg)
{
    (void)arg;
    rings++;
}

/* Its own call, and FP: neither may be seen by what it interrupts. */
static void on_sgi(void *arg)
{
    (void)arg;
    sum += 0.5;
    inner += tn_partition_state(guest, NULL, NULL) == TN_PARTITION_OFF;
}

static void wait_state(int partition, int state)
{
    while (tn_partition_state(partition, NULL, NULL) != state) {
        tn_sleep_until(tn_time_now() + MS);
    }
}

static uint32_t ask(uint32_t value)
{
    unsigned before = rings;
    uint32_t answer = 0;

    CHECK(tn_chan_send(&questions, &value, sizeof(value)) == TN_OK);
    while (rings == before) {
        tn_sleep_until(tn_time_now() + MS);
    }
    CHECK(tn_chan_receive(&answers, &answer, sizeof(answer)) == sizeof(answer));
    return answer;
}

/* An SGI is pending when each call begins, and comes behind the mask, or between two. */
static void nested(void)
{
    CHECK(tn_irq_attach(SGI, on_sgi, NULL) == TN_OK && tn_irq_enable(SGI) == TN_OK);
    for (unsigned i = 0; i < CALLS; i++) {
        double kept = i;

        __asm__ volatile("" : "+w"(kept));
        CHECK(tn_irq_pend(SGI) == TN_OK);
        CHECK(tn_partition_find("rival") == rival);
        CHECK(kept == (double)i);
    }
    CHECK(inner == CALLS && sum == CALLS / 2.0);
}

static void refusals(void)
{
    int self = tn_partition_find("host");

    CHECK(self == 0 && tn_partition_start(self) == TN_EINVAL);
    CHECK(tn_partition_start(99) == TN_EINVAL && tn_partition_find("nobody") == TN_ENOENT);
    CHECK(tn_hypercall1(0, 0) == TN_HC_NOT_SUPPORTED);
    CHECK(tn_hypercall1(TN_HC_LIFE_QUERY + 200, 0) == TN_HC_NOT_SUPPORTED);
    /* Addresses that are not its memory: nobody's, and Mortise's. */
    CHECK(tn_hypercall1(TN_HC_LIFE_FIND, 8) == TN_HC_INVALID);
    CHECK(tn_hypercall1(TN_HC_LIFE_FIND, TN_NATIVE_GATE) == TN_HC_INVALID);
}

/* The cycle counter counts at EL2, here as in native.c. */
static void count_cycles(void)
{
    tn_pmu_start();
    for (volatile unsigned i = 0; i < CALLS; i++) {}
    CHECK(tn_pmu_cycles() > CALLS);
}

static void manage(void)
{
    unsigned status, starts;

    CHECK(tn_partition_start(guest) == TN_OK);
    CHECK(ask(41) == 42 && ask(42) == 44); /* it adds how often it was asked in this life */
    CHECK(tn_partition_pause(guest) == TN_OK && tn_partition_resume(guest) == TN_OK);
    CHECK(ask(1) == 4);
    CHECK(tn_partition_restart(guest) == TN_OK);
    CHECK(ask(1) == 2);
    CHECK(tn_partition_start(rival) == TN_OK);
    CHECK(tn_chan_send(&questions, &(uint32_t){TALK_END}, sizeof(uint32_t)) == TN_OK);
    wait_state(guest, TN_PARTITION_OFF);
    tn_partition_state(guest, &status, &starts);
    CHECK(status == 0 && starts == 2);
    wait_state(rival, TN_PARTITION_RUNNING);
    CHECK(tn_partition_stop(rival) == TN_OK);
    wait_state(rival, TN_PARTITION_OFF);
    tn_partition_state(rival, &status, &starts);
    CHECK(status == 137 && starts == 1);
}

/* -1: for ever; the frames are what the builder cannot count. */
static int deep(int n) /* NOLINT(misc-no-recursion) */
{
    volatile char room[500];

    room[0] = (char)n;
    return n == 0 ? 0 : deep(n - 1) + room[0];
}

static int end(int how)
{
    switch (how) {
    case 'u':
        *(volatile int *)NOWHERE = 1;
        break;
    case 't':
        *(volatile int *)(void *)__image_start = 1;
        break;
    case 's':
        return deep(-1);
    case 'e':
        return 7;
    case 'k':
        return tn_partition_start(rival);
    default:
        break;
    }
    return 0;
}

int main(void)
{
    int how;

    puts("ready");
    how = getchar();
    CHECK(tn_sysreg_read(currentel) == 2 << 2);
    guest = tn_partition_find("guest");
    rival = tn_partition_find("rival");
    CHECK(guest == 1 && rival == 2);
    CHECK(tn_chan_open(&questions, "questions") == TN_OK);
    CHECK(tn_chan_open(&answers, "answers") == TN_OK);
    CHECK(tn_chan_attach(&answers, on_ring, NULL) == TN_OK);
    refusals();
    if (how == 'm') {
        count_cycles();
        nested();
        manage();
    }
    puts("ok");
    return end(how);
}
