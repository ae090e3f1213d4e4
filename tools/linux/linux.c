/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of channels, which the builder has put into the device tree as bytes of struct
 * tn_channel_end, and their memory through /dev/mem.
 */
#include <tn/linux.h>

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <tn/errno.h>
#include <unistd.h>

#define TABLE "/proc/device-tree/tenon/channels"
#define PAGE 4096u

struct tn_channel_end tn_channels[TN_LINUX_CHANNELS];

/* core/chan looks for a name up to here; entries that are not used have none. */
__asm__(".globl tn_channels_end\n"
        ".set tn_channels_end, tn_channels + 64 * 64\n");

_Static_assert(sizeof(tn_channels) == 64 * 64, "tn_channels_end is behind it");

/* core/ring and core/latest copy by this: device memory takes no vector and no unaligned access. */
void *tn_linux_copy(void *to, const void *from, size_t size);

void *tn_linux_copy(void *to, const void *from, size_t size)
{
    volatile unsigned char *out = to;
    const volatile unsigned char *in = from;

    while (size-- > 0) {
        *out++ = *in++;
    }
    return to;
}

static int map_one(struct tn_channel_end *end, int memory)
{
    void *at;

    if (end->pages == 0) {
        return TN_OK;
    }
    /* The sender's pages, then the receiver's one. */
    at = mmap(NULL, end->pages + PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory,
              (off_t)end->memory);
    if (at == MAP_FAILED) {
        return TN_EIO;
    }
    end->memory = (uint64_t)at;
    return TN_OK;
}

int tn_linux_open(void)
{
    int table = open(TABLE, O_RDONLY);
    ssize_t bytes;
    int memory;
    int error = TN_OK;

    if (table < 0) {
        return TN_ENOENT;
    }
    bytes = read(table, tn_channels, sizeof(tn_channels));
    close(table);
    if (bytes <= 0 || bytes % (ssize_t)sizeof(tn_channels[0]) != 0) {
        return TN_ENOENT;
    }
    memory = open("/dev/mem", O_RDWR | O_SYNC);
    if (memory < 0) {
        return TN_EIO;
    }
    for (size_t i = 0; error == TN_OK && i < (size_t)bytes / sizeof(tn_channels[0]); i++) {
        error = map_one(&tn_channels[i], memory);
    }
    close(memory);
    return error;
}
