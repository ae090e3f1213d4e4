/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One CPU hands a file over while another keeps changing it: what begins to run is the file as it
 * was, or nothing.  args[1]: how often.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tn/abi/part.h>
#include <tn/abi/partition.h>
#include <tn/partition.h>

extern const char spin_part[], spin_part_end[], end_part[], end_part_end[];

static char file[64 * 1024] __attribute__((aligned(4096)));
static const char *volatile from;
static volatile size_t spoilt; /* offset of a byte; 0: none for now */

static void *spoiler(void *unused)
{
    (void)unused;
    for (;;) {
        size_t at = spoilt;
        volatile char *byte = &file[at];

        if (at != 0) {
            *byte ^= 0x10;
            *byte = from[at];
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const struct tn_part *head = (const struct tn_part *)file;
    int slot = tn_partition_find("slot"), made = 0, refused = 0;
    size_t size = (size_t)(end_part_end - end_part);
    pthread_t thread;

    (void)argc;
    from = end_part;
    if (slot < 0 || size > sizeof(file) || pthread_create(&thread, NULL, spoiler, NULL) != 0) {
        return 1;
    }
    for (int i = 0; i < atoi(argv[1]); i++) {
        size_t head_bytes = sizeof(*head) + sizeof(struct tn_partition_desc) + 64;
        unsigned status;
        int error;

        memcpy(file, end_part, size);
        /* Only every eighth is spoilt in the segment: there it takes long and mostly meets. */
        spoilt = i % 8 == 0 ? head->segment_offset + (size_t)i * 97 % head->segment_size
                            : (size_t)i * 7 % head_bytes;
        error = tn_partition_create(slot, file, size);
        spoilt = 0;
        if (error != TN_OK) {
            refused++;
            if (tn_partition_state(slot, NULL, NULL) != TN_PARTITION_EMPTY) {
                return 2;
            }
            continue;
        }
        made++;
        if (tn_partition_start(slot) != TN_OK) {
            return 3;
        }
        while (tn_partition_state(slot, &status, NULL) != TN_PARTITION_OFF) {}
        if (status != 0 || tn_partition_destroy(slot) != TN_OK) {
            return 4;
        }
    }
    printf("%s\n", made > 0 && refused > 0 ? "both" : made > 0 ? "made" : "refused");
    return 0;
}
