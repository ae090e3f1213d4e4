/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watchdogs of instances.  The EL2 timer is the scheduler's, which no guest of the CPU can hold
 * back, so a deadline is one time more at which a decision is due.  A kick only moves the word
 * (hv/watchdog), always to later: the CPU keeps a lower bound of all its deadlines, `watch_at`, and
 * looks at the words themselves when that has come.  So a kick sets no timer, a decision compares
 * one time, and per instance and period there is at most one interrupt that ends nothing.
 *
 * Concurrency.  The word and all else here belong to the CPU that has the instance: its guest's
 * kick, and the scheduler, whichever instance runs, are EL2 with interrupts masked on that CPU.  A
 * move hands the word over as it hands over the rest of the instance (move.c).
 */
#include <tn/hv/report.h>
#include <tn/hv/watchdog.h>

#include "internal.h"

#define SPSR_EL2H_MASKED 0x3c9ull

/* Where the guest of an instance that has expired would have gone on. */
static struct {
    uint64_t elr, spsr;
} expired_at;

/* expired.S, and what it calls. */
void pool_expired_entry(void);
TN_NORETURN void pool_expired(const struct tn_hv_frame *frame);

static bool is_watched(unsigned slot)
{
    return CONFIG_POOL_WATCHDOGS > 0 && pool_instances[slot].watchdog_ms != 0;
}

static uint64_t *deadline(unsigned slot)
{
    return tn_hv_watchdog_deadline(pool_instances[slot].partition);
}

void pool_watch_here(struct cpu *cpu, struct vcpu *v)
{
    unsigned slot = pool_slot_of(v);

    if (is_watched(slot)) {
        cpu->watched |= 1ull << slot;
        cpu->watch_at = *deadline(slot) < cpu->watch_at ? *deadline(slot) : cpu->watch_at;
    }
}

void pool_watch(struct cpu *cpu, struct vcpu *v)
{
    unsigned slot = pool_slot_of(v);

    if (is_watched(slot)) {
        *deadline(slot) = pool_now() + tn_hv_watchdog_ticks(pool_instances[slot].watchdog_ms);
        pool_watch_here(cpu, v);
    }
}

void pool_watch_expire(struct cpu *cpu)
{
    uint64_t earliest = TN_SCHED_NEVER;

    for (uint64_t left = CONFIG_POOL_WATCHDOGS > 0 ? cpu->watched : 0; left != 0;
         left &= left - 1) {
        unsigned slot = (unsigned)__builtin_ctzll(left);
        struct vcpu *v = &pool.vcpus[slot];

        if (*deadline(slot) > cpu->q.since) {
            earliest = *deadline(slot) < earliest ? *deadline(slot) : earliest;
            continue;
        }
        pool_unwatch(cpu, v);
        v->expired = true;
        pool_condemn(cpu, v);
    }
    cpu->watch_at = earliest;
}

/*
 * The guest's registers are where its way into EL2 has put them, which is not one place.  So it
 * goes all the way back, but for the last step: the ERET that has given it all of them leads to
 * expired.S.
 */
void pool_end_expired(struct vcpu *me)
{
    me->expired = false;
    expired_at.elr = tn_sysreg_read(elr_el2);
    expired_at.spsr = tn_sysreg_read(spsr_el2);
    tn_sysreg_write(elr_el2, (uintptr_t)pool_expired_entry);
    tn_sysreg_write(spsr_el2, SPSR_EL2H_MASKED);
}

void pool_expired(const struct tn_hv_frame *frame)
{
    tn_sysreg_write(elr_el2, expired_at.elr);
    tn_sysreg_write(spsr_el2, expired_at.spsr);
    tn_hv_guest_expired(frame, "watchdog expired");
}
