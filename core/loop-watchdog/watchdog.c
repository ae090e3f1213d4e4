/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step that outlives its time is interrupted by the EL1 physical timer.  The default report
 * uses neither stdio nor malloc, because the step may hang in the middle of either.
 */
#include <tn/loop_watchdog.h>

#include <string.h>
#include <tn/board.h>
#include <tn/gtimer.h>
#include <tn/irq.h>
#include <tn/time.h>
#include <unistd.h>

#define DIGITS 20 /* of UINT64_MAX */

static void put(const char *text)
{
    write(STDERR_FILENO, text, strlen(text));
}

static void put_number(uint64_t n)
{
    char text[DIGITS + 1];
    char *p = text + DIGITS;

    *p = '\0';
    do {
        *--p = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    put(p);
}

static void report(const struct tn_loop *loop, uint64_t running_ns)
{
    put("\nwatchdog: loop \"");
    put(loop->config.name ? loop->config.name : "");
    put("\": cycle ");
    put_number(loop->cycles);
    put(" has run for ");
    put_number(running_ns);
    put(" ns\n");
}

/* In interrupt context.  The timer stays off until the next cycle. */
static void bark(void *arg)
{
    struct tn_loop *loop = arg;
    const struct tn_loop_config *config = &loop->config;
    uint64_t running_ns = tn_time_now() - loop->start;

    tn_gtimer_phys_stop();
    if (!loop->in_step) {
        return; /* disarmed while the interrupt was on its way */
    }
    if (config->on_watchdog && config->on_watchdog(config->ctx, running_ns)) {
        return;
    }
    report(loop, running_ns);
    _exit(TN_LOOP_WATCHDOG_STATUS);
}

static int start(struct tn_loop *loop)
{
    int code = tn_irq_attach(TN_BOARD_TIMER_PHYS_IRQ, bark, loop);

    return code == TN_OK ? tn_irq_enable(TN_BOARD_TIMER_PHYS_IRQ) : code;
}

static void arm(struct tn_loop *loop, uint64_t deadline)
{
    (void)loop;
    tn_gtimer_phys_set(tn_time_to_ticks(deadline));
}

static void disarm(struct tn_loop *loop)
{
    (void)loop;
    tn_gtimer_phys_stop();
    tn_isb();
}

static void stop(struct tn_loop *loop)
{
    (void)loop;
    tn_irq_detach(TN_BOARD_TIMER_PHYS_IRQ);
}

const struct tn_loop_guard tn_loop_watchdog = {start, arm, disarm, stop};
