/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sources of this library. */
#ifndef POOL_INTERNAL_H
#define POOL_INTERNAL_H

#include <tn/board.h>
#include <tn/hv/pages.h>
#include <tn/hv/pool.h>
#include <tn/hv/sched.h>
#include <tn/pool_table.h>
#include <tn/sysreg.h>

#define BANKS (1024 / 32)
#define NOBODY 0xff

/*
 * An instance, as the others of its CPU see it.  All of it but `order` belongs to its CPU of the
 * board: written with that CPU at EL2 and interrupts masked, whichever instance runs there.
 */
struct vcpu {
    struct tn_sched_entity sched;
    uint64_t sp;             /* of EL2, while another instance has the CPU */
    uint32_t order;          /* ORDER_*, atomic: from any CPU */
    uint32_t banks;          /* of `pending` that are not 0 */
    uint32_t pending[BANKS]; /* interrupts that no list register holds yet */
    uint32_t enabled;        /* its SGIs and PPIs */
    uint32_t active;         /* PPIs that are to be active in the CPU when it goes on */
    uint32_t pended;         /* PPIs that it has made pending itself and may not have taken yet */
    uint8_t priority[32];
    uint8_t owner;  /* as it stands in pool.owners */
    uint8_t moved;  /* atomic: 1 + the CPU of `pool.cpus` that it has moved to; 0: the table's */
    uint8_t room;   /* the same, from when that CPU has room for it; with the lock of hv/cpus */
    bool follows;   /* its level is that of the thread that its kernel runs */
    bool asked;     /* its own kernel says that a decision is due */
    bool tables;    /* its tables of EL2 have been made */
    bool fresh;     /* it begins with its first instruction at EL2 when it gets the CPU */
    bool dead;      /* it has nothing in the CPU that would have to be kept */
    bool condemned; /* it shall end as soon as it has the CPU */
    bool expired;   /* because it has not kicked its watchdog */
};

/* A CPU of the board that is in a pool. */
struct cpu {
    struct tn_sched q;
    struct vcpu *current; /* whose EL2 this CPU is in; NULL: not set up */
    uint64_t asked;       /* atomic: slots of it that have an order */
    uint32_t up;          /* atomic: somebody has called for it */
    uint32_t enabled;     /* PPIs of guests that are enabled in the controller */
    struct vcpu *leaves;  /* it goes to another CPU when this one is out of its EL2; or NULL */
    uint64_t watched;     /* slots of it that have a deadline of their watchdog */
    uint64_t watch_at;    /* none of those is earlier */
};

extern struct pool {
    struct vcpu vcpus[HV_SLOTS];
    struct cpu cpus[CONFIG_POOL];
    uint64_t base, bss;   /* physical, of the image and of slot 0's .bss: the same for all */
    uint8_t owners[1024]; /* 1 + slot of each SPI's instance, 0: nobody's */
} pool;

/*
 * The generated table: what the manifest says of each slot.  Behind those of partitions, one for
 * each of `pool.cpus` where instances may move, of which `partition` is the pool.
 */
struct instance {
    uint8_t cpu;   /* of `pool.cpus`; NOBODY: not in a pool */
    uint8_t board; /* CPU of the board */
    uint8_t partition;
    bool follow;  /* it counts as the thread that its kernel runs */
    bool migrate; /* it may choose its CPU */
    uint8_t kind; /* enum tn_sched_kind */
    uint32_t level;
    uint32_t budget_us, period_us, slice_us;
    uint32_t watchdog_ms; /* 0: none */
};

extern const struct instance pool_instances[HV_SLOTS];

/* The instance whose EL2 this is, and its CPU: an instance's own copy, valid from its start on. */
extern struct vcpu *pool_me;
extern struct cpu *pool_cpu;

static inline struct vcpu *pool_self(void)
{
    return pool_me;
}

static inline struct cpu *pool_here(void)
{
    return pool_cpu;
}

static inline unsigned pool_slot_of(const struct vcpu *v)
{
    return (unsigned)(v - pool.vcpus);
}

/* The CPU of `pool.cpus` that has an instance: its orders go there. */
static inline unsigned pool_cpu_of(unsigned slot)
{
    unsigned moved =
        CONFIG_POOL_IDLES > 0 ? __atomic_load_n(&pool.vcpus[slot].moved, __ATOMIC_ACQUIRE) : 0;

    return moved != 0 ? moved - 1 : pool_instances[slot].cpu;
}

/* Its number on the board. */
static inline unsigned pool_board_of(unsigned slot)
{
    return CONFIG_POOL_IDLES > 0 ? pool_instances[CONFIG_HV_CPUS + pool_cpu_of(slot)].board
                                 : pool_instances[slot].board;
}

