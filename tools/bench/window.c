/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A QEMU TCG plugin that looks into the windows of <tn/bench.h> from outside: which instructions
 * a measured operation executed, which of them were barriers, system-register accesses, calls,
 * returns, exclusives or device accesses, and what they cost by the model of model.c.
 *
 *   -plugin window.so,out=FILE,first=0xADDR,last=0xADDR,row=0xADDR[,model=1][,cpu=N]
 *
 * The addresses are those of tn_bench_first, tn_bench_last and tn_bench_row.  A mark reads
 * PMCCNTR_EL0 and stores it: the store's address says which mark it was, and the window goes
 * from one read of the counter to the other, exactly as the target itself counts.  A store to
 * tn_bench_row begins the next row; row 0 is the calibration with empty windows.
 *
 *   W <row> <instructions> <device accesses> <events, in the order of enum kind> <cycles>
 *     <misses, in the order of enum model_miss>
 *   T <addresses ...>    behind the first window of each row and length: what was executed
 *
 * Only what one CPU executes counts, 0 unless told otherwise.  (-icount runs CPUs in turn, so that
 * the target's own counter, which counts virtual time, would count the others, too.)
 */
#include "window.h"

#include "qemu.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RING (1u << 22) /* instructions of one window at most */
#define MAX_SHAPES 4096
#define PMCCNTR_READ 0xd53b9d00u /* MRS Xt, PMCCNTR_EL0; Xt in bits 4:0 */

int qemu_plugin_version = 1;

struct entry {
    const struct insn *insn;
    bool device;
};

struct state {
    uint64_t at, cycles, misses[MISSES];
};

static uint64_t first_address, last_address, row_address;
static bool model;
static unsigned only_cpu;
static FILE *out;
static struct entry ring[RING];
static uint64_t executed;
static struct state read_state, begin; /* at the last read of the counter, at the window's */
static bool open_window;
static unsigned row;
static uint64_t shapes[MAX_SHAPES]; /* row << 32 | length, of what has its trace in the file */
static unsigned shape_count;

static void now(struct state *state)
{
    state->at = executed;
    state->cycles = model ? model_cycles() : 0;
    for (unsigned i = 0; i < MISSES; i++)
        state->misses[i] = model ? model_misses((enum model_miss)i) : 0;
}

static bool new_shape(uint64_t length)
{
    uint64_t shape = (uint64_t)row << 32 | length;
    for (unsigned i = 0; i < shape_count; i++)
        if (shapes[i] == shape)
            return false;
    if (shape_count < MAX_SHAPES)
        shapes[shape_count++] = shape;
    return true;
}

static void print_window(void)
{
    uint64_t length = read_state.at - begin.at;
    uint64_t kinds[KINDS] = {0}, device = 0;
    if (length > RING) {
        fprintf(stderr, "window.so: a window of %" PRIu64 " instructions is too long\n", length);
        return;
    }
    for (uint64_t i = begin.at; i < read_state.at; i++) {
        kinds[ring[i % RING].insn->kind]++;
        device += ring[i % RING].device;
    }
    fprintf(out, "W %u %" PRIu64 " %" PRIu64, row, length, device);
    for (unsigned i = 0; i < KINDS; i++)
        fprintf(out, " %" PRIu64, kinds[i]);
    fprintf(out, " %" PRIu64, read_state.cycles - begin.cycles);
    for (unsigned i = 0; i < MISSES; i++)
        fprintf(out, " %" PRIu64, read_state.misses[i] - begin.misses[i]);
    fputc('\n', out);
    if (!new_shape(length))
        return;
    fputc('T', out);
    for (uint64_t i = begin.at; i < read_state.at; i++)
        fprintf(out, " %" PRIx64, ring[i % RING].insn->address);
    fputc('\n', out);
}

static void execute(unsigned cpu, void *data)
{
    const struct insn *insn = data;
    if (cpu != only_cpu)
        return;
    if (model)
        model_insn(insn);
    if ((insn->bits & ~31u) == PMCCNTR_READ)
        now(&read_state);
    ring[executed % RING] = (struct entry){.insn = insn};
    executed++;
}

static void access_done(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
    (void)data;
    if (cpu != only_cpu)
        return;
    bool store = qemu_plugin_mem_is_store(info);
    struct qemu_plugin_hwaddr *hw = qemu_plugin_get_hwaddr(info, address);
    bool device = hw && qemu_plugin_hwaddr_is_io(hw);
    if (device)
        ring[(executed - 1) % RING].device = true;
    if (model)
        model_access(address, hw ? qemu_plugin_hwaddr_phys_addr(hw) : address, store, device);
    if (!store || !read_state.at) /* what clears .bss is neither a mark nor a row */
        return;
    if (address == row_address) {
        row++;
        open_window = false;
    } else if (address == first_address) {
        begin = read_state;
        open_window = true;
    } else if (address == last_address && open_window) {
        open_window = false;
        print_window();
    }
}

/* What a block's instructions are is kept for ever: traces point to it. */
static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(tb);
    struct insn *insns = calloc(count, sizeof(*insns));
    if (!insns)
        abort();
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        insns[i].address = qemu_plugin_insn_vaddr(insn);
        memcpy(&insns[i].bits, qemu_plugin_insn_data(insn), sizeof(insns[i].bits));
        insns[i].kind = insn_kind(insns[i].bits);
        qemu_plugin_register_vcpu_insn_exec_cb(insn, execute, QEMU_PLUGIN_CB_NO_REGS, &insns[i]);
        qemu_plugin_register_vcpu_mem_cb(insn, access_done, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_RW, NULL);
    }
}

static void finish(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    fclose(out);
}

static bool parse(const char *argument)
{
    if (!strncmp(argument, "out=", 4))
        return (out = fopen(argument + 4, "w")) != NULL;
    if (!strcmp(argument, "model=1"))
        return model = true;
    return sscanf(argument, "cpu=%u", &only_cpu) == 1 ||
           sscanf(argument, "first=%" SCNx64, &first_address) == 1 ||
           sscanf(argument, "last=%" SCNx64, &last_address) == 1 ||
           sscanf(argument, "row=%" SCNx64, &row_address) == 1;
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++)
        if (!parse(argv[i])) {
            fprintf(stderr, "window.so: cannot use '%s'; see the head of tools/bench/window.c\n",
                    argv[i]);
            return 1;
        }
    if (!out || !first_address || !last_address || !row_address) {
        fprintf(stderr, "window.so: out, first, last and row are needed\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finish, NULL);
    return 0;
}
