/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group DEVICE: registers that a partition has a part of.  Each access is looked up in the windows
 * of its descriptor, so that a page holds registers of several partitions, or some that are
 * nobody's. The page is mapped on this CPU for this one access.
 */
#include <tn/abi/cap.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/partition.h>
#include <tn/image.h>
#include <tn/sysreg.h>

/* access.S */
long hv_device_load(uintptr_t at, uint64_t size);
long hv_device_store(uintptr_t at, uint64_t size, uint64_t value);

static struct {
    uint64_t base, size;
    unsigned access; /* TN_ACCESS_* */
} windows[TN_DESC_MAX_REGISTERS];
static unsigned count;

/* A multiple of its own size, of which windows are multiples too: it is never in two pages. */
static bool allowed(uint64_t address, uint64_t size, unsigned access)
{
    if ((size != 1 && size != 2 && size != 4) || address % size != 0) {
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        if (address >= windows[i].base && address - windows[i].base < windows[i].size &&
            (windows[i].access & access) != 0) {
            return true;
        }
    }
    return false;
}

/* Where the register is, until tn_hv_unmap_page(). */
static uintptr_t map(uint64_t address)
{
    struct tn_hv_device page = {
        .pa = address & ~(uint64_t)(HV_PAGE - 1), .va = HV_VA_OTHER, .size = HV_PAGE};

    tn_hv_map_device(&page);
    return HV_VA_OTHER + (address & (HV_PAGE - 1));
}

/*
 * An access that the device does not answer is an exception at EL2: where the guest goes on is in
 * the same registers.
 */
static long access(uint64_t address, uint64_t size, bool write, uint64_t value)
{
    uint64_t elr = tn_sysreg_read(elr_el2), spsr = tn_sysreg_read(spsr_el2);
    uintptr_t at = map(address);
    long result = write ? hv_device_store(at, size, value) : hv_device_load(at, size);

    tn_hv_unmap_page(HV_VA_OTHER);
    if (result < 0) {
        tn_sysreg_write(elr_el2, elr);
        tn_sysreg_write(spsr_el2, spsr);
    }
    return result;
}

static TN_HC_FUNCTION long device_read(uint64_t id, uint64_t address, uint64_t size, uint64_t x3)
{
    (void)id, (void)x3;
    return allowed(address, size, TN_ACCESS_R) ? access(address, size, false, 0) : TN_HC_INVALID;
}

static TN_HC_FUNCTION long device_write(uint64_t id, uint64_t address, uint64_t size,
                                        uint64_t value)
{
    (void)id;
    if (!allowed(address, size, TN_ACCESS_W) || value >> 8 * size != 0) {
        return TN_HC_INVALID;
    }
    return access(address, size, true, value);
}

static void start(const struct tn_hv_boot *boot)
{
    const struct tn_region *regions = tn_desc_regions(boot->desc);

    count = 0;
    for (unsigned i = 0; i < boot->desc->region_count; i++) {
        if (regions[i].kind == TN_REGION_REGISTERS && count < TN_DESC_MAX_REGISTERS) {
            windows[count].base = regions[i].source;
            windows[count].size = regions[i].size;
            windows[count++].access = regions[i].access;
        }
    }
}

TN_HV_START(start);
REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_DEVICE, TN_CAP_REGISTERS, device_read, device_write);
