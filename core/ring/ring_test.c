/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ring: random operations of both sides against a queue of bytes, from indices around the wrap,
 * and a peer that writes anything into what is shared.
 */
#include <stdbool.h>
#include <string.h>
#include <tn/errno.h>
#include <tn/ring.h>
#include <tn/test.h>

#define MAX 256

static struct tn_ring_shared shared;
static struct {
    uint8_t before[16], data[MAX], behind[16];
} area;
static struct tn_ring in, out;

static uint32_t setup(void)
{
    uint32_t size = 16u << tn_test_below(5);

    memset(&area, 0xee, sizeof(area));
    shared.head = shared.tail =
        (uint32_t)-4 * (uint32_t)tn_test_below(2 * MAX / 4); /* soon to wrap */
    TN_CHECK(tn_ring_producer(&in, &shared, area.data, size) == TN_OK);
    TN_CHECK(tn_ring_consumer(&out, &shared, area.data, size) == TN_OK);
    return size;
}

static void check_borders(uint32_t size)
{
    for (unsigned i = 0; i < 16; i++) {
        TN_CHECK(area.before[i] == 0xee && area.behind[i] == 0xee);
    }
    for (uint32_t i = size; i < MAX; i++) {
        TN_CHECK(area.data[i] == 0xee);
    }
}

static void bytes(void)
{
    for (int round = 0; round < 300; round++) {
        uint32_t size = setup();
        uint8_t written = 0, read = 0, buffer[2 * MAX];
        int64_t used = 0;

        for (int step = 0; step < 500; step++) {
            size_t want = (size_t)tn_test_below(size * 2);
            int64_t n;

            if (tn_test_below(2) != 0) {
                for (size_t i = 0; i < want; i++) {
                    buffer[i] = (uint8_t)(written + i);
                }
                n = tn_ring_write(&in, buffer, want);
                TN_CHECK(n == ((int64_t)want < size - used ? (int64_t)want : size - used));
                written += (uint8_t)n;
                used += n;
            } else {
                n = tn_ring_read(&out, buffer, want);
                TN_CHECK(n == ((int64_t)want < used ? (int64_t)want : used));
                for (int64_t i = 0; i < n; i++) {
                    TN_CHECK(buffer[i] == read++);
                }
                used -= n;
            }
            TN_CHECK(tn_ring_space(&in) == size - used && tn_ring_ready(&out) == used);
            check_borders(size);
        }
    }
}

/* Messages whose size follows from their first byte, in batches. */
static void messages(void)
{
    for (int round = 0; round < 300; round++) {
        uint32_t size = setup(), sizes[MAX], first = 0, last = 0, visible = 0, room = size;
        uint32_t freed = 0;
        uint8_t message[MAX];

        for (int step = 0; step < 500; step++) {
            uint32_t length = (uint32_t)tn_test_below(tn_test_below(4) != 0 ? 12 : size + 8);
            uint32_t takes = (length + 7) / 4 * 4, max = (uint32_t)tn_test_below(size);
            int64_t n;

            switch (tn_test_below(4)) {
            case 0:
                memset(message, (int)(last & 0xff), length < MAX ? length : MAX);
                n = tn_ring_put(&in, length != 0 ? message : NULL, length);
                TN_CHECK(n == (length > size - 4 ? TN_EINVAL : takes > room ? TN_EAGAIN : TN_OK));
                if (n == TN_OK) {
                    sizes[last++ % MAX] = length;
                    room -= takes;
                }
                break;
            case 1:
                tn_ring_publish(&in);
                visible = last;
                break;
            case 2:
                n = tn_ring_take(&out, max != 0 ? message : NULL, max);
                if (first == visible) {
                    TN_CHECK(n == TN_EAGAIN);
                } else if (sizes[first % MAX] > max) {
                    TN_CHECK(n == TN_ENOSPC);
                } else {
                    TN_CHECK(n == sizes[first % MAX]);
                    for (int64_t i = 0; i < n; i++) {
                        TN_CHECK(message[i] == (uint8_t)first);
                    }
                    freed += ((uint32_t)n + 7) / 4 * 4;
                    first++;
                }
                break;
            default:
                tn_ring_release(&out);
                room += freed;
                freed = 0;
            }
            check_borders(size);
        }
    }
}

