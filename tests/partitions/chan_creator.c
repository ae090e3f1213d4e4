/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creates programs with channels in `slot` and talks to them (chan_created.c), args[1] times;
 * before that, files whose channels the slot has not, and args[2] spoilt at random.  Some programs
 * break what they share: the next one's channels work.  Status 0 when all is as it should be.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <tn/abi/part.h>
#include <tn/abi/partition.h>
#include <tn/chan.h>
#include <tn/crc32.h>
#include <tn/irq.h>
#include <tn/partition.h>
#include <tn/sysreg.h>

#include "chan_orders.h"
#include "check.h"
#include "random.h"

extern const char end_part[], end_part_end[], spin_part[], spin_part_end[];

static char file[64 * 1024] __attribute__((aligned(4096)));
static size_t size;
static int slot;
static struct tn_chan in, out, goal, doing, bell;
static volatile unsigned rings, bells;

static struct tn_part *const head = (struct tn_part *)file;

static struct tn_channel_end *ends(void)
{
    return (struct tn_channel_end *)(file + head->segment_offset + head->channels_offset);
}

static void load(void)
{
    size = (size_t)(end_part_end - end_part);
    CHECK(size <= sizeof(file));
    memcpy(file, end_part, size);
    CHECK(head->channel_count == 5);
}

/* A careful enemy's checksums are right. */
static void seal(void)
{
    uint32_t crc;

    if (head->segment_offset <= size && head->segment_size <= size - head->segment_offset) {
        head->segment_crc = tn_crc32(0, file + head->segment_offset, head->segment_size);
    }
    crc = tn_crc32(0, head, offsetof(struct tn_part, crc));
    head->crc = tn_crc32(crc, head + 1, head->desc_size <= TN_PART_DESC_MAX ? head->desc_size : 0);
}

static int create(void)
{
    return tn_partition_create(slot, file, size);
}

static bool spoil(unsigned number, int *error)
{
    *error = number < 6 ? TN_EINVAL : TN_ENOENT;
    switch (number) {
    case 0:
        head->channel_count = TN_PART_CHANNELS + 1;
        break;
    case 1:
        head->channel_count = ~0u;
        break;
    case 2:
        head->channels_offset += 4;
        break;
    case 3:
        head->channels_offset = (head->segment_size & ~7u) - 4 * 64;
        break;
    case 4:
        head->channels_offset = ~7u;
        break;
    case 5:
        head->version = 1;
        break;
    case 6:
        ends()[0].name[0]++;
        break;
    case 7:
        ends()[0].name[31] = 'x';
        break;
    case 8:
        ends()[1].kind ^= 3;
        break;
    case 9:
        ends()[2].role ^= 3;
        break;
    case 10:
        ends()[3].size++;
        break;
    case 11:
        ends()[3].capacity *= 2;
        break;
    case 12:
        ends()[3].pages += 4096;
        break;
    case 13:
        ends()[1].notify ^= 1;
        break;
    case 14: /* one twice */
        ends()[1] = ends()[0];
        break;
    case 15:
        head->channels_offset -= 8;
        break;
    default:
        return false;
    }
    seal();
    return true;
}

static void refusals(unsigned tries)
{
    unsigned passed = 0;
    int error;

    for (unsigned number = 0;; number++) {
        load();
        if (!spoil(number, &error)) {
            break;
        }
        CHECK(create() == error);
        CHECK(tn_partition_state(slot, NULL, NULL) == TN_PARTITION_EMPTY);
    }
    for (unsigned i = 0; i < tries; i++) {
        load();
        for (uint64_t left = 1 + next() % 3; left > 0; left--) {
            char *bytes = next() % 2 ? (char *)ends() : file;
            size_t at = (size_t)(next() % (5 * 64));

            bytes[at] = (char)(next() % 3 ? bytes[at] ^ 1 << next() % 8 : (int)next());
            head->segment_offset = ((const struct tn_part *)end_part)->segment_offset;
            head->channels_offset = ((const struct tn_part *)end_part)->channels_offset;
        }
        seal();
        if (create() == TN_OK) {
            passed++;
            CHECK(tn_partition_destroy(slot) == TN_OK);
        }
        CHECK(tn_partition_state(slot, NULL, NULL) == TN_PARTITION_EMPTY);
    }
    CHECK(tries < 100 || (passed > 0 && passed < tries));
}

static void on_ring(void *arg)
{
    (*(volatile unsigned *)arg)++;
}

