/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands files for the partition `slot` to Mortise, args[2] spoilt ones at random, then good ones
 * args[1] times: created, started, ended, destroyed.  Status 0 when all is as it should be, else
 * the line where not.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tn/abi/cap.h>
#include <tn/abi/part.h>
#include <tn/abi/partition.h>
#include <tn/crc32.h>
#include <tn/hypercall.h>
#include <tn/partition.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("line %d\n", __LINE__);                                                         \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

extern const char end_part[], end_part_end[], spin_part[], spin_part_end[];

static char file[64 * 1024] __attribute__((aligned(4096)));
static size_t size;
static int slot;

static struct tn_part *const head = (struct tn_part *)file;
static struct tn_partition_desc *const desc = (struct tn_partition_desc *)(file + sizeof(*head));
static struct tn_region *const regions = (struct tn_region *)(file + sizeof(*head) + sizeof(*desc));

static void load(void)
{
    size = (size_t)(spin_part_end - spin_part);
    CHECK(size <= sizeof(file));
    memcpy(file, spin_part, size);
}

static struct tn_irq_desc *irqs(void)
{
    return (struct tn_irq_desc *)(regions + desc->region_count);
}

/* A careful enemy's checksums are right. */
static void seal(void)
{
    uint32_t crc = tn_crc32(0, head, offsetof(struct tn_part, crc));
    size_t bytes = head->desc_size <= TN_PART_DESC_MAX ? head->desc_size : TN_PART_DESC_MAX;

    head->crc = tn_crc32(crc, desc, bytes);
}

static int state(void)
{
    return tn_partition_state(slot, NULL, NULL);
}

static void wait_off(unsigned wanted)
{
    unsigned status;

    while (tn_partition_state(slot, &status, NULL) != TN_PARTITION_OFF) {}
    CHECK(status == wanted);
}

/* The next spoilt file; false behind the last.  The error that it shall meet. */
static bool spoil(unsigned number, int *error)
{
    struct tn_region *text = &regions[0], *memory = &regions[desc->region_count - 1];

    for (unsigned i = 0; i < desc->region_count; i++) {
        memory = regions[i].kind == TN_REGION_MEMORY ? &regions[i] : memory;
    }
    *error = number < 24 ? TN_EINVAL : TN_EPERM;
    switch (number) {
    case 0:
        head->magic++;
        break;
    case 1:
        head->version++;
        break;
    case 2:
        head->desc_size = 0;
        break;
    case 3:
        head->desc_size = TN_PART_DESC_MAX + 8;
        break;
    case 4:
        head->segment_size = 0;
        break;
    case 5:
        head->segment_size = 0xffffffff;
        break;
    case 6:
        head->segment_size = 256 * 1024 + 1;
        break;
    case 7:
        head->segment_offset = 0xfffffff0;
        break;
    case 8:
        head->segment_offset = 24;
        break;
    case 9:
        head->segment_offset += 8;
        break;
    case 10:
        desc->desc_size += 8;
        break;
    case 11:
        desc->region_count = 64;
        break;
    case 12:
        desc->region_count = 0;
        break;
    case 13:
        desc->caps |= 1ull << 60;
        break;
    case 14:
        desc->entry = memory->ipa;
        break;
    case 15:
        text->access |= TN_ACCESS_W;
        break;
    case 16:
        text->size += 1 << 20;
        break; /* out of the segment */
    case 17:
        text->source = ~0ull & ~4095ull;
        break;
    case 18:
        memory->source = 0;
        break; /* the segment, writable */
    case 19:
        memory->source = 252 * 1024;
        break;
    case 20:
        memory->source = ~0ull & ~4095ull;
        break;
    case 21:
        memory->ipa = text->ipa;
        break; /* overlap */
    case 22:
        irqs()->intid = 3;
        break;
    case 23:
        desc->reserved = 1;
        break;
    case 24:
        irqs()->intid = 33;
        break; /* somebody else's */
    case 25:
        irqs()->priority = 0;
        break;
    case 26:
        irqs()->flags ^= TN_IRQ_EDGE;
        break;
    case 27:
        desc->caps |= 1ull << TN_CAP_LIFECYCLE;
        break;
    case 28:
        desc->caps |= 1ull << TN_CAP_VGIC;
        break;
    case 29:
        desc->mode = TN_MODE_KERNEL;
        break;
    case 30:
        memory->access |= TN_ACCESS_SHARED;
        break;
    case 31:
        memory->access |= TN_ACCESS_UNCACHED;
        break;
    case 32:
        memory->ipa = text->ipa + (16 << 20);
        break; /* no tables for it */
    case 33:
        memory->ipa = 0;
        break;
    case 34: /* any physical address */
        memory->kind = TN_REGION_RAM;
        memory->source = 0x40000000;
        break;
    case 35: /* the console */
        memory->kind = TN_REGION_DEVICE;
        memory->source = 0x09000000;
        memory->size = 4096;
        break;
    default:
        return false;
    }
    seal();
    return true;
}

