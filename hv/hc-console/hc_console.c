/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercall group CONSOLE.  Each partition has one unfinished line, whichever of its CPUs calls;
 * all is done under the lock, so that no line is torn.  One call shows one line at most, of
 * bounded length, whatever the guest passes: its time is that of some 170 characters, and as
 * many again for each CPU that is before it at the lock.
 */
#include <tn/abi/cap.h>
#include <tn/hv/cpus.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/report.h>
#include <tn/hv/stage2.h>

struct line {
    unsigned used;
    char text[TN_HC_CONSOLE_MAX + 1];
};

static struct line lines[CONFIG_PARTITIONS] TN_SECTION(".bss.0shared");

/* The index of an image with one CPU is not known, but 0. */
static struct line *own(void)
{
    return &lines[CONFIG_HV_CPUS > 1 ? tn_hv_partition.index : 0];
}

/* Lock held, in all three. */
static void show(struct line *line)
{
    line->text[line->used] = '\0';
    line->used = 0;
    tn_hv_text("[");
    tn_hv_text(tn_hv_partition.name);
    tn_hv_text("] ");
    tn_hv_text(line->text);
    tn_hv_text("\n");
}

/* A guest must not move the cursor into other partitions' lines, or end its own early. */
static void add(struct line *line, char c)
{
    if (c == '\r') {
        return;
    }
    line->text[line->used++] = ((unsigned char)c < ' ' && c != '\t') || c == 0x7f ? '.' : c;
}

/* How much of the text it takes: to the end of a line. */
static unsigned take(struct line *line, const char *text, unsigned size)
{
    unsigned taken = 0;

    while (taken < size) {
        char c = text[taken++];

        if (c == '\n') {
            show(line);
            break;
        }
        add(line, c);
        if (line->used == TN_HC_CONSOLE_MAX) {
            show(line);
            break;
        }
    }
    return taken;
}

static TN_HC_FUNCTION long console_write(uint64_t id, uint64_t ipa, uint64_t size, uint64_t x3)
{
    char text[TN_HC_CONSOLE_MAX];
    unsigned taken;

    (void)id, (void)x3;
    if (size > sizeof(text)) {
        size = sizeof(text);
    }
    if (!tn_hv_guest_read(text, ipa, size)) {
        return TN_HC_INVALID;
    }
    tn_hv_lock();
    taken = take(own(), text, (unsigned)size);
    tn_hv_unlock();
    return taken;
}

static void end(void)
{
    tn_hv_lock();
    if (own()->used != 0) {
        show(own());
    }
    tn_hv_unlock();
}

TN_HV_END(end);
REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_CONSOLE, TN_CAP_CONSOLE, console_write);
