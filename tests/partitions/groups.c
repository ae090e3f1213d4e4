/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls groups TIME, INJECT and DEVICE with what is right, at an edge and wrong.  args[1] "calls":
 * does so, and injects interrupt 45 of `hears` until that has taken ten; "hears": takes them.
 * Status 0 when all is as it should be, else the line where not.
 */
#include <tn/board.h>
#include <tn/chan.h>
#include <tn/devio.h>
#include <tn/hvtime.h>
#include <tn/hypercall.h>
#include <tn/inject.h>
#include <tn/irq.h>
#include <tn/sysreg.h>

#include "check.h"

#define INJECTABLE 45 /* hears has it, listed as such */
#define PLAIN 46      /* hears has it */
#define RTC 0x09010000ull
#define RTC_DR (RTC + 0)
#define RTC_MR (RTC + 4) /* a register that keeps what is written */
#define RTC_ID (RTC + 0xfe0)

static volatile unsigned taken, others;

static void on_injected(void *arg)
{
    (void)arg;
    taken++;
}

static void on_other(void *arg)
{
    (void)arg;
    others++;
}

static void times(void)
{
    uint64_t first = tn_hvtime_uptime(), counter = tn_sysreg_read(cntpct_el0);

    CHECK(first <= counter && tn_hvtime_uptime() > first);
    CHECK(tn_hvtime_epoch() == 0);
    CHECK(tn_hvtime_set_epoch(-1) == TN_EPERM && tn_hvtime_set_epoch(5) == TN_EPERM);
    CHECK(tn_hvtime_epoch() == 0);
}

static void registers(void)
{
    uint32_t value;

    CHECK(tn_devio_read(RTC_ID, 4, &value) == TN_OK && (value & 0xff) == 0x31);
    CHECK(tn_devio_read(RTC_ID, 1, &value) == TN_OK && value == 0x31);
    CHECK(tn_devio_read(RTC_ID + 2, 2, &value) == TN_OK);
    CHECK(tn_devio_write(RTC_MR, 4, 0x12345678) == TN_OK);
    CHECK(tn_devio_read(RTC_MR, 4, &value) == TN_OK && value == 0x12345678);
    /* Read only; only in part; across the end; misaligned; no such size. */
    CHECK(tn_devio_write(RTC_ID, 4, 0) == TN_EINVAL);
    CHECK(tn_devio_read(RTC_DR, 4, &value) == TN_EINVAL);
    CHECK(tn_devio_read(RTC_MR + 4, 4, &value) == TN_EINVAL);
    CHECK(tn_devio_read(RTC_MR + 3, 2, &value) == TN_EINVAL);
    CHECK(tn_devio_read(RTC_MR + 1, 4, &value) == TN_EINVAL);
    CHECK(tn_devio_read(RTC_MR, 8, &value) == TN_EINVAL);
    CHECK(tn_devio_read(RTC_MR, 0, &value) == TN_EINVAL);
    CHECK(tn_devio_write(RTC_MR, 1, 0x100) == TN_EINVAL);
    CHECK(tn_devio_read(UINT64_MAX, 1, &value) == TN_EINVAL);
    CHECK(tn_devio_read(0, 4, &value) == TN_EINVAL);
    CHECK(tn_devio_read(TN_BOARD_GICD_BASE, 4, &value) == TN_EINVAL);
    CHECK(tn_hypercall3(TN_HC_DEVICE_WRITE, RTC_MR, 4, 1ull << 32) == TN_HC_INVALID);
    CHECK(tn_hypercall2(TN_HC_DEVICE_READ, RTC_MR, 1ull << 32 | 4) == TN_HC_INVALID);
    CHECK(tn_devio_read(RTC_MR, 4, &value) == TN_OK && value == 0x12345678);
}

static void injections(void)
{
    struct tn_chan heard;
    uint32_t count = 0;

    CHECK(tn_chan_open(&heard, "heard") == TN_OK);
    CHECK(tn_irq_inject(PLAIN) == TN_EINVAL && tn_irq_inject(27) == TN_EINVAL);
    CHECK(tn_irq_inject(0) == TN_EINVAL && tn_irq_inject(1019) == TN_EINVAL);
    CHECK(tn_irq_inject(1020) == TN_EINVAL && tn_irq_inject(UINT32_MAX) == TN_EINVAL);
    CHECK(tn_hypercall1(TN_HC_INJECT_PEND, 1ull << 32 | INJECTABLE) == TN_HC_INVALID);
    while (count < 10) {
        CHECK(tn_irq_inject(INJECTABLE) == TN_OK);
        tn_chan_read(&heard, &count);
    }
}

static void hear(void)
{
    struct tn_chan heard;
    uint32_t count = 0;

    CHECK(tn_chan_open(&heard, "heard") == TN_OK);
    CHECK(tn_irq_attach(INJECTABLE, on_injected, NULL) == TN_OK);
    CHECK(tn_irq_attach(PLAIN, on_other, NULL) == TN_OK);
    CHECK(tn_irq_enable(INJECTABLE) == TN_OK && tn_irq_enable(PLAIN) == TN_OK);
    tn_irq_unmask();
    while (count < 10) {
        if (taken != count) {
            count = taken;
            tn_chan_write(&heard, &count);
        }
    }
    CHECK(others == 0 && tn_irq_stray_count() == 0);
}

int main(int argc, char **argv)
{
    if (argc == 2 && argv[1][0] == 'c') {
        times();
        registers();
        injections();
    } else {
        hear();
    }
    return 0;
}
