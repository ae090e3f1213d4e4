/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance that counts as the thread that its kernel runs: two registers of EL1, switched with
 * it, are all that the two schedulers say to each other (docs/dynamic.md, rtos/kernel's
 * <tn/publish.h>).
 */
#include <tn/hv/vlr.h>

#include "internal.h"

#define SPSR_I (1u << 7)
#define AGAIN_US 50u

/* The level that the kernel of the instance that runs has published; 0: none yet. */
static uint32_t published(void)
{
    uint64_t level = tn_sysreg_read(contextidr_el1);

    return level < TN_SCHED_LEVELS ? (uint32_t)level : TN_SCHED_LEVELS;
}

/*
 * It counts as its running thread.  While it masks interrupts, handles one or has one to take, it
 * may be about to run a more urgent one: then as its ceiling.
 */
void pool_follow(struct cpu *cpu, struct vcpu *me)
{
    bool masked = (tn_sysreg_read(spsr_el2) & SPSR_I) != 0 && !me->asked;

    me->asked = false;
    if (me->sched.state == TN_SCHED_READY) {
        bool most = masked || me->banks != 0 || tn_vlr_busy();

        tn_sched_set_level(&cpu->q, &me->sched, most ? me->sched.ceiling : published(), true);
    }
}

/*
 * Its kernel asks when its next thread falls behind who waits; but it does not when it goes on with
 * the thread that it had, so that there is another look soon.  Returns when.
 */
uint64_t pool_show_waiting(struct cpu *cpu, struct vcpu *me)
{
    uint32_t waiting = tn_sched_waiting(&cpu->q, &me->sched);

    tn_sysreg_write(tpidrro_el0, waiting);
    return published() > waiting ? cpu->q.since + pool_ticks(AGAIN_US) : TN_SCHED_NEVER;
}
