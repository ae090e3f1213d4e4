/* SPDX-License-Identifier: Apache-2.0 */
/* What portable programs call beside the C library, with the answers of a program that is alone. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int jumps(void)
{
    sigjmp_buf outer;
    jmp_buf inner;
    volatile int count = 0;

    if (sigsetjmp(outer, 1) == 0) {
        if (_setjmp(inner) == 0) {
            count++;
            _longjmp(inner, 1);
        }
        count++;
        siglongjmp(outer, 2);
    }
    return count;
}

static int failed(int result)
{
    return result == -1 ? errno : 0;
}

int main(void)
{
    struct tm march = {.tm_year = 100, .tm_mon = 2, .tm_mday = 1, .tm_hour = -1};
    struct tm old = {.tm_year = -1, .tm_mon = 14, .tm_mday = 0};
    struct timespec ts;
    char folder[8] = "";
    struct stat st;

    printf("jumps %d\n", jumps());
    printf("ids %d %d %d %d %d\n", (int)getuid(), (int)geteuid(), (int)getgid(), (int)getegid(),
           (int)getppid());
    printf("yield %d\n", sched_yield());
    printf("folder %s %d\n", getcwd(folder, sizeof folder), getcwd(folder, 1) == NULL);
    printf("absent %d %d %d %d %d\n", failed(lstat("/a", &st)) == ENOENT,
           failed(rmdir("/a")) == ENOENT, failed(chdir("/a")) == ENOENT,
           failed(chmod("/a", 0)) == ENOENT, failed(truncate("/a", 0)) == ENOENT);
    printf("read-only %d %d\n", failed(mkdir("/a", 0)) == EROFS, failed(creat("/a", 0)) == EROFS);
    printf("ftruncate %d %d\n", failed(ftruncate(1, 0)) == EINVAL,
           failed(ftruncate(9, 0)) == EBADF);
    printf("umask %o %o\n", (unsigned)umask(022), (unsigned)umask(0));
    printf("timegm %ld %d %d\n", (long)timegm(&march), march.tm_mon, march.tm_mday);
    printf("timegm %ld %d %d\n", (long)timegm(&old), old.tm_year, old.tm_mday);
    printf("timespec_get %d %d\n", timespec_get(&ts, TIME_UTC), timespec_get(&ts, 7));
    return 0;
}
