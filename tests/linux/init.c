/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first program of a Linux partition in tests: no C library, raw system calls.  It says what
 * the kernel found, then does what the kernel's command line asks with `do=poweroff`, `do=reboot`,
 * `do=crash` or `do=stay`.
 */
#include <stddef.h>
#include <stdint.h>

#define SYS_mkdirat 34
#define SYS_mount 40
#define SYS_openat 56
#define SYS_close 57
#define SYS_read 63
#define SYS_write 64
#define SYS_exit 93
#define SYS_nanosleep 101
#define SYS_reboot 142
#define SYS_sync 81
#define AT_FDCWD -100

#define REBOOT_MAGIC1 0xfee1deadul
#define REBOOT_MAGIC2 672274793ul
#define REBOOT_RESTART 0x01234567ul
#define REBOOT_POWER_OFF 0x4321fedcul

static long call(long number, long a, long b, long c, long d, long e)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}

static size_t length(const char *s)
{
    size_t n = 0;

    while (s[n] != '\0') {
        n++;
    }
    return n;
}

static void text(const char *s)
{
    call(SYS_write, 1, (long)s, (long)length(s), 0, 0);
}

static long read_file(const char *path, char *buffer, long size)
{
    long fd = call(SYS_openat, AT_FDCWD, (long)path, 0, 0, 0);
    long got;

    buffer[0] = '\0';
    if (fd < 0) {
        return fd;
    }
    got = call(SYS_read, fd, (long)buffer, size - 1, 0, 0);
    call(SYS_close, fd, 0, 0, 0, 0);
    buffer[got > 0 ? got : 0] = '\0';
    return got;
}

static const char *find(const char *in, const char *what)
{
    for (; *in != '\0'; in++) {
        size_t i = 0;

        while (what[i] != '\0' && in[i] == what[i]) {
            i++;
        }
        if (what[i] == '\0') {
            return in + i;
        }
    }
    return NULL;
}

static void show(const char *name, const char *path)
{
    static char line[256];

    read_file(path, line, sizeof(line));
    text("linux: ");
    text(name);
    text(" ");
    text(line);
    if (line[0] == '\0' || line[length(line) - 1] != '\n') {
        text("\n");
    }
}

void start(void) __asm__("_start");

void start(void)
{
    static char cmdline[1024];
    const struct {
        int64_t seconds, nanoseconds;
    } second = {1, 0};
    const char *action;

    call(SYS_mkdirat, AT_FDCWD, (long)"/proc", 0755, 0, 0);
    call(SYS_mkdirat, AT_FDCWD, (long)"/sys", 0755, 0, 0);
    call(SYS_mount, (long)"proc", (long)"/proc", (long)"proc", 0, 0);
    call(SYS_mount, (long)"sys", (long)"/sys", (long)"sysfs", 0, 0);
    text("linux: first user instruction\n");
    show("version", "/proc/sys/kernel/osrelease");
    show("cpus", "/sys/devices/system/cpu/online");
    read_file("/proc/cmdline", cmdline, sizeof(cmdline));
    action = find(cmdline, "do=");
    text("linux: ends\n");
    call(SYS_sync, 0, 0, 0, 0, 0);
    if (action != NULL && action[0] == 'p') {
        call(SYS_reboot, (long)REBOOT_MAGIC1, (long)REBOOT_MAGIC2, (long)REBOOT_POWER_OFF, 0, 0);
    } else if (action != NULL && action[0] == 'r') {
        call(SYS_reboot, (long)REBOOT_MAGIC1, (long)REBOOT_MAGIC2, (long)REBOOT_RESTART, 0, 0);
    } else if (action != NULL && action[0] == 'c') {
        call(SYS_exit, 1, 0, 0, 0, 0); /* the kernel panics */
    }
    for (;;) {
        call(SYS_nanosleep, (long)&second, 0, 0, 0, 0);
    }
}
