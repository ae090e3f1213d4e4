/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Latest value: every order in which the steps of one write and one read can interleave comes down
 * to which words each side sees, so a hostile side that writes any words is the superset; and
 * the tsan test has real threads.  Here: values, numbers, bounds.
 */
#include <string.h>
#include <tn/errno.h>
#include <tn/latest.h>
#include <tn/test.h>

#define MAX 100

static struct tn_latest_shared shared;
static struct {
    _Alignas(8) uint8_t before[16];
    uint8_t data[TN_LATEST_SLOTS * (MAX + 16)];
    uint8_t behind[16];
} area;
static struct tn_latest in, out;
static uint32_t size;

static void setup(void)
{
    size = 1 + (uint32_t)tn_test_below(MAX);
    memset(&area, 0, sizeof(area));
    memset(area.before, 0xee, sizeof(area.before));
    memset(area.behind, 0xee, sizeof(area.behind));
    memset(area.data + tn_latest_bytes(size), 0xee, sizeof(area.data) - tn_latest_bytes(size));
    memset(&shared, 0, sizeof(shared));
    TN_CHECK(tn_latest_init(&in, &shared, area.data, size) == TN_OK);
    TN_CHECK(tn_latest_init(&out, &shared, area.data, size) == TN_OK);
}

static void check_borders(void)
{
    for (unsigned i = 0; i < 16; i++) {
        TN_CHECK(area.before[i] == 0xee && area.behind[i] == 0xee);
    }
    for (uint32_t i = tn_latest_bytes(size); i < sizeof(area.data); i++) {
        TN_CHECK(area.data[i] == 0xee);
    }
}

static void values(void)
{
    uint8_t value[MAX + 1], expected = 0;

    for (int round = 0; round < 200; round++) {
        uint64_t written = 0;

        setup();
        memset(value, 0x55, sizeof(value));
        TN_CHECK(tn_latest_read(&out, value) == 0 && value[0] == 0x55);
        for (int step = 0; step < 200; step++) {
            if (tn_test_below(2) != 0) {
                expected = (uint8_t)tn_test_random();
                memset(value, expected, size);
                tn_latest_write(&in, value);
                written++;
            }
            if (tn_test_below(20) == 0) { /* a side is restarted */
                TN_CHECK(tn_latest_init(tn_test_below(2) ? &in : &out, &shared, area.data, size) ==
                         TN_OK);
            }
            memset(value, 0xaa, sizeof(value));
            TN_CHECK(tn_latest_read(&out, value) == written);
            for (uint32_t i = 0; written != 0 && i < size; i++) {
                TN_CHECK(value[i] == expected);
            }
            TN_CHECK(value[size] == 0xaa);
            check_borders();
        }
    }
}

static void hostile(void)
{
    uint8_t value[MAX];

    for (int round = 0; round < 20000; round++) {
        uint32_t *words = (uint32_t *)(void *)&shared;

        setup();
        for (int step = 0; step < 10; step++) {
            words[tn_test_below(3)] = (uint32_t)tn_test_random();
            shared.reading = (uint32_t)tn_test_random();
            if (tn_test_below(2) != 0) {
                memset(value, 1, sizeof(value));
                tn_latest_write(&in, value);
            } else {
                tn_latest_read(&out, value);
            }
            check_borders();
        }
    }
}

/* What a writer has left behind that is no count is not gone on with. */
static void mended(void)
{
    uint64_t count = UINT64_MAX;
    uint8_t value[MAX];

    setup();
    memcpy(area.data, &count, sizeof(count));
    TN_CHECK(tn_latest_init(&in, &shared, area.data, size) == TN_OK);
    memset(value, 1, sizeof(value));
    tn_latest_write(&in, value);
    TN_CHECK(tn_latest_read(&out, value) == 1);
}

static void bad_setup(void)
{
    TN_CHECK(tn_latest_init(&in, &shared, area.data, 0) == TN_EINVAL);
    TN_CHECK(tn_latest_init(&in, &shared, area.data, TN_LATEST_MAX + 1) == TN_EINVAL);
    TN_CHECK(tn_latest_init(&in, &shared, area.data + 4, 8) == TN_EINVAL);
    TN_CHECK(tn_latest_init(&in, &shared, NULL, 8) == TN_EINVAL);
}

int main(void)
{
    tn_test_begin();
    TN_RUN(values);
    TN_RUN(hostile);
    TN_RUN(mended);
    TN_RUN(bad_setup);
    return tn_test_end();
}
