/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two ends of a channel execute, by size and kind (chan.toml).  args: `send` fills every
 * channel and rings the bell, `receive` takes when all is there.  Nothing is measured by the
 * target's own counter: window.c counts one CPU's instructions.  The rows are the same on both
 * sides, so that their numbers are.
 */
#include <stdbool.h>
#include <tn/bench.h>
#include <tn/chan.h>
#include <tn/irq.h>
#include <tn/time.h>

#define TIMES 15 /* fewer than the slots of a channel */
#define SIZES 4
#define MOST 4096
#define READING 2000000u /* ns in which the receiver takes everything */
#define APART 50000u     /* between two rings, so that each is an interrupt */

static const char *const names[2][SIZES] = {
    {"m8", "m64", "m512", "m4096"},
    {"l8", "l64", "l512", "l4096"},
};
static const uint32_t sizes[SIZES] = {8, 64, 512, MOST};
static struct tn_chan channels[2][SIZES], bell;
static uint64_t buffer[MOST / 8];
static volatile uint32_t rung;
static int64_t result;
static bool failed;

static void on_ring(void *arg)
{
    (void)arg;
    rung++;
}

static void send(struct tn_chan *chan, uint32_t size)
{
    tn_bench_begin();
    result = tn_chan_send(chan, buffer, size);
    tn_bench_end();
}

static void receive(struct tn_chan *chan, uint32_t size)
{
    tn_bench_begin();
    result = tn_chan_receive(chan, buffer, size);
    tn_bench_end();
}

static void write(struct tn_chan *chan, uint32_t size)
{
    (void)size;
    tn_bench_begin();
    result = tn_chan_write(chan, buffer);
    tn_bench_end();
}

static void read(struct tn_chan *chan, uint32_t size)
{
    (void)size;
    tn_bench_begin();
    result = tn_chan_read(chan, buffer);
    tn_bench_end();
}

static void row(void (*operation)(struct tn_chan *, uint32_t), struct tn_chan *chan, uint32_t size)
{
    tn_bench_row++;
    for (uint32_t i = 0; i < TIMES; i++) {
        operation(chan, size);
        if (result < 0) {
            failed = true;
        }
    }
}

static void all_rows(void (*message)(struct tn_chan *, uint32_t),
                     void (*latest)(struct tn_chan *, uint32_t))
{
    for (uint32_t i = 0; i < SIZES; i++) {
        row(message, &channels[0][i], sizes[i]);
    }
    for (uint32_t i = 0; i < SIZES; i++) {
        row(latest, &channels[1][i], sizes[i]);
    }
}

static int open_all(void)
{
    int errors = tn_chan_open(&bell, "bell");

    for (uint32_t kind = 0; kind < 2; kind++) {
        for (uint32_t i = 0; i < SIZES; i++) {
            errors |= tn_chan_open(&channels[kind][i], names[kind][i]);
        }
    }
    return errors;
}

static void calibrate(void)
{
    tn_pmu_start();
    for (uint32_t i = 0; i < 16; i++) {
        tn_bench_begin();
        tn_bench_end();
    }
}

static int sender(void)
{
    all_rows(send, write);
    tn_sleep(READING);
    tn_bench_row++;
    for (uint32_t i = 0; i < TIMES; i++) {
        tn_bench_begin();
        result = tn_chan_ring(&bell);
        tn_bench_end();
        tn_sleep(APART);
    }
    return result == TN_OK ? 0 : 4;
}

/* It is the sender's last value that says "begin"; what rings before the attach is lost. */
static int receiver(void)
{
    while (tn_chan_read(&channels[1][SIZES - 1], buffer) < TIMES) {}
    all_rows(receive, read);
    if (tn_chan_attach(&bell, on_ring, NULL) != TN_OK) {
        return 2;
    }
    tn_irq_unmask();
    while (rung < TIMES) {}
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    if (open_all() != 0) {
        return 3;
    }
    calibrate();
    return (argv[1][0] == 's' ? sender() : receiver()) + failed;
}
