/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of an in-order, dual-issue core with the caches and TLBs of an RK3568 (Cortex-A55), fed
 * by window.c.  It is a model: it says what grows with the number of threads and why, not what a
 * board will show.  docs/benchmarks.md tells what it leaves out.
 *
 * Every constant is one of these:
 *   [T] Arm Cortex-A55 Core Technical Reference Manual, 100442, A6 and A7
 *   [R] Rockchip RK3568 datasheet, 1.2.1: 32 KB + 32 KB first level, 512 KB shared L3, no L2
 *   [I] Intel Agilex 5 HPS manual, Cortex-A55, "Translation Lookaside Buffer", table 49
 *   [A] assumed: no public figure was found; of the order that such cores have
 */
#include "window.h"

#include <string.h>

#define LINE_SHIFT 6 /* [T] */
#define PAGE_SHIFT 12
#define L1_SETS 128 /* [T], [R]: 32 KB, 4 ways of 64-byte lines */
#define L1_WAYS 4
#define L2_SETS 512 /* [R] 512 KB; [A] 16 ways */
#define L2_WAYS 16
#define ITLB 15 /* [I] fully associative */
#define DTLB 16
#define TLB_SETS 256 /* [I] 1024 entries, 4 ways */
#define TLB_WAYS 4

enum {
    LOAD_USE = 3,         /* [A] cycles until a loaded value can be used */
    L2_CYCLES = 30,       /* [A] first level missed, the shared cache hit */
    DRAM_CYCLES = 200,    /* [A] both missed */
    MISPREDICT = 8,       /* [A] also an exception's entry, ERET and ISB: the pipeline refills */
    TAKEN = 1,            /* [A] bubble of a predicted taken branch */
    SYSREG = 3,           /* [A] MRS, MSR: alone in its cycle */
    DSB_CYCLES = 10,      /* [A] besides waiting for what is under way */
    UTLB_MISS = 5,        /* [A] the main TLB hit */
    WALK = 2 * L2_CYCLES, /* [A] two table reads that miss the first level */
    DEVICE = 100,         /* [A] a read of a device; a write is half of it, in the store buffer */
    STORE_BUFFER = 5,     /* [A] stores that missed and are under way */
    FILLS = 4,            /* [A] lines that the data cache waits for at a time */
};

struct cache {
    unsigned sets, ways, shift;
    uint64_t *tags; /* sets * ways, most recent first; 0 is free */
};

static uint64_t l1i_tags[L1_SETS * L1_WAYS], l1d_tags[L1_SETS * L1_WAYS];
static uint64_t l2_tags[L2_SETS * L2_WAYS], tlb_tags[TLB_SETS * TLB_WAYS];
static uint64_t itlb_tags[ITLB], dtlb_tags[DTLB];
static struct cache l1i = {L1_SETS, L1_WAYS, LINE_SHIFT, l1i_tags};
static struct cache l1d = {L1_SETS, L1_WAYS, LINE_SHIFT, l1d_tags};
static struct cache l2 = {L2_SETS, L2_WAYS, LINE_SHIFT, l2_tags};
static struct cache itlb = {1, ITLB, PAGE_SHIFT, itlb_tags};
static struct cache dtlb = {1, DTLB, PAGE_SHIFT, dtlb_tags};
static struct cache tlb = {TLB_SETS, TLB_WAYS, PAGE_SHIFT, tlb_tags};

static uint64_t cycle;     /* in which the last instruction issued */
static uint64_t ready[33]; /* when a register's value can be used; 32: the flags */
static uint64_t under_way[STORE_BUFFER];
static struct {
    uint64_t line, arrives;
} fills[FILLS];
static uint64_t misses[MISSES];
static uint64_t fetched_line; /* of the last instruction */
static struct insn last;
static bool paired;             /* the last instruction was the second of its cycle */
static uint8_t direction[4096]; /* two-bit counters, by address */
static uint64_t targets[256];   /* of indirect branches */

/* Look an address up and make it the most recent of its set; replacement is LRU [A]. */
static bool hit(struct cache *cache, uint64_t address)
{
    uint64_t tag = (address >> cache->shift) + 1; /* never 0 */
    uint64_t *set = cache->tags + (address >> cache->shift) % cache->sets * cache->ways;
    unsigned way = 0;
    while (way < cache->ways - 1 && set[way] != tag)
        way++;
    bool found = set[way] == tag;
    memmove(set + 1, set, way * sizeof(*set));
    set[0] = tag;
    return found;
}