static inline bool pool_is_here(unsigned slot)
{
    return CONFIG_POOL_IDLES == 0 || &pool.cpus[pool_cpu_of(slot)] == pool_cpu;
}

extern char __hv_bss_pages[]; /* a number: pages of .bss */

/* hv/mortise/start.S: its `x0` for C, physical image and .bss. */
TN_NORETURN void at_virtual(uint64_t x0, uint64_t base, uint64_t bss);

/* Physical, of a slot's .bss. */
uint64_t pool_bss_of(unsigned slot);

static inline uint64_t pool_now(void)
{
    tn_isb(); /* the counter may be read ahead */
    return tn_sysreg_read(cntpct_el0);
}

/* Microseconds in ticks. */
uint64_t pool_ticks(uint32_t us);

/* Account, choose, switch; returns when this instance has the CPU, with its interrupts in place. */
void pool_schedule(void);

/* The same, after the instance that runs has given up at `now` until `wake_at` or an interrupt. */
void pool_block(uint64_t now, uint64_t wake_at);

static inline bool pool_follows(const struct vcpu *v)
{
    return v->follows;
}

/* orders.c.  It competes with what the manifest says, from its beginning on. */
void pool_adopt(struct cpu *cpu, struct vcpu *v);

/* It shall end: the end comes before all fixed priorities, and then waits for nobody. */
void pool_condemn(struct cpu *cpu, struct vcpu *v);

/* Begin, end, pause: what other CPUs have left for this one. */
void pool_take_orders(struct cpu *cpu);

/* It is out of this CPU, and the one that has room for it shall take it up. */
void pool_hand_over(unsigned slot);

/* This instance goes on as if it had just got the CPU; after a switch. */
void pool_go_on(struct cpu *cpu, struct vcpu *me);

/* move.c.  To CPU `board`, a result of group SCHED's CPU.  Returns there. */
long pool_move(uint64_t board);

/* The instance that runs has come to another CPU: what in its EL2 is the CPU's. */
void pool_arrive(void);

/* switch.c.  From the instance that runs to another; returns when it has the CPU again. */
void pool_switch_to(struct cpu *cpu, struct vcpu *me, struct vcpu *v);

/* follow.c.  `me`, which has the CPU, gets the level that counts; before a decision. */
void pool_follow(struct cpu *cpu, struct vcpu *me);

/* After it: who waits, for its kernel to see.  Returns when to decide anew, TN_SCHED_NEVER. */
uint64_t pool_show_waiting(struct cpu *cpu, struct vcpu *me);

/* watch.c.  For an instance without a watchdog nothing.  The time begins anew; the deadline that it
 * has counts here from now on. */
void pool_watch(struct cpu *cpu, struct vcpu *v);
void pool_watch_here(struct cpu *cpu, struct vcpu *v);

/* It has none here any more: it is paused, has ended, or goes to another CPU. */
static inline void pool_unwatch(struct cpu *cpu, const struct vcpu *v)
{
    if (CONFIG_POOL_WATCHDOGS > 0) {
        cpu->watched &= ~(1ull << pool_slot_of(v));
    }
}

/* Who has let the time pass up to which the CPU is accounted is condemned. */
void pool_watch_expire(struct cpu *cpu);

/* The instance that runs is one of those: it ends where its guest would go on. */
void pool_end_expired(struct vcpu *me);

/* irq.c.  Take all physical interrupts; true: somebody else may have to run. */
bool pool_take_interrupts(void);

/* One that tn_vlr_take() has given. */
bool pool_take(uint32_t ack);

/* One of the instance that runs, with an active physical one: into a list register if one is free.
 */
void pool_give(unsigned intid);

/* Pending interrupts of the instance that runs into list registers. */
void pool_flush(struct vcpu *me);

/* From entry.S: an interrupt has come while a guest ran. */
void pool_irq(void);

/* Where the registers of SGIs and PPIs are: GICv2's distributor, a redistributor's second frame. */
uintptr_t pool_banked(void);

/* Enable exactly these PPIs for the guest that runs. */
void pool_set_private(struct cpu *cpu, uint32_t mask);

/* `intid` waits for a list register. */
void pool_set_pending(struct vcpu *v, unsigned intid);

/* The CPU's interrupt state goes from the instance that runs to nobody, and comes back. */
void pool_irq_leave(struct cpu *cpu, struct vcpu *me);
void pool_irq_enter(struct cpu *cpu, struct vcpu *me);
void pool_irq_set_up(struct cpu *cpu);
void pool_irq_reset(struct vcpu *me);
void pool_kick(unsigned board);
uint64_t pool_target(unsigned board); /* for tn_gic_send(), tn_gic_route() */

#endif