static void send_and_receive(void)
{
    char message[8];

    setup();
    TN_CHECK(tn_ring_receive(&out, message, 8) == TN_EAGAIN);
    TN_CHECK(tn_ring_send(&in, "hello", 6) == TN_OK);
    TN_CHECK(tn_ring_receive(&out, message, 5) == TN_ENOSPC);
    TN_CHECK(tn_ring_receive(&out, message, 8) == 6 && strcmp(message, "hello") == 0);
    TN_CHECK(tn_ring_send(&in, message, UINT32_MAX) == TN_EINVAL);
}

/* The peer of `side` writes what it likes: nothing outside is touched, and errors stay. */
static void hostile(void)
{
    uint8_t buffer[2 * MAX];
    int broken = 0;

    for (int round = 0; round < 20000; round++) {
        uint32_t size = setup();
        bool consumer = tn_test_below(2) != 0, failed = false;
        struct tn_ring *r = consumer ? &out : &in;

        for (int step = 0; step < 20; step++) {
            uint32_t *peer = consumer ? &shared.head : &shared.tail;
            uint32_t length = (uint32_t)tn_test_below(size), before = r->index;
            int64_t n;

            *peer = tn_test_below(2) ? (uint32_t)tn_test_random()
                                     : r->index + (uint32_t)tn_test_below(64) * 4;
            if (tn_test_below(4) != 0) {
                uint32_t value = (uint32_t)tn_test_random() >> tn_test_below(32);

                memcpy(area.data + tn_test_below(size - 3), &value, 4);
            }
            if (tn_test_below(2) != 0) {
                n = consumer ? tn_ring_receive(r, buffer, length) : tn_ring_send(r, buffer, length);
            } else {
                n = consumer ? tn_ring_read(r, buffer, length) : tn_ring_write(r, buffer, length);
            }
            TN_CHECK(n <= (int64_t)length && r->index - before <= size);
            TN_CHECK(!failed || n == TN_EIO || n == TN_EINVAL);
            failed = failed || n == TN_EIO;
            check_borders(size);
        }
        TN_CHECK(!failed || (consumer ? tn_ring_ready(r) : tn_ring_space(r)) == TN_EIO);
        broken += failed;
    }
    TN_CHECK(broken > 10000);
}

/* A ring of 16 bytes with `used` in it that both sides know of. */
static void filled(uint32_t used)
{
    char buffer[16] = {0};

    shared.head = shared.tail = -8u;
    TN_CHECK(tn_ring_producer(&in, &shared, area.data, 16) == TN_OK);
    TN_CHECK(tn_ring_consumer(&out, &shared, area.data, 16) == TN_OK);
    TN_CHECK(tn_ring_write(&in, buffer, used) == used);
    TN_CHECK(tn_ring_ready(&out) == used && tn_ring_space(&in) == 16 - used);
}

/* Each rule that a peer can break, alone. */
static void each_rule(void)
{
    static const uint32_t lengths[] = {5, 12, 13, UINT32_MAX, UINT32_MAX - 4, UINT32_MAX - 8};
    uint32_t *length = (uint32_t *)(void *)area.data;
    char buffer[32];

    filled(8);
    shared.head = out.index + 17; /* more than a ring */
    TN_CHECK(tn_ring_ready(&out) == TN_EIO && tn_ring_read(&out, buffer, 1) == TN_EIO);
    filled(8);
    shared.head = out.index + 4; /* takes back what it gave */
    TN_CHECK(tn_ring_ready(&out) == TN_EIO && tn_ring_receive(&out, buffer, 16) == TN_EIO);
    filled(8);
    shared.tail = in.index + 1; /* took what was never there */
    TN_CHECK(tn_ring_space(&in) == TN_EIO && tn_ring_write(&in, buffer, 1) == TN_EIO);
    filled(8);
    shared.tail = in.peer - 1; /* gives back what it took */
    TN_CHECK(tn_ring_space(&in) == TN_EIO && tn_ring_put(&in, buffer, 1) == TN_EIO);

    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        shared.head = shared.tail = 0;
        TN_CHECK(tn_ring_producer(&in, &shared, area.data, 16) == TN_OK);
        TN_CHECK(tn_ring_consumer(&out, &shared, area.data, 16) == TN_OK);
        TN_CHECK(tn_ring_send(&in, "abcd", 4) == TN_OK);
        *length = lengths[i];
        TN_CHECK(tn_ring_receive(&out, buffer, 32) == TN_EIO);
    }
}

