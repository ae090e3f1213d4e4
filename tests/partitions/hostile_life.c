/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two managers that know nothing of each other: args[1] random calls of groups LIFE and CREATE from
 * the seed args[2], on the slot and on `other`, which both have one CPU, and on what there is not.
 * Files are whole or with a byte changed.  Then, when `args[3]` has ended ("-": at once), the slot
 * has to be as good as new.  Status 0 when it is, else the line where not.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tn/abi/part.h>
#include <tn/hypercall.h>
#include <tn/partition.h>

#include "check.h"
#include "random.h"

#define PAGE 4096u

extern const char end_part[], end_part_end[], spin_part[], spin_part_end[];

static char file[64 * 1024] __attribute__((aligned(4096)));
static size_t size;
static uint64_t at; /* how much of it has been handed over */
static int slot, other;

static void new_file(void)
{
    const char *from = next() % 2 ? end_part : spin_part;

    size = (size_t)((from == end_part ? end_part_end : spin_part_end) - from);
    CHECK(size <= sizeof(file));
    memcpy(file, from, size);
    if (next() % 2) {
        file[next() % (next() % 2 ? 512 : size)] ^= (char)(1u << next() % 8);
    }
    at = 0;
}

/* Never the other manager or the loop: these it could stop, as it may. */
static uint64_t whom(void)
{
    uint64_t random = next();

    return random % 16 == 0   ? (uint64_t)slot + random / 16 % 64 + 2
           : random % 16 == 1 ? 0 - random / 16 % 64
           : random % 2       ? (uint64_t)slot
                              : (uint64_t)other;
}

/* A pointer that is right, beside that, or anything. */
static uint64_t pointer(void)
{
    uint64_t random = next();

    switch (random % 8) {
    case 0:
        return next() >> next() % 64;
    case 1:
        return (uintptr_t)file + random / 8 % 0x20000 - 0x10000;
    default:
        return (uintptr_t)file;
    }
}

static void fill(uint64_t partition)
{
    const char *head = file;
    uint32_t offset, length;

    memcpy(&offset, head + offsetof(struct tn_part, segment_offset), sizeof(offset));
    memcpy(&length, head + offsetof(struct tn_part, segment_size), sizeof(length));
    if (next() % 16 == 0 || at >= length) {
        tn_hypercall3(TN_HC_CREATE_FILL, partition, pointer(), next() % 8192);
    } else if (tn_hypercall3(TN_HC_CREATE_FILL, partition, (uintptr_t)file + offset + at,
                             length - at < PAGE ? length - at : PAGE) >= 0) {
        at += PAGE;
    }
}

static void attempt(void)
{
    uint64_t partition = whom();

    switch (next() % 16) {
    case 0:
    case 1:
        new_file();
        tn_hypercall3(TN_HC_CREATE_CREATE, partition, pointer(), next() % 16 ? size : next());
        break;
    case 2:
        tn_hypercall1(TN_HC_CREATE_DESTROY, partition);
        break;
    case 3:
        tn_hypercall1(TN_HC_LIFE_FIND, pointer());
        break;
    case 4:
    case 5:
        tn_hypercall1(TN_HC(TN_HC_GROUP_LIFE, 1 + next() % 6), partition);
        break;
    case 6:
        tn_hypercall1(TN_HC_LIFE_START, partition);
        break;
    default:
        fill(partition);
    }
}

static void check_slot(void)
{
    unsigned status;
    int error;

    while (tn_partition_state(other, NULL, NULL) != TN_PARTITION_OFF) {
        tn_partition_resume(other);
        tn_partition_stop(other);
    }
    /* What is refused now has still to happen: a stop, for one. */
    while (tn_partition_state(slot, NULL, NULL) != TN_PARTITION_EMPTY) {
        tn_partition_resume(slot);
        tn_partition_stop(slot);
        tn_partition_destroy(slot);
    }
    size = (size_t)(end_part_end - end_part);
    memcpy(file, end_part, size);
    CHECK(tn_partition_create(slot, file, size) == TN_OK);
    /* The CPU may be on its way off, from the last one that had it. */
    while ((error = tn_partition_start(slot)) == TN_EBUSY) {}
    CHECK(error == TN_OK);
    while (tn_partition_state(slot, &status, NULL) != TN_PARTITION_OFF) {}
    CHECK(status == 0 && tn_partition_destroy(slot) == TN_OK);
}

int main(int argc, char **argv)
{
    CHECK(argc == 4);
    set_seed(atoi(argv[2]));
    slot = tn_partition_find("slot");
    other = tn_partition_find("other");
    CHECK(slot > 0 && other == slot + 1);
    new_file();
    for (int i = atoi(argv[1]); i > 0; i--) {
        attempt();
    }
    if (argv[3][0] != '-') {
        int peer = tn_partition_find(argv[3]);

        CHECK(peer >= 0);
        while (tn_partition_state(peer, NULL, NULL) != TN_PARTITION_OFF) {}
        check_slot();
    }
    return 0;
}