static void refusals(void)
{
    int error;

    for (unsigned number = 0;; number++) {
        load();
        if (!spoil(number, &error)) {
            break;
        }
        if (tn_partition_create(slot, file, size) != error || state() != TN_PARTITION_EMPTY) {
            printf("spoilt %u: %d, state %d\n", number, tn_partition_create(slot, file, size),
                   state());
            exit(1);
        }
    }
    for (unsigned part = 0; part < 64; part++) {
        load();
        CHECK(tn_partition_create(slot, file, part * head->segment_offset / 60) == TN_EINVAL);
    }
    load();
    CHECK(tn_partition_create(slot, file, size - 1) == TN_EINVAL);
    desc->caps = 0; /* not sealed */
    CHECK(tn_partition_create(slot, file, size) == TN_EINVAL);
    load();
    file[head->segment_offset + 5000] ^= 1;
    CHECK(tn_partition_create(slot, file, size) == TN_EINVAL && state() == TN_PARTITION_EMPTY);
    CHECK(tn_hypercall3(TN_HC_CREATE_CREATE, (uint64_t)slot, 0x12345000, size) == TN_HC_INVALID);
    CHECK(tn_hypercall3(TN_HC_CREATE_CREATE, (uint64_t)slot, ~0ull, size) == TN_HC_INVALID);
}

/* Everything has its state, and in others it is refused. */
static void order(int self, int other)
{
    uint64_t number = (uint64_t)slot, from = (uintptr_t)file;
    long left;

    load();
    from += head->segment_offset;
    CHECK(tn_partition_create(self, file, size) == TN_EINVAL);
    CHECK(tn_partition_create(other, file, size) == TN_EINVAL);
    CHECK(tn_partition_create(99, file, size) == TN_EINVAL);
    CHECK(tn_partition_create(-1, file, size) == TN_EINVAL);
    CHECK(tn_partition_destroy(self) == TN_EINVAL && tn_partition_destroy(other) == TN_EINVAL);
    CHECK(state() == TN_PARTITION_EMPTY && tn_partition_destroy(slot) == TN_OK);
    CHECK(tn_partition_start(slot) == TN_EBUSY && tn_partition_pause(slot) == TN_EBUSY);
    CHECK(tn_partition_stop(slot) == TN_EBUSY && tn_partition_restart(slot) == TN_EBUSY);
    CHECK(tn_hypercall3(TN_HC_CREATE_FILL, number, from, 4096) == TN_HC_BUSY);

    CHECK(tn_hypercall3(TN_HC_CREATE_CREATE, number, (uintptr_t)file, size) == TN_HC_OK);
    CHECK(state() == TN_PARTITION_FILLING && tn_partition_start(slot) == TN_EBUSY);
    CHECK(tn_hypercall3(TN_HC_CREATE_CREATE, number, (uintptr_t)file, size) == TN_HC_BUSY);
    CHECK(tn_hypercall3(TN_HC_CREATE_FILL, number, from, 4095) == TN_HC_INVALID);
    CHECK(tn_hypercall3(TN_HC_CREATE_FILL, number, from, 4097) == TN_HC_INVALID);
    CHECK(tn_hypercall3(TN_HC_CREATE_FILL, number, 0x12345000, 4096) == TN_HC_INVALID);
    left = tn_hypercall3(TN_HC_CREATE_FILL, number, from, 4096);
    CHECK(left == (long)head->segment_size - 4096 && state() == TN_PARTITION_FILLING);
    CHECK(tn_hypercall1(TN_HC_CREATE_DESTROY, number) > 0 && state() == TN_PARTITION_CLEARING);
    CHECK(tn_hypercall3(TN_HC_CREATE_FILL, number, from, 4096) == TN_HC_BUSY);
    CHECK(tn_partition_start(slot) == TN_EBUSY &&
          tn_partition_create(slot, file, size) == TN_EBUSY);
    CHECK(tn_partition_destroy(slot) == TN_OK && state() == TN_PARTITION_EMPTY);
}

/* Any bytes of head and descriptor are something else; what passes is no harm. */
static void noise(unsigned tries)
{
    unsigned passed = 0;

    srand(1);
    for (unsigned i = 0; i < tries; i++) {
        load();
        for (int left = 1 + rand() % 3; left > 0; left--) {
            size_t at = (size_t)rand() % (sizeof(*head) + head->desc_size % 512);

            file[at] = (char)(rand() % 3 != 0 ? file[at] ^ 1 << rand() % 8 : rand());
        }
        seal();
        if (tn_partition_create(slot, file, size) == TN_OK) {
            passed++;
            CHECK(tn_partition_destroy(slot) == TN_OK);
        }
        CHECK(state() == TN_PARTITION_EMPTY);
    }
    CHECK(tries < 100 || (passed > 0 && passed < tries));
}

static void live(int round)
{
    bool spin = round % 2 == 1;
    const char *from = spin ? spin_part : end_part;
    size_t bytes = (size_t)((spin ? spin_part_end : end_part_end) - from);

    CHECK(tn_partition_create(slot, from, bytes) == TN_OK && state() == TN_PARTITION_OFF);
    CHECK(tn_partition_create(slot, from, bytes) == TN_EBUSY);
    for (int lives = 1 + (round % 16 == 0); lives > 0; lives--) {
        CHECK(tn_partition_start(slot) == TN_OK);
        if (spin) {
            while (state() != TN_PARTITION_RUNNING) {}
            CHECK(tn_partition_destroy(slot) == TN_EBUSY);
            CHECK(tn_partition_stop(slot) == TN_OK);
        }
        wait_off(spin ? 137 : 0);
    }
    CHECK(tn_partition_destroy(slot) == TN_OK && state() == TN_PARTITION_EMPTY);
}

int main(int argc, char **argv)
{
    int self = tn_partition_find(argv[0]), other = tn_partition_find("other");

    (void)argc;
    slot = tn_partition_find("slot");
    CHECK(slot > 0 && self >= 0 && other >= 0);
    order(self, other);
    refusals();
    noise((unsigned)atoi(argv[2]));
    for (int round = 0; round < atoi(argv[1]); round++) {
        live(round);
    }
    return 0;
}
