/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Latest value between two threads: whole values with rising numbers, under ThreadSanitizer, which
 * also sees a slot that both are in.
 */
#include <pthread.h>
#include <tn/errno.h>
#include <tn/latest.h>
#include <tn/test.h>

#define VALUES 200000u
#define WORDS 16u

static struct tn_latest_shared shared;
static uint64_t data[TN_LATEST_SLOTS * (WORDS + 1)];

static void *write_values(void *unused)
{
    struct tn_latest l;
    uint64_t value[WORDS];

    TN_CHECK(tn_latest_init(&l, &shared, data, sizeof(value)) == TN_OK);
    for (uint64_t n = 1; n <= VALUES; n++) {
        for (unsigned i = 0; i < WORDS; i++) {
            value[i] = n;
        }
        tn_latest_write(&l, value);
    }
    return unused;
}

static void whole_values(void)
{
    struct tn_latest l;
    pthread_t thread;
    uint64_t value[WORDS], last = 0, changes = 0;

    TN_CHECK(tn_latest_init(&l, &shared, data, sizeof(value)) == TN_OK);
    TN_CHECK(pthread_create(&thread, NULL, write_values, NULL) == 0);
    while (last < VALUES) {
        uint64_t n = tn_latest_read(&l, value);

        TN_CHECK(n >= last);
        changes += n != last;
        for (unsigned i = 0; n != 0 && i < WORDS; i++) {
            TN_CHECK(value[i] == n);
        }
        last = n;
    }
    TN_CHECK(pthread_join(thread, NULL) == 0);
    TN_CHECK(changes > 0);
}

int main(void)
{
    tn_test_begin();
    TN_RUN(whole_values);
    return tn_test_end();
}
