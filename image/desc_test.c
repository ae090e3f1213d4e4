/* SPDX-License-Identifier: Apache-2.0 */
/* A descriptor with everything that one can have; each rule alone is image_test.c's. */
#include <tn/image.h>

#include <tn/test.h>

#include "sample.h"

/* As large as a descriptor gets: all region slots, all interrupts, every CPU. */
static void largest_desc(void)
{
    static struct {
        struct tn_partition_desc desc;
        struct tn_region regions[TN_DESC_MAX_REGIONS];
        struct tn_irq_desc irqs[TN_DESC_MAX_IRQS];
        uint16_t doorbells[TN_DESC_MAX_DOORBELLS];
    } big;
    const struct tn_image_segment segment = {0x1000, 0x1000, 0, 0, 0};
    struct tn_desc_limits limits = {.ipa_size = 1ull << 32,
                                    .image_base = TN_IMAGE_BASE_UNKNOWN,
                                    .cpu_count = 64,
                                    .segment_count = 1,
                                    .segments = &segment,
                                    .file_size = 0x2000,
                                    .memory_size = 0x100000};

    sample_desc(&big.desc, "a23456789012345678901234567890b", sizeof(big), TN_DESC_MAX_REGIONS,
                TN_DESC_MAX_IRQS);
    big.desc.cpus = UINT64_MAX;
    big.desc.doorbell_count = TN_DESC_MAX_DOORBELLS;
    for (unsigned i = 0; i < TN_DESC_MAX_DOORBELLS; i++) {
        big.doorbells[i] = (uint16_t)(100 + i);
    }
    for (unsigned i = 0; i < TN_DESC_MAX_REGIONS; i++) {
        big.regions[i] = (struct tn_region){0x40000000 + 0x1000 * i,   0x1000,
                                            0x2000 + 0x1000 * i,       TN_REGION_MEMORY,
                                            TN_ACCESS_R | TN_ACCESS_W, 0};
    }
    big.regions[0].kind = TN_REGION_IMAGE;
    big.regions[0].source = 0x1000;
    big.regions[0].access = TN_ACCESS_R | TN_ACCESS_X;
    for (unsigned i = 0; i < TN_DESC_MAX_IRQS; i++) {
        big.irqs[i].intid = (uint16_t)(1019 - i);
    }
    TN_CHECK(tn_desc_check(&big.desc, sizeof(big), &limits) == 0);
    TN_CHECK(tn_desc_check(&big.desc, sizeof(big) - 8, &limits) == TN_DESC_SIZE);
    TN_CHECK(tn_desc_check(&big.desc, 8, &limits) == TN_DESC_SIZE);
    big.irqs[255].intid = 1019;
    TN_CHECK(tn_desc_check(&big.desc, sizeof(big), &limits) == (TN_DESC_IRQ_TWICE | 255 << 8));
}

int main(void)
{
    tn_test_begin();
    TN_RUN(largest_desc);
    return tn_test_end();
}
