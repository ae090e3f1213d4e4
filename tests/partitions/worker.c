/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What manager.c starts and stops.  First looks whether anything of whom had the memory, the CPU or
 * the interrupts before is left: its .bss and heap, FP registers, SGIs that are pending.  Then
 * dirties all of these and beats until the manager writes to the channel `quit`; with args[1] it
 * ends at once.  Status 1 to 4 says what was left.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tn/chan.h>
#include <tn/irq.h>

#define SGI 5
#define HEAP 30000

static uint8_t dirt[30000];
static volatile unsigned taken;

static void on_sgi(void *arg)
{
    (void)arg;
    taken++;
}

static int left_in(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return 1;
        }
    }
    return 0;
}

/* Beyond what malloc's own word changes. */
static int left_in_heap(void)
{
    static uint8_t *heap;

    heap = malloc(HEAP);
    if (heap == NULL || left_in(heap + 64, HEAP - 128)) {
        return 1;
    }
    memset(heap, 0xa5, HEAP);
    return 0;
}

/* The upper ones: the start code and libc use the lower. */
static int left_in_fp(void)
{
    uint64_t a, b, c;

    __asm__ volatile("umov %0, v31.d[0]\n\tumov %1, v30.d[1]\n\tumov %2, v20.d[0]"
                     : "=r"(a), "=r"(b), "=r"(c));
    __asm__ volatile("movi v31.16b, #0x5a\n\tmovi v30.16b, #0x5a\n\tmovi v20.16b, #0x5a"
                     :
                     :
                     : "v20", "v30", "v31");
    return (a | b | c) != 0;
}

int main(int argc, char **argv)
{
    struct tn_chan beat, quit;
    uint32_t n = 0, value;
    int64_t before;

    (void)argv;

    if (left_in_fp()) {
        return 1;
    }
    if (left_in(dirt, sizeof(dirt)) || left_in_heap()) {
        return 2;
    }
    if (tn_irq_attach(SGI, on_sgi, NULL) || tn_irq_enable(SGI)) {
        return 3;
    }
    tn_irq_unmask();
    if (taken != 0 || tn_irq_stray_count() != 0) {
        return 4;
    }
    tn_irq_mask();
    tn_irq_pend(SGI); /* stays pending */
    memset(dirt, 0xa5, sizeof(dirt));
    if (argc > 1) {
        return 0;
    }
    if (tn_chan_open(&beat, "beat") != TN_OK || tn_chan_open(&quit, "quit") != TN_OK) {
        return 5;
    }
    before = tn_chan_read(&quit, &value);
    do {
        n++;
        tn_chan_write(&beat, &n);
    } while (tn_chan_read(&quit, &value) == before);
    return 0;
}