static void open_all(void)
{
    CHECK(tn_chan_open(&in, "in") == TN_OK && tn_chan_open(&out, "out") == TN_OK);
    CHECK(tn_chan_open(&goal, "goal") == TN_OK && tn_chan_open(&doing, "state") == TN_OK);
    CHECK(tn_chan_open(&bell, "bell") == TN_OK);
}

static void order(uint32_t word)
{
    CHECK(tn_chan_send(&in, &word, sizeof(word)) == TN_OK && tn_chan_ring(&in) == TN_OK);
}

static unsigned end(void)
{
    unsigned status;

    while (tn_partition_state(slot, &status, NULL) != TN_PARTITION_OFF) {}
    return status;
}

static void begin(void)
{
    load();
    /* Addresses and doorbells that it claims are nobody's business. */
    for (unsigned i = 0; i < head->channel_count; i++) {
        ends()[i].memory = next();
        ends()[i].doorbell = (uint16_t)next();
    }
    seal();
    CHECK(create() == TN_OK && tn_partition_start(slot) == TN_OK);
}

/* By interrupt alone: both ways sleep until they are told. */
static uint32_t ask(uint32_t word)
{
    uint32_t value[2] = {word, ~word}, answer = 0;
    unsigned before = bells;
    uint64_t daif;

    CHECK(tn_chan_write(&goal, value) == TN_OK);
    order(word);
    daif = tn_irq_mask();
    while (answer == 0 || bells == before) {
        if (tn_chan_receive(&out, &answer, sizeof(answer)) >= 0) {
            continue;
        }
        tn_wfi();
        tn_irq_restore(daif);
        daif = tn_irq_mask();
    }
    tn_irq_restore(daif);
    CHECK(tn_chan_read(&doing, value) > 0 && value[0] == answer && value[1] == ~answer);
    return answer;
}

static void round_of(uint32_t number)
{
    begin();
    for (uint32_t i = 1; i < 8; i++) {
        CHECK(ask(number + i) == 3 * (number + i));
    }
    order(ORDER_RUNG);
    CHECK(end() == 0 && tn_partition_destroy(slot) == TN_OK);
}

/* What one program says is there when it is gone, and what it was told is for the next one. */
static void stays(void)
{
    uint32_t value[2] = {5, ~5u}, word;

    begin();
    CHECK(tn_chan_write(&goal, value) == TN_OK);
    order(5);
    order(ORDER_END);
    CHECK(end() == 0);
    order(5);
    order(ORDER_END);
    CHECK(tn_partition_destroy(slot) == TN_OK);
    CHECK(tn_chan_receive(&out, &word, sizeof(word)) == 4 && word == 15);
    begin();
    CHECK(end() == 0 && tn_partition_destroy(slot) == TN_OK);
    CHECK(tn_chan_receive(&out, &word, sizeof(word)) == 4 && word == 15);
}

/* It breaks what it shares; whoever opens a channel mends it. */
static void hostile(void)
{
    uint32_t word;

    begin();
    order(ORDER_FORGE);
    CHECK(end() == 0 && tn_partition_destroy(slot) == TN_OK);
    for (unsigned i = 0; i < 64; i++) {
        int64_t got = tn_chan_receive(&out, &word, sizeof(word));

        CHECK(got <= 4);
        if (got == TN_EIO) {
            open_all();
        }
        tn_chan_read(&doing, file);
    }
    open_all(); /* before anything is said to the next one */
    begin();
    order(ORDER_POKE);
    CHECK(end() == 139 && tn_partition_destroy(slot) == TN_OK);
}

/* One channel alone, as asked for: not the page that the slot has of another. */
static void peek(void)
{
    size = (size_t)(spin_part_end - spin_part);
    CHECK(tn_partition_create(slot, spin_part, size) == TN_OK && tn_partition_start(slot) == TN_OK);
    CHECK(end() == 139 && tn_partition_destroy(slot) == TN_OK);
}

int main(int argc, char **argv)
{
    (void)argc;
    slot = tn_partition_find("slot");
    CHECK(slot > 0);
    refusals((unsigned)atoi(argv[2]));
    open_all();
    CHECK(tn_chan_attach(&out, on_ring, (void *)&rings) == TN_OK &&
          tn_chan_attach(&bell, on_ring, (void *)&bells) == TN_OK);
    tn_irq_unmask();
    stays();
    for (int round = 0; round < atoi(argv[1]); round++) {
        round_of((uint32_t)round * 100);
        if (round % 4 == 0) {
            hostile();
            open_all();
        }
    }
    peek();
    CHECK(rings > 0);
    return 0;
}
