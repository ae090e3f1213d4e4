/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program for a slot, with all of the slot's memory: it has to find its data as in the file and
 * the rest clear, and leaves neither so.  args[1]: "end", or "spin" until it is stopped.
 */
#include <stdlib.h>
#include <string.h>

#define TABLE 5000

/* Makes files of several sizes, so that one's text lies where the other had data. */
#ifdef LARGE
#define FOUR(n) (n), (n) + 1, (n) + 2, (n) + 3
static const volatile unsigned table[TABLE] = {FOUR(0), FOUR(4), [TABLE - 1] = TABLE - 1};
#endif

static int fresh = 42;
static char clear[9000];

static int is_clear(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return 0;
        }
    }
    return 1;
}

static int all_is_new(void)
{
    size_t size = 256 * 1024;
    char *rest;

    while ((rest = malloc(size)) == NULL) {
        size -= 512;
    }
    if (fresh != 42 || size < 64 * 1024 || !is_clear(clear, sizeof(clear)) ||
        !is_clear(rest, size)) {
        return 0;
    }
    fresh = 0;
    memset(clear, 0xa5, sizeof(clear));
    memset(rest, 0xa5, size);
    return 1;
}

int main(int argc, char **argv)
{
    (void)argc;
#ifdef LARGE
    for (unsigned i = 0; i < TABLE; i++) {
        if (table[i] != (i < 8 || i == TABLE - 1 ? i : 0)) {
            return 2;
        }
    }
#endif
    if (!all_is_new()) {
        return 1;
    }
    while (argv[1][0] == 's') {}
    return 0;
}
