/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the kernel: the timer queue and its hardware comparator.  Times are ticks of the
 * virtual counter (CNTVCT_EL0), absolute.
 */
#ifndef TN_KERNEL_TIME_H
#define TN_KERNEL_TIME_H

#include <stdint.h>
#include <tn/percpu.h>
#include <tn/sysreg.h>
#include <tn/timerq.h>

/* tn_timer.user: what kind of object embeds the timer. */
#define TN_TIMER_THREAD 1u /* struct tn_thread, timeout */
#define TN_TIMER_ALARM 0u  /* struct tn_alarm */
#define TN_TIMER_SLICE 2u  /* end of the running thread's time slice */

extern struct tn_timerq tn_timers;

/* Start the queue and open the comparator's interrupt.  Once, before the first thread. */
void tn_time_init(void);

/*
 * The counter, read without the ISB of tn_time_ticks(): it may be read some instructions early,
 * so that a wait computed from it ends too late by as much at worst, never too early.
 */
static inline uint64_t tn_time_counter(void)
{
    return tn_sysreg_read(cntvct_el0);
}

/*
 * Let the caller sleep until `deadline`, ticks.  Thread context.  TN_EINTR: it was woken by
 * tn_wait_interrupt().
 */
long tn_sleep_ticks(uint64_t deadline);

/* Open the comparator's interrupt on a CPU that begins. */
void tn_time_init_cpu(void);

/* Start `t` for `deadline`, 0 .. UINT64_MAX - 1.  Kernel lock held. */
static inline void tn_time_start(struct tn_timer *t, uint64_t deadline)
{
    if (tn_timerq_start(&tn_timers, t, deadline) && CONFIG_TN_TICK_HZ == 0) {
        tn_percpu_program(deadline);
    }
}

/* The time slice of a CPU's running thread is over.  Interrupt context, kernel lock held. */
void tn_slice_expired(const struct tn_timer *timer);

#endif
