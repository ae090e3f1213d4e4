/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one instance to another: what the one has in the CPU goes into its own .bss, then tables and
 * stack change (hv/vcpu/switch.S), then the other takes up what it has left.
 */
#include <tn/hv/vcpu.h>
#include <tn/hv/vlr.h>

#include "internal.h"

/*
 * Tables for another slot: ours, with .bss and the page itself moved, and without the windows of
 * our boot.  The walker sees them: DSB in tn_vcpu_switch_new().
 */
static void make_tables(struct vcpu *v)
{
    const unsigned first = (HV_VA_BSS - HV_VA_IMAGE) / HV_PAGE;
    const unsigned end = first + (unsigned)(uintptr_t)__hv_bss_pages;
    const volatile uint64_t *from = (const volatile uint64_t *)HV_VA_TABLES;
    uint64_t pa = pool_bss_of(pool_slot_of(v)), own = pool_bss_of(tn_hv_partition.slot);
    uint64_t inside = pa & (HV_BLOCK - 1);
    volatile uint64_t *to = (void *)((char *)tn_hv_map_load(pa - inside) + inside);

    for (unsigned i = 0; i < HV_PAGE / 8; i++) {
        bool moves = (i >= first && i < end) || i == HV_L2_INDEX + 1;
        bool window = i >= HV_L2_INDEX && i < HV_L2_INDEX + (1u << HV_VA_BITS >> 21);
        uint64_t entry = from[i];
        uint64_t moved = entry + (pa - own);

        if (CONFIG_HV_COLOURED > 0 && moves) {
            moved = entry % HV_PAGE | entry >> 48 << 48 |
                    tn_hv_colour_bss(pool_slot_of(v), i < end ? i - first : 0);
        }
        to[i] = entry == 0 ? 0 : moves ? moved : window ? 0 : entry;
    }
    tn_hv_unmap_load();
    v->tables = true;
}

static void put_away(struct cpu *cpu, struct vcpu *me)
{
    uint64_t due;

    pool_irq_leave(cpu, me);
    due = tn_vcpu_timers_save();
    if (me->dead) {
        tn_vcpu_drop();
        return;
    }
    if (pool_follows(me) && me->sched.state == TN_SCHED_THROTTLED) {
        tn_sched_set_level(&cpu->q, &me->sched, me->sched.ceiling, false); /* it may be due then */
    } else if (pool_follows(me)) {
        tn_sched_alarm(&cpu->q, &me->sched, due);
    }
    tn_vcpu_save();
}

static void take_up(struct cpu *cpu, struct vcpu *me)
{
    tn_vcpu_restore();
    tn_vcpu_timers_restore();
    pool_irq_enter(cpu, me);
    if (pool_follows(me)) {
        tn_sched_alarm(&cpu->q, &me->sched, TN_SCHED_NEVER);
    }
}

void pool_switch_to(struct cpu *cpu, struct vcpu *me, struct vcpu *v)
{
    uint64_t table = pool_bss_of(pool_slot_of(v)) + HV_L2_INDEX * 8;
    uint64_t x0 = 1ull << HV_AGAIN_BIT | pool_slot_of(v);

    put_away(cpu, me);
    cpu->current = v;
    if (v->fresh) {
        v->fresh = false;
        if (!v->tables) {
            make_tables(v);
        }
        tn_vcpu_switch_new(&me->sp, table, x0, pool.base, pool_bss_of(pool_slot_of(v)));
    } else {
        tn_vcpu_switch(&me->sp, table, v->sp);
    }
    if (!pool_is_here(tn_hv_partition.slot)) {
        pool_arrive();
        cpu = pool_here();
    }
    take_up(cpu, me);
}
