/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of channels, which the builder has put into the device tree as bytes of struct
 * tn_channel_end, and their memory through /dev/mem.
 */
#include <tn/linux.h>

#include <endian.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <tn/errno.h>
#include <unistd.h>

#include "internal.h"

#define TABLE "/proc/device-tree/tenon/channels"
#define BELLS "/proc/device-tree/tenon/bells" /* an address of two cells */
#define PAGE 4096u

struct tn_channel_end tn_channels[TN_LINUX_CHANNELS];

volatile uint32_t *tn_linux_bells;

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

static void *map(int memory, uint64_t at, size_t size)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, (off_t)at);
}

static int map_one(struct tn_channel_end *end, int memory)
{
    void *at;

    if (end->pages == 0) {
        return TN_OK;
    }
    /* The sender's pages, then the receiver's one. */
    at = map(memory, end->memory, end->pages + PAGE);
    if (at == MAP_FAILED) {
        return TN_EIO;
    }
    end->memory = (uint64_t)at;
    return TN_OK;
}

static ssize_t read_property(const char *path, void *to, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t bytes;

    if (file < 0) {
        return -1;
    }
    bytes = read(file, to, size);
    close(file);
    return bytes;
}

static int map_bells(int memory)
{
    uint64_t bells;
    void *at;

    if (read_property(BELLS, &bells, sizeof(bells)) != (ssize_t)sizeof(bells)) {
        return TN_ENOENT;
    }
    at = map(memory, be64toh(bells), PAGE);
    if (at == MAP_FAILED) {
        return TN_EIO;
    }
    tn_linux_bells = at;
    return TN_OK;
}

int tn_linux_open(void)
{
    ssize_t bytes = read_property(TABLE, tn_channels, sizeof(tn_channels));
    bool rings = false;
    int error = TN_OK;
    int memory;

    if (bytes <= 0 || bytes % (ssize_t)sizeof(tn_channels[0]) != 0) {
        return TN_ENOENT;
    }
    memory = open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);
    if (memory < 0) {
        return TN_EIO;
    }
    for (size_t i = 0; error == TN_OK && i < (size_t)bytes / sizeof(tn_channels[0]); i++) {
        rings = rings || (tn_channels[i].notify != 0 && tn_channels[i].role == TN_CHANNEL_SENDER);
        error = map_one(&tn_channels[i], memory);
    }
    if (error == TN_OK && rings) {
        error = map_bells(memory);
    }
    close(memory);
    return error;
}
