/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor, Linux's first program.  It sends setpoints and waits until the plant has settled.
 * After half of them it dies, and the kernel with it; when Linux is up again it goes on where the
 * loop says that it was.
 */
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <tn/chan.h>
#include <tn/linux.h>
#include <unistd.h>

#include "shared.h"

#define PERIOD_US 5000u
#define DIES_AFTER 2u

static const int32_t values[] = {10000, 25000, 5000, 40000};
#define COUNT (sizeof(values) / sizeof(values[0]))

static struct tn_chan setpoints, measurements;

static struct measurement latest(void)
{
    struct measurement m = {0};

    while (tn_chan_read(&measurements, &m) <= 0) {
        usleep(PERIOD_US);
    }
    return m;
}

static void follow(uint32_t number)
{
    struct setpoint setpoint = {.number = number, .value = values[number - 1]};
    struct measurement m;

    tn_chan_send(&setpoints, &setpoint, sizeof(setpoint));
    do {
        usleep(PERIOD_US);
        m = latest();
    } while (m.number != number || m.settled == 0);
}

static int start(void)
{
    mkdir("/proc", 0755);
    mkdir("/sys", 0755);
    mkdir("/dev", 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sys", "/sys", "sysfs", 0, NULL);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    return tn_linux_open() != TN_OK || tn_chan_open(&setpoints, "setpoint") != TN_OK ||
           tn_chan_open(&measurements, "measurement") != TN_OK;
}

int main(void)
{
    struct setpoint end = {.number = COUNT + 1, .value = 0};
    uint32_t done;

    if (start()) {
        puts("linux: no channels");
        reboot(RB_POWER_OFF);
    }
    done = latest().number;
    printf("linux: up, %u setpoints done\n", (unsigned)done);
    fflush(stdout);
    for (uint32_t number = done + 1; number <= COUNT; number++) {
        follow(number);
        if (number == DIES_AFTER) {
            return 1; /* the first program must not end: the kernel panics */
        }
    }
    tn_chan_send(&setpoints, &end, sizeof(end));
    reboot(RB_POWER_OFF);
    return 0;
}
