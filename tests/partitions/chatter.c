/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of many lengths, one long, one unfinished, and what would garble another's. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <tn/hypercall.h>

#define LINES 40

static long raw(uint64_t address, uint64_t size)
{
    return tn_hypercall2(TN_HC_CONSOLE_WRITE, address, size);
}

int main(int argc, char **argv)
{
    static char text[200];

    (void)argc;
    for (int i = 0; i < LINES; i++) {
        memset(text, 'a' + i % 26, i * 3);
        text[i * 3] = '\0';
        printf("%s %d %s\n", argv[0], i, text);
    }
    memset(text, 'L', sizeof(text) - 1);
    puts(text);
    printf("part");
    fflush(stdout);
    puts(" and part");
    puts("\rback\033[2Jclear");
    fflush(stdout);
    /* Nothing, what is not there, beyond all, wrapping around, a device; then the last is at the
     * end of a page that is followed by none. */
    printf("%ld %ld %ld %ld %ld\n", raw(0, 0), raw(0, 1), raw(UINT64_MAX - 1, 8),
           raw((uint64_t)text, UINT64_MAX) > 0 ? 0L : 1L, raw(UINT64_C(1) << 40, 128));
    printf("the end");
    return 0;
}
