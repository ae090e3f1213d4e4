/* SPDX-License-Identifier: Apache-2.0 */
/* What two partitions of an image may have together: memory, the GICv2 CPU interface, CPUs in turn.
 */
#include <tn/image.h>

#include <tn/test.h>

#include "sample.h"

#define GICC 0x09000000u

static struct sample valid;
static uint64_t banked = GICC, banked_virtual;

static int check_bytes(const struct sample *s, size_t size)
{
    struct tn_desc_limits limits = {.ipa_size = 1ull << 40,
                                    .image_base = 0x48000000,
                                    .cpu_count = 4,
                                    .banked = banked,
                                    .banked_virtual = banked_virtual};
    struct tn_image image;
    int code = tn_image_open(&image, s, size);

    return code != 0 ? code : tn_image_check(&image, &limits);
}

/* The second partition's last region has become `region`, the first's number `index` has `access`.
 */
static int check_shared(unsigned index, uint16_t access, struct tn_region region)
{
    static struct sample s;

    s = valid;
    s.first.regions[index].access |= access;
    s.second.regions[1] = region;
    sample_seal((uint8_t *)&s, sizeof(s));
    return tn_image_rule(check_bytes(&s, SAMPLE_SIZE));
}

static void shared_regions(void)
{
    const uint16_t rw = TN_ACCESS_R | TN_ACCESS_W, shared = TN_ACCESS_SHARED;
    struct tn_region memory = {0x40100000, 0x1000, 0xb000, TN_REGION_MEMORY, rw | shared, 0};
    struct tn_region larger = {0x40100000, 0x2000, 0xb000, TN_REGION_MEMORY, rw | shared, 0};
    struct tn_region device = {0x9000000, 0x1000, 0x9000000, TN_REGION_DEVICE, rw | shared, 0};
    struct tn_region more = {0x9000000, 0x2000, 0x9000000, TN_REGION_DEVICE, rw | shared, 0};

    TN_CHECK(check_shared(3, shared, memory) == TN_IMAGE_OK);
    TN_CHECK(check_shared(3, 0, memory) == TN_PARTS_REGION);
    TN_CHECK(check_shared(3, shared, larger) == TN_PARTS_REGION);
    TN_CHECK(check_shared(4, shared, device) == TN_IMAGE_OK);
    TN_CHECK(check_shared(4, 0, device) == TN_PARTS_REGION);
    TN_CHECK(check_shared(4, shared, more) == TN_PARTS_REGION);
    banked = 0;
    TN_CHECK(check_shared(4, shared, device) == TN_PARTS_REGION);
    banked_virtual = GICC;
    TN_CHECK(check_shared(4, shared, device) == TN_IMAGE_OK);
    TN_CHECK(check_shared(4, shared, more) == TN_PARTS_REGION);
    banked = GICC;
    banked_virtual = 0;
    memory.access = rw;
    TN_CHECK(check_shared(3, shared, memory) == TN_PARTS_REGION);
}

/* Both ends of memory with colours say the same; what is never cached has none. */
static void shared_colours(void)
{
    const uint16_t rws = TN_ACCESS_R | TN_ACCESS_W | TN_ACCESS_SHARED;
    const uint32_t own = 1u << 0xb; /* page 0xb of the image */
    struct tn_region memory = {0x40100000, 0x1000, 0xb000, TN_REGION_MEMORY, rws, own};
    struct sample before = valid;

    valid.first.regions[3].access |= TN_ACCESS_SHARED;
    TN_CHECK(check_shared(3, 0, memory) == TN_PARTS_REGION);
    valid.first.regions[3].colours = own;
    TN_CHECK(check_shared(3, 0, memory) == TN_IMAGE_OK);
    memory.colours |= 1;
    TN_CHECK(check_shared(3, 0, memory) == TN_PARTS_REGION);
    memory.colours = 1;
    TN_CHECK(check_shared(3, 0, memory) == TN_DESC_REGION_KIND);
    memory.colours = own;
    memory.access |= TN_ACCESS_UNCACHED;
    TN_CHECK(check_shared(3, 0, memory) == TN_DESC_REGION_KIND);
    valid = before;
}

/* RAM of a kernel: its span, not its size, has to be outside the image's. */
static void coloured_ram(void)
{
    const uint16_t rwx = TN_ACCESS_R | TN_ACCESS_W | TN_ACCESS_X;
    struct tn_region ram = {0x40100000, 0x2000, 0x47fe0000, TN_REGION_RAM, rwx, 1};

    TN_CHECK(check_shared(3, 0, ram) == TN_DESC_REGION_RAM);
    ram.colours = 3;
    TN_CHECK(check_shared(3, 0, ram) == TN_IMAGE_OK);
    ram.source = 0x47fe2000;
    TN_CHECK(check_shared(3, 0, ram) == TN_DESC_REGION_KIND);
    ram.source = 0xffffffff0000;
    ram.colours = 1u << 16;
    TN_CHECK(check_shared(3, 0, ram) == TN_DESC_REGION_RAM);
    ram.colours = 0xffff0000;
    TN_CHECK(check_shared(3, 0, ram) == TN_IMAGE_OK);
    ram.size = 0x11000;
    TN_CHECK(check_shared(3, 0, ram) == TN_DESC_REGION_RAM);
}

/* Of two partitions on one CPU the one that is started on demand waits for its turn. */
static void shared_cpu(void)
{
    static struct sample s;

    s = valid;
    s.second.desc.cpus = 1;
    s.second.desc.flags = TN_DESC_ON_DEMAND;
    sample_seal((uint8_t *)&s, sizeof(s));
    TN_CHECK(check_bytes(&s, SAMPLE_SIZE) == 0);
}

int main(void)
{
    sample_make(&valid);
    tn_test_begin();
    TN_RUN(shared_regions);
    TN_RUN(shared_colours);
    TN_RUN(coloured_ram);
    TN_RUN(shared_cpu);
    return tn_test_end();
}
