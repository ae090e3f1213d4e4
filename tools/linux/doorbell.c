/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doorbells under Linux.  To ring is a store to the page that the device tree names, which Mortise
 * sees.  To hear is an event device: the kernel's driver for keys takes the interrupt, and a
 * program sleeps in poll().
 */
#include <tn/linux.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

#define EVENT_DEVICES 64
#define NAME "tenon-channel "

static int fds[TN_LINUX_CHANNELS]; /* descriptor + 1, 0: not open yet */

/*
 * What was sent, to memory that no cache holds, has reached it before the store that rings is seen
 * by Mortise: DSB of the whole system, since a device access and a normal one are not ordered.
 */
int tn_chan_ring(struct tn_chan *chan)
{
    const struct tn_channel_end *end = chan->end;

    if (end->notify == 0 || end->role != TN_CHANNEL_SENDER || tn_linux_bells == NULL) {
        return TN_EPERM;
    }
    __asm__ volatile("dsb sy" : : : "memory");
    tn_linux_bells[end->doorbell] = 1;
    return TN_OK;
}

static bool is_of(int fd, const char *channel)
{
    char name[sizeof(NAME) + sizeof(tn_channels[0].name)] = "";

    return ioctl(fd, EVIOCGNAME(sizeof(name) - 1), name) > 0 &&
           strncmp(name, NAME, strlen(NAME)) == 0 && strcmp(name + strlen(NAME), channel) == 0;
}

static int open_event(const char *channel)
{
    int error = TN_ENOENT;

    for (unsigned i = 0; i < EVENT_DEVICES; i++) {
        char path[32];
        int fd;

        snprintf(path, sizeof(path), "/dev/input/event%u", i);
        fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0 && is_of(fd, channel)) {
            return fd;
        }
        if (fd >= 0) {
            close(fd);
        } else if (errno != ENOENT) {
            error = TN_EIO;
        }
    }
    return error;
}

int tn_linux_fd(const struct tn_chan *chan)
{
    const struct tn_channel_end *end = chan->end;
    int *slot = &fds[end - tn_channels];
    int fd;

    if (end->notify == 0 || end->role != TN_CHANNEL_RECEIVER) {
        return TN_EPERM;
    }
    if (*slot == 0) {
        fd = open_event(end->name);
        if (fd < 0) {
            return fd;
        }
        *slot = fd + 1;
    }
    return *slot - 1;
}

/* Events may have been dropped, when nobody looked for long: that there are some is what counts. */
static bool take_all(int fd)
{
    struct input_event events[16];
    bool any = false;

    while (read(fd, events, sizeof(events)) > 0) {
        any = true;
    }
    return any;
}

int tn_linux_wait(const struct tn_chan *chan, int timeout_ms)
{
    int fd = tn_linux_fd(chan);
    struct pollfd wanted = {.fd = fd, .events = POLLIN};

    if (fd < 0) {
        return fd;
    }
    if (poll(&wanted, 1, timeout_ms) <= 0) {
        return TN_EAGAIN;
    }
    return take_all(fd) ? TN_OK : TN_EAGAIN;
}
