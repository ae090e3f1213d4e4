/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A QEMU TCG plugin with the caches that CPUs have: a first level each, and one behind them that
 * all share, as board qemu-virt says (core/board/qemu-virt/board.toml).  It counts what one CPU
 * misses in [first, end), virtual addresses of its program's data or of Mortise's, because others
 * have used the cache; with several ranges, in each.
 *
 *   -plugin shared.so,out=FILE,first=0xADDR,end=0xADDR[,first=0xADDR,end=0xADDR][,cpu=N]
 *
 *   S <accesses> <misses of the first level> <misses of the shared one>      a line each
 *
 * A model: physical addresses and LRU, no prefetcher, no write buffer, no coherence, no fetches,
 * and CPUs that run in turn (-icount).  What it shows is who evicts whom, not how long that takes.
 */
#include "qemu.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LINE_SHIFT 6
#define CPUS 4
#define L1_SETS 128 /* 32 KiB in 4 ways */
#define L1_WAYS 4
#define L2_SETS 1024 /* 1 MiB in 16 ways: 16 page colours */
#define L2_WAYS 16

int qemu_plugin_version = 1;

static uint64_t l1[CPUS][L1_SETS * L1_WAYS], l2[L2_SETS * L2_WAYS]; /* tags, most recent first */
static struct {
    uint64_t first, end, accesses, misses1, misses2;
} ranges[2];
static unsigned firsts, ends;
static unsigned only_cpu;
static FILE *out;

/* Look an address up and make it the most recent of its set. */
static bool hit(uint64_t *tags, unsigned sets, unsigned ways, uint64_t address)
{
    uint64_t tag = (address >> LINE_SHIFT) + 1; /* never 0, which is free */
    uint64_t *set = tags + (address >> LINE_SHIFT) % sets * ways;
    unsigned way = 0;
    while (way < ways - 1 && set[way] != tag)
        way++;
    bool found = set[way] == tag;
    memmove(set + 1, set, way * sizeof(*set));
    set[0] = tag;
    return found;
}

static void access_done(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
    (void)data;
    struct qemu_plugin_hwaddr *hw = qemu_plugin_get_hwaddr(info, address);
    if (cpu >= CPUS || !hw || qemu_plugin_hwaddr_is_io(hw))
        return;
    uint64_t physical = qemu_plugin_hwaddr_phys_addr(hw);
    bool near = hit(l1[cpu], L1_SETS, L1_WAYS, physical);
    bool far = near || hit(l2, L2_SETS, L2_WAYS, physical);
    for (unsigned i = 0; i < ends && cpu == only_cpu; i++) {
        if (address >= ranges[i].first && address < ranges[i].end) {
            ranges[i].accesses++;
            ranges[i].misses1 += !near;
            ranges[i].misses2 += !far;
        }
    }
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
        qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(tb, i), access_done,
                                         QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
}

static void finish(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    for (unsigned i = 0; i < ends; i++)
        fprintf(out, "S %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", ranges[i].accesses,
                ranges[i].misses1, ranges[i].misses2);
    fclose(out);
}

static bool parse(const char *argument)
{
    if (!strncmp(argument, "out=", 4))
        return (out = fopen(argument + 4, "w")) != NULL;
    if (sscanf(argument, "cpu=%u", &only_cpu) == 1)
        return true;
    if (firsts < 2 && sscanf(argument, "first=%" SCNx64, &ranges[firsts].first) == 1)
        return ++firsts;
    return ends < 2 && sscanf(argument, "end=%" SCNx64, &ranges[ends].end) == 1 && ++ends;
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++)
        if (!parse(argv[i])) {
            fprintf(stderr, "shared.so: cannot use '%s'; see the head of tools/bench/shared.c\n",
                    argv[i]);
            return 1;
        }
    if (!out || ends == 0 || firsts != ends) {
        fprintf(stderr, "shared.so: out, first and end are needed\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finish, NULL);
    return 0;
}