/* Cycles that an access takes beyond a hit in the first level. */
static unsigned fill(struct cache *first, enum model_miss what, uint64_t physical)
{
    if (hit(first, physical))
        return 0;
    misses[what]++;
    if (hit(&l2, physical))
        return L2_CYCLES;
    misses[MISS_L2]++;
    return DRAM_CYCLES;
}

static unsigned translate(struct cache *first, uint64_t virtual)
{
    if (hit(first, virtual))
        return 0;
    misses[MISS_UTLB]++;
    if (hit(&tlb, virtual))
        return UTLB_MISS;
    misses[MISS_TLB]++;
    return WALK;
}

static void wait_for(uint64_t when)
{
    if (when > cycle) {
        cycle = when;
        paired = true; /* nothing can join what had to wait */
    }
}

static void wait_loads(void)
{
    for (unsigned i = 0; i < 33; i++)
        wait_for(ready[i]);
}

static void wait_all(void)
{
    wait_loads();
    for (unsigned i = 0; i < STORE_BUFFER; i++)
        wait_for(under_way[i]);
}

static bool conditional(uint32_t bits)
{
    return (bits & 0xff000010u) == 0x54000000u || (bits & 0x7c000000u) == 0x34000000u;
}

/* What the last branch did shows in the address of the instruction that follows it. */
static void finish_branch(uint64_t next)
{
    bool taken = next != last.address + 4;
    bool right = true;
    if (last.kind == KIND_BRANCH && conditional(last.bits)) {
        uint8_t *state = &direction[last.address >> 2 & 4095];
        right = (*state >= 2) == taken;
        if (taken && *state < 3)
            (*state)++;
        else if (!taken && *state > 0)
            (*state)--;
    } else if (last.kind == KIND_BRANCH && (last.bits & 0xfe000000u) == 0xd6000000u) {
        uint64_t *target = &targets[last.address >> 2 & 255];
        bool is_return = (last.bits & 0xfffffc1fu) == 0xd65f0000u;
        right = is_return || *target == next; /* the return stack is taken to be right [A] */
        *target = next;
    } else if (last.kind != KIND_BRANCH && taken) {
        right = false; /* an exception's entry or return */
    }
    if (!right)
        wait_for(cycle + MISPREDICT);
    else if (taken)
        wait_for(cycle + TAKEN);
}

/*
 * Registers by their fields: bits 4:0 are the destination or what a store stores, 9:5 and 20:16
 * sources.  A field that is not a register's costs at most a wait that the core would not have.
 */
struct registers {
    unsigned source[4], sources, result[2], results;
    bool sets_flags, reads_flags;
};

static struct registers registers_of(const struct insn *insn)
{
    uint32_t bits = insn->bits;
    unsigned d = bits & 31, n = bits >> 5 & 31, m = bits >> 16 & 31, second = bits >> 10 & 31;
    struct registers r = {0};
    if (insn->kind == KIND_MEMORY || insn->kind == KIND_EXCLUSIVE) {
        bool vector = bits >> 26 & 1, pair = (bits & 0x3a000000u) == 0x28000000u;
        bool load = pair ? bits >> 22 & 1 : (bits >> 22 & 3) != 0;
        r.source[r.sources++] = n;
        if ((bits & 0x3b200c00u) == 0x38200800u) /* register offset */
            r.source[r.sources++] = m;
        if (!vector && load) {
            r.result[r.results++] = d;
            if (pair)
                r.result[r.results++] = second;
        } else if (!vector) {
            r.source[r.sources++] = d;
            if (pair)
                r.source[r.sources++] = second;
        }
    } else if (insn->kind == KIND_BRANCH) {
        r.reads_flags = (bits & 0xff000010u) == 0x54000000u;
        if ((bits & 0x7c000000u) == 0x34000000u)
            r.source[r.sources++] = d;
        else if ((bits & 0xfe000000u) == 0xd6000000u)
            r.source[r.sources++] = n;
    } else if ((bits & 0x1c000000u) == 0x10000000u) { /* data processing, immediate */
        if ((bits & 0x1f000000u) != 0x10000000u && (bits & 0x1f800000u) != 0x12800000u)
            r.source[r.sources++] = n;
        r.result[r.results++] = d;
        r.sets_flags = (bits & 0x3f000000u) == 0x31000000u || (bits & 0x7f800000u) == 0x72000000u;
    } else if ((bits & 0x0e000000u) == 0x0a000000u) { /* data processing, register */
        r.source[r.sources++] = n;
        r.source[r.sources++] = m;
        r.result[r.results++] = d;
        r.sets_flags = (bits & 0x3f000000u) == 0x2b000000u || (bits & 0x7f000000u) == 0x6a000000u;
        r.reads_flags = (bits & 0x1fe00000u) == 0x1a800000u;
    } else if (insn->kind == KIND_SYSREG && (bits >> 21 & 1)) {
        r.result[r.results++] = d;
    }
    return r;
}