/* What a side can leave behind, any two indices and any bytes: who opens it next mends it. */
static void open_consumer(void)
{
    (void)tn_ring_consumer(&out, &shared, area.data, 16);
    tn_ring_mend_consumer(&out);
}

static void open_producer(void)
{
    (void)tn_ring_producer(&in, &shared, area.data, 16);
    tn_ring_mend_producer(&in);
}

/* As a program does that is told of the error: open it again. */
static void drain(void)
{
    char buffer[16];

    for (int64_t got = 0; got != TN_EAGAIN;) {
        got = tn_ring_receive(&out, buffer, sizeof(buffer));
        if (got == TN_EIO) {
            open_consumer();
        }
    }
}

static void mended(void)
{
    char buffer[16];

    for (uint32_t i = 0; i < 100000; i++) {
        for (unsigned at = 0; at < 16; at++) {
            area.data[at] = (uint8_t)(at % 4 == 0 ? tn_test_below(20) : 0);
        }
        shared.tail = (uint32_t)tn_test_random();
        shared.head = tn_test_below(4) != 0 ? shared.tail + (uint32_t)tn_test_below(18)
                                            : (uint32_t)tn_test_random();
        open_producer(); /* the next program of a side that has left this behind */
        open_consumer();
        drain();
        TN_CHECK(tn_ring_send(&in, "abc", 4) == TN_OK);
        TN_CHECK(tn_ring_receive(&out, buffer, 16) == 4 && buffer[2] == 'c');
    }
    /* What is sound stays. */
    shared.head = shared.tail = 0;
    TN_CHECK(tn_ring_producer(&in, &shared, area.data, 16) == TN_OK);
    TN_CHECK(tn_ring_send(&in, "abc", 4) == TN_OK);
    TN_CHECK(tn_ring_producer(&in, &shared, area.data, 16) == TN_OK);
    TN_CHECK(tn_ring_consumer(&out, &shared, area.data, 16) == TN_OK);
    tn_ring_mend_producer(&in);
    tn_ring_mend_consumer(&out);
    TN_CHECK(tn_ring_send(&in, "def", 4) == TN_OK);
    TN_CHECK(tn_ring_receive(&out, buffer, 16) == 4 && buffer[0] == 'a');
    TN_CHECK(tn_ring_receive(&out, buffer, 16) == 4 && buffer[0] == 'd');
}

static void bad_setup(void)
{
    static const uint32_t sizes[] = {0, 8, 17, 24, UINT32_C(3) << 30};

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        TN_CHECK(tn_ring_producer(&in, &shared, area.data, sizes[i]) == TN_EINVAL);
        TN_CHECK(tn_ring_consumer(&in, &shared, area.data, sizes[i]) == TN_EINVAL);
    }
    TN_CHECK(tn_ring_producer(&in, &shared, NULL, 16) == TN_EINVAL);
    TN_CHECK(tn_ring_producer(&in, &shared, area.data + 1, 16) == TN_EINVAL);
    shared.head = 17;
    shared.tail = 0;
    TN_CHECK(tn_ring_producer(&in, &shared, area.data, 16) == TN_EIO);
    shared.head = 0;
    shared.tail = 1;
    TN_CHECK(tn_ring_consumer(&in, &shared, area.data, 16) == TN_EIO);
    TN_CHECK(tn_ring_ready(&in) == TN_EIO);
    shared.head = shared.tail = 3; /* a ring that was used for bytes */
    TN_CHECK(tn_ring_producer(&in, &shared, area.data, 16) == TN_OK);
    TN_CHECK(tn_ring_consumer(&out, &shared, area.data, 16) == TN_OK);
    TN_CHECK(tn_ring_send(&in, "a", 1) == TN_EINVAL);
    TN_CHECK(tn_ring_write(&in, "abcdefgh", 8) == 8);
    TN_CHECK(tn_ring_receive(&out, area.before, 1) == TN_EIO);
}

int main(void)
{
    tn_test_begin();
    TN_RUN(bytes);
    TN_RUN(messages);
    TN_RUN(send_and_receive);
    TN_RUN(hostile);
    TN_RUN(each_rule);
    TN_RUN(mended);
    TN_RUN(bad_setup);
    return tn_test_end();
}
