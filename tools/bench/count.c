/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A QEMU TCG plugin that counts executed instructions between named addresses.  It is how
 * `make bench` measures a boot or a hypercall in an image that is exactly the one that ships:
 * nothing is added to the guest.
 *
 *   -plugin count.so,out=FILE,point=NAME:0xADDR[:CPU][,point=...][,range=0xLOW:0xHIGH]
 *     [,cpu=N][,events=0xLOW:0xHIGH][,profile=1]
 *
 * At every execution of a point one line goes to FILE, before the instruction there counts:
 *
 *   NAME <instructions so far, all CPUs> <of these, with an address in range, by all or CPU N>
 *     <of the range of events, by all or CPU N: accesses to devices; of each enum kind>
 *
 * and `end <...>` when QEMU ends.  An address is virtual, of whatever exception level runs;
 * Mortise and its guests are linked at addresses that do not meet, but those of two guests do: a
 * point may be of one CPU only.  CPUs must take turns (-icount): the counters are not atomic.
 *
 * With profile=1 the first execution of each point is followed by a line for each instruction
 * that had executed by then, so that a boot can be told by function:
 *
 *   = <address> <executions>
 */
#include "window.h"

#include "qemu.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_POINTS 32
#define MAX_LINES 200000 /* a point in a loop must not fill the disk */
#define MAX_PLACES (1u << 16)
#define ANY (~0u)

int qemu_plugin_version = 1;

struct point {
    char name[32];
    uint64_t address;
    unsigned cpu; /* ANY, or the one that counts */
    bool seen;
};

struct place {
    uint64_t address, executed;
};

struct range {
    uint64_t low, high; /* as far as `high`, without it */
};

static struct point points[MAX_POINTS];
static unsigned point_count;
static struct range range, events;
static uint64_t total, in_range;
static uint64_t kinds[KINDS], devices;
static unsigned only_cpu = ANY, lines;
static FILE *out;
static bool profile;
static struct place places[MAX_PLACES]; /* open addressing; 0 is free */
static unsigned place_count;

/* The counter of an address; an instruction may be translated more than once. */
static struct place *place_of(uint64_t address)
{
    unsigned at = (unsigned)(address >> 2) * 2654435761u >> 16;
    while (places[at].address && places[at].address != address)
        at = (at + 1) % MAX_PLACES;
    if (!places[at].address && ++place_count == MAX_PLACES) {
        fprintf(stderr, "count.so: more than %u instructions\n", MAX_PLACES);
        exit(1);
    }
    places[at].address = address;
    return &places[at];
}

static bool inside(const struct range *wanted, uint64_t address)
{
    return address >= wanted->low && address < wanted->high;
}

static void print_counts(const char *name)
{
    fprintf(out, "%s %" PRIu64 " %" PRIu64 " %" PRIu64, name, total, in_range, devices);
    for (unsigned i = 0; i < KINDS; i++)
        fprintf(out, " %" PRIu64, kinds[i]);
    fputc('\n', out);
}

static void hit(unsigned cpu, void *data)
{
    struct point *point = data;
    if (point->cpu != ANY && point->cpu != cpu)
        return;
    if (lines++ < MAX_LINES)
        print_counts(point->name);
    for (unsigned i = 0; profile && !point->seen && i < MAX_PLACES; i++)
        if (places[i].executed)
            fprintf(out, "= %" PRIx64 " %" PRIu64 "\n", places[i].address, places[i].executed);
    point->seen = true;
}

static void access_done(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
    (void)data;
    struct qemu_plugin_hwaddr *hw = qemu_plugin_get_hwaddr(info, address);
    devices += (only_cpu == ANY || cpu == only_cpu) && hw && qemu_plugin_hwaddr_is_io(hw);
}

static void add_one(unsigned cpu, void *counter)
{
    *(uint64_t *)counter += cpu == only_cpu;
}

/* Of all CPUs, or of the one that is asked for. */
static void count(struct qemu_plugin_insn *insn, uint64_t *counter)
{
    if (only_cpu == ANY)
        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, counter, 1);
    else
        qemu_plugin_register_vcpu_insn_exec_cb(insn, add_one, QEMU_PLUGIN_CB_NO_REGS, counter);
}

static void count_event(struct qemu_plugin_insn *insn)
{
    uint32_t bits;
    memcpy(&bits, qemu_plugin_insn_data(insn), sizeof(bits));
    count(insn, &kinds[insn_kind(bits)]);
    qemu_plugin_register_vcpu_mem_cb(insn, access_done, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW,
                                     NULL);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    size_t insns = qemu_plugin_tb_n_insns(tb);
    for (size_t i = 0; i < insns; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t address = qemu_plugin_insn_vaddr(insn);
        /* Callbacks run in the order of registration: the point first, then the count. */
        for (unsigned p = 0; p < point_count; p++)
            if (points[p].address == address)
                qemu_plugin_register_vcpu_insn_exec_cb(insn, hit, QEMU_PLUGIN_CB_NO_REGS,
                                                       &points[p]);
        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &total, 1);
        if (inside(&range, address))
            count(insn, &in_range);
        if (inside(&events, address))
            count_event(insn);
        if (profile)
            qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
                                                       &place_of(address)->executed, 1);
    }
}

static void finish(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    print_counts("end");
    fclose(out);
}

static bool parse(const char *argument)
{
    if (!strncmp(argument, "out=", 4))
        return (out = fopen(argument + 4, "w")) != NULL;
    if (!strncmp(argument, "range=", 6))
        return sscanf(argument + 6, "%" SCNx64 ":%" SCNx64, &range.low, &range.high) == 2;
    if (!strncmp(argument, "events=", 7))
        return sscanf(argument + 7, "%" SCNx64 ":%" SCNx64, &events.low, &events.high) == 2;
    if (!strncmp(argument, "cpu=", 4))
        return sscanf(argument + 4, "%u", &only_cpu) == 1;
    if (!strcmp(argument, "profile=1"))
        return profile = true;
    if (!strncmp(argument, "point=", 6) && point_count < MAX_POINTS) {
        struct point *point = &points[point_count++];
        point->cpu = ANY;
        return sscanf(argument + 6, "%31[^:]:%" SCNx64 ":%u", point->name, &point->address,
                      &point->cpu) >= 2;
    }
    return false;
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++)
        if (!parse(argv[i])) {
            fprintf(stderr, "count.so: cannot use '%s'; see the head of tools/bench/count.c\n",
                    argv[i]);
            return 1;
        }
    if (!out) {
        fprintf(stderr, "count.so: out=FILE is missing\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finish, NULL);
    return 0;
}
