/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ring between two threads: bytes and messages in random pieces, each of which must arrive
 * once and in order.  Under ThreadSanitizer, so that an ordering which only happens to hold on
 * this machine is a failure, too.
 */
#include <pthread.h>
#include <sched.h>
#include <tn/errno.h>
#include <tn/ring.h>
#include <tn/test.h>

#define SIZE 256u
#define BYTES 3000000u
#define MESSAGES 300000u

static struct tn_ring_shared shared;
static uint32_t data[SIZE / 4];
static uint64_t seed;

/* A generator of the thread's own. */
static uint32_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 33);
}

static void *write_bytes(void *unused)
{
    struct tn_ring r;
    uint64_t state = seed;
    uint8_t buffer[SIZE];

    TN_CHECK(tn_ring_producer(&r, &shared, data, SIZE) == TN_OK);
    for (uint32_t sent = 0; sent < BYTES;) {
        uint32_t size = next(&state) % (SIZE - 1) + 1;
        int64_t n;

        size = size < BYTES - sent ? size : BYTES - sent;
        for (uint32_t i = 0; i < size; i++) {
            buffer[i] = (uint8_t)((sent + i) * 7);
        }
        n = tn_ring_write(&r, buffer, size);
        TN_CHECK(n >= 0);
        sent += (uint32_t)n;
        if (n == 0) {
            sched_yield();
        }
    }
    return unused;
}

static void bytes(void)
{
    struct tn_ring r;
    pthread_t thread;
    uint8_t buffer[SIZE];

    shared = (struct tn_ring_shared){.head = -1000u, .tail = -1000u};
    TN_CHECK(tn_ring_consumer(&r, &shared, data, SIZE) == TN_OK);
    TN_CHECK(pthread_create(&thread, NULL, write_bytes, NULL) == 0);
    for (uint32_t received = 0; received < BYTES;) {
        int64_t n = tn_ring_read(&r, buffer, tn_test_below(SIZE));

        TN_CHECK(n >= 0);
        for (int64_t i = 0; i < n; i++) {
            TN_CHECK(buffer[i] == (uint8_t)(received++ * 7));
        }
        if (n == 0) {
            sched_yield();
        }
    }
    TN_CHECK(pthread_join(thread, NULL) == 0);
    TN_CHECK(tn_ring_ready(&r) == 0);
}

static void *send_messages(void *unused)
{
    struct tn_ring r;
    uint64_t state = seed;

    TN_CHECK(tn_ring_producer(&r, &shared, data, SIZE) == TN_OK);
    for (uint32_t sent = 0; sent < MESSAGES;) {
        uint32_t message[8] = {sent, sent, sent, sent, sent, sent, sent, sent};
        int n = tn_ring_put(&r, message, 4 + sent % 29);

        TN_CHECK(n == TN_OK || n == TN_EAGAIN);
        sent += n == TN_OK;
        if (n == TN_EAGAIN || next(&state) % 4 == 0) {
            tn_ring_publish(&r);
        }
        if (n == TN_EAGAIN) {
            sched_yield();
        }
    }
    tn_ring_publish(&r);
    return unused;
}

static void messages(void)
{
    struct tn_ring r;
    pthread_t thread;
    uint32_t message[8];

    shared = (struct tn_ring_shared){.head = -1000u, .tail = -1000u};
    TN_CHECK(tn_ring_consumer(&r, &shared, data, SIZE) == TN_OK);
    TN_CHECK(pthread_create(&thread, NULL, send_messages, NULL) == 0);
    for (uint32_t received = 0; received < MESSAGES;) {
        int64_t n = tn_ring_take(&r, message, sizeof(message));

        if (n >= 0) {
            TN_CHECK(n == 4 + received % 29);
            for (int64_t i = 0; i < n / 4; i++) {
                TN_CHECK(message[i] == received);
            }
            received++;
        }
        TN_CHECK(n >= 0 || n == TN_EAGAIN);
        if (n < 0 || tn_test_below(4) == 0) {
            tn_ring_release(&r);
        }
        if (n < 0) {
            sched_yield();
        }
    }
    TN_CHECK(pthread_join(thread, NULL) == 0);
    TN_CHECK(tn_ring_take(&r, message, sizeof(message)) == TN_EAGAIN);
}

int main(void)
{
    tn_test_begin();
    seed = tn_test_random();
    TN_RUN(bytes);
    TN_RUN(messages);
    return tn_test_end();
}
