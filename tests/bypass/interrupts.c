/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt handlers: registers survive, FP included; errors; interrupts while sleeping. */
#include <stdint.h>
#include <string.h>
#include <tn/board.h>
#include <tn/gtimer.h>
#include <tn/irq.h>
#include <tn/time.h>

#include "check.h"

#define PLAIN 2
#define FLOATING 3

static volatile unsigned plain, floating, timer;
static volatile double sum;

static void on_plain(void *arg)
{
    plain += *(const unsigned *)arg;
}

/* Uses FP registers of its own, in arithmetic and in memset. */
static void on_floating(void *arg)
{
    char buffer[64];

    (void)arg;
    memset(buffer, (int)floating, sizeof(buffer));
    __asm__ volatile("movi v0.2d, #0\n\tmovi v9.2d, #0\n\tmovi v31.2d, #0"
                     :
                     : "r"(buffer)
                     : "v0", "v9", "v31", "memory");
    sum += 0.5;
    floating++;
}

static void on_timer(void *arg)
{
    (void)arg;
    tn_gtimer_phys_stop();
    timer++;
}

/* All of q0, q9 and q31 must be as before the interrupt, which comes at the second DAIF write. */
static void registers(void)
{
    static const uint64_t pattern[2] = {0x0123456789abcdef, 0xfedcba9876543210};
    uint64_t after[6], daif;

    for (int i = 0; i < 100; i++) {
        daif = tn_irq_mask();
        tn_irq_pend(i % 2 ? PLAIN : FLOATING);
        __asm__ volatile("ldr q0, [%1]\n\tldr q9, [%1]\n\tldr q31, [%1]\n\t"
                         "msr daifclr, #2\n\tisb\n\t"
                         "stp q0, q9, [%0]\n\tstr q31, [%0, #32]"
                         :
                         : "r"(after), "r"(pattern)
                         : "v0", "v9", "v31", "memory");
        tn_irq_restore(daif);
        for (int n = 0; n < 6; n++) {
            CHECK(after[n] == pattern[n % 2]);
        }
    }
    CHECK(plain == 50 * 3 && floating == 50 && sum == 25.0);
}

static void errors(void)
{
    CHECK(tn_irq_attach(PLAIN, on_plain, NULL) == TN_EBUSY);
    CHECK(tn_irq_attach(5, NULL, NULL) == TN_EINVAL);
    CHECK(tn_irq_attach(1020, on_plain, NULL) == TN_ERANGE);
    CHECK(tn_irq_enable(5) == TN_EINVAL && tn_irq_pend(5) == TN_EINVAL);
    CHECK(tn_irq_attach(200, on_plain, NULL) == TN_OK);
    CHECK(tn_irq_enable(200) == (CONFIG_NATIVE ? TN_OK : TN_EPERM));
    CHECK(tn_irq_detach(200) == TN_OK && tn_irq_detach(200) == TN_EINVAL);
}

static void while_sleeping(void)
{
    uint64_t start = tn_time_now();

    CHECK(tn_irq_attach(TN_BOARD_TIMER_PHYS_IRQ, on_timer, NULL) == TN_OK);
    CHECK(tn_irq_enable(TN_BOARD_TIMER_PHYS_IRQ) == TN_OK);
    tn_gtimer_phys_set(tn_time_to_ticks(start + 1000000));
    tn_sleep_until(start + 5000000);
    CHECK(timer == 1 && tn_time_now() >= start + 5000000);
    /* Masked: it waits until the program lets it in. */
    uint64_t daif = tn_irq_mask();

    tn_gtimer_phys_set(tn_time_ticks());
    tn_sleep(1000000);
    CHECK(timer == 1);
    tn_irq_restore(daif);
    tn_isb();
    CHECK(timer == 2);
}

int main(void)
{
    static unsigned step = 3;

    CHECK(tn_irq_attach(PLAIN, on_plain, &step) == TN_OK && tn_irq_enable(PLAIN) == TN_OK);
    CHECK(tn_irq_attach(FLOATING, on_floating, NULL) == TN_OK && tn_irq_enable(FLOATING) == TN_OK);
    registers();
    errors();
    while_sleeping();
    puts("ok");
    return 0;
}