static bool alone(enum kind kind)
{
    return kind == KIND_DSB || kind == KIND_ISB || kind == KIND_DMB || kind == KIND_SYSREG ||
           kind == KIND_CALL || kind == KIND_ERET || kind == KIND_EXCLUSIVE;
}

static bool memory(enum kind kind)
{
    return kind == KIND_MEMORY || kind == KIND_EXCLUSIVE;
}

/* Two issue together unless both need the one memory pipe or one of them has to be alone. */
static void issue(const struct insn *insn)
{
    bool joins = !paired && !alone(insn->kind) && !alone(last.kind) &&
                 !(memory(insn->kind) && memory(last.kind)) && last.kind != KIND_BRANCH;
    if (joins) {
        paired = true;
    } else {
        cycle++;
        paired = false;
    }
}

static void fetch(uint64_t address)
{
    uint64_t line = address >> LINE_SHIFT;
    if (line == fetched_line)
        return;
    fetched_line = line;
    wait_for(cycle + translate(&itlb, address));
    /* What is fetched is identity or offset mapped by whole lines: the virtual address will do. */
    wait_for(cycle + fill(&l1i, MISS_L1I, address));
}

void model_insn(const struct insn *insn)
{
    struct registers r = registers_of(insn);
    finish_branch(insn->address);
    fetch(insn->address);
    issue(insn);
    for (unsigned i = 0; i < r.sources; i++)
        wait_for(ready[r.source[i]]);
    if (r.reads_flags)
        wait_for(ready[32]);
    if (insn->kind == KIND_DSB) {
        wait_all();
        cycle += DSB_CYCLES;
    } else if (insn->kind == KIND_ISB) {
        wait_loads(); /* what is before it has completed */
        cycle += MISPREDICT;
    } else if (insn->kind == KIND_SYSREG) {
        cycle += SYSREG - 1;
    }
    unsigned latency = memory(insn->kind) ? LOAD_USE : 1;
    /* [T] 64 bits a cycle from the data cache: a pair of registers takes two. */
    if (r.results == 2)
        cycle++;
    for (unsigned i = 0; i < r.results; i++)
        if (r.result[i] != 31)
            ready[r.result[i]] = cycle + latency;
    if (r.sets_flags)
        ready[32] = cycle + 1;
    last = *insn;
}

/* A store that misses goes on in the store buffer; the core waits when that is full. */
static void store_miss(unsigned cycles)
{
    unsigned first = 0;
    for (unsigned i = 1; i < STORE_BUFFER; i++)
        if (under_way[i] < under_way[first])
            first = i;
    wait_for(under_way[first]);
    under_way[first] = cycle + cycles;
}

/* Cycles until data is there: a line may be under way already, or too many others are. */
static unsigned fill_data(uint64_t physical, bool store)
{
    uint64_t line = physical >> LINE_SHIFT;
    unsigned cycles = fill(&l1d, MISS_L1D, physical), first = 0;
    for (unsigned i = 0; i < FILLS; i++) {
        if (fills[i].line == line && fills[i].arrives > cycle)
            return store ? 0 : (unsigned)(fills[i].arrives - cycle); /* a store is merged [A] */
        if (fills[i].arrives < fills[first].arrives)
            first = i;
    }
    if (cycles) {
        wait_for(fills[first].arrives);
        fills[first].line = line;
        fills[first].arrives = cycle + cycles;
    }
    return cycles;
}

void model_access(uint64_t virtual, uint64_t physical, bool store, bool device)
{
    unsigned cycles = 0;
    if (device) {
        cycles = store ? DEVICE / 2 : DEVICE;
    } else {
        wait_for(cycle + translate(&dtlb, virtual));
        cycles = fill_data(physical, store);
    }
    if (!cycles)
        return;
    if (store) {
        store_miss(cycles);
        return;
    }
    struct registers r = registers_of(&last);
    for (unsigned i = 0; i < r.results; i++)
        if (r.result[i] != 31)
            ready[r.result[i]] = cycle + LOAD_USE + cycles;
    if (!r.results) /* a vector register: wait at once */
        wait_for(cycle + cycles);
}

uint64_t model_cycles(void)
{
    return cycle;
}

uint64_t model_misses(enum model_miss what)
{
    return misses[what];
}
