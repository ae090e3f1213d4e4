/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercall group CONSOLE.  Each partition's unfinished line lies in its CPU's own .bss; complete
 * ones go out under the lock, so that no line is torn.  One call shows one line at most, of
 * bounded length, whatever the guest passes: its time is that of some 170 characters, and as
 * many again for each CPU that is before it at the lock.
 */
#include <tn/abi/cap.h>
#include <tn/hv/cpus.h>
#include <tn/hv/hypercall.h>
#include <tn/hv/report.h>
#include <tn/hv/stage2.h>

static struct {
    unsigned used;
    char text[TN_HC_CONSOLE_MAX + 1];
} line;

static void show(void)
{
    line.text[line.used] = '\0';
    line.used = 0;
    tn_hv_lock();
    tn_hv_text("[");
    tn_hv_text(tn_hv_partition.name);
    tn_hv_text("] ");
    tn_hv_text(line.text);
    tn_hv_text("\n");
    tn_hv_unlock();
}

/* A guest must not move the cursor into other partitions' lines, or end its own early. */
static void add(char c)
{
    if (c == '\r') {
        return;
    }
    line.text[line.used++] = ((unsigned char)c < ' ' && c != '\t') || c == 0x7f ? '.' : c;
}

static TN_HC_FUNCTION long console_write(uint64_t id, uint64_t ipa, uint64_t size, uint64_t x3)
{
    char text[TN_HC_CONSOLE_MAX];
    unsigned taken = 0;

    (void)id, (void)x3;
    if (size > sizeof(text)) {
        size = sizeof(text);
    }
    if (!tn_hv_guest_read(text, ipa, size)) {
        return TN_HC_INVALID;
    }
    while (taken < size) {
        char c = text[taken++];

        if (c == '\n') {
            show();
            break;
        }
        add(c);
        if (line.used == TN_HC_CONSOLE_MAX) {
            show();
            break;
        }
    }
    return taken;
}

static void end(void)
{
    if (line.used != 0) {
        show();
    }
}

TN_HV_END(end);
REGISTER_HYPERCALL_GROUP(TN_HC_GROUP_CONSOLE, TN_CAP_CONSOLE, console_write);
