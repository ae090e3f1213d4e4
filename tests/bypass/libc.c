/* SPDX-License-Identifier: Apache-2.0 */
/* What C programs expect of the runtime around newlib; arguments, input and end of the run. */
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static _Thread_local int initialised = 5, zeroed;
static int constructed;
static volatile int signals;
static jmp_buf jump;

static void __attribute__((constructor)) construct(void)
{
    constructed++;
}

static void __attribute__((destructor)) destruct(void)
{
    puts("destructed");
}

static void on_exit_call(void)
{
    puts("at exit");
}

static void on_signal(int sig)
{
    signals += sig;
}

static void start(int argc, char **argv)
{
    CHECK(argc == 3 && strcmp(argv[0], "libc") == 0 && strcmp(argv[2], "a \"b\"\\") == 0);
    CHECK(argv[argc] == NULL);
    argv[1][0] = 'X'; /* arguments are writable */
    CHECK(strcmp(argv[1], "Xne") == 0);
    CHECK(constructed == 1 && initialised == 5 && zeroed == 0);
}

static void memory(void)
{
    size_t blocks = 0;
    char *grown = NULL;
    void *aligned;

    /* Every size, with holes from what was freed: aligned, whole, and kept by realloc. */
    for (size_t size = 1; size < 200; size++) {
        char *block = malloc(size);
        CHECK(block && (uintptr_t)block % _Alignof(max_align_t) == 0);
        memset(block, (int)size, size);
        grown = realloc(grown, size);
        CHECK(grown && (uintptr_t)grown % _Alignof(max_align_t) == 0);
        CHECK(size == 1 || grown[size - 2] == (char)(size - 1));
        grown[size - 1] = (char)size;
        if (size % 3) {
            free(block);
        }
    }
    free(grown);
    CHECK(calloc((size_t)1 << 40, 1 << 30) == NULL && errno == ENOMEM);
    CHECK(posix_memalign(&aligned, 48, 1) == EINVAL);
    CHECK(posix_memalign(&aligned, 256, SIZE_MAX - 4) == ENOMEM);
    CHECK(posix_memalign(&aligned, 256, 100) == 0 && (uintptr_t)aligned % 256 == 0);
    errno = 0;
    while (malloc(64 * 1024)) {
        blocks++;
    }
    CHECK(blocks >= 10 && errno == ENOMEM);
}

static void signal_handlers(void)
{
    struct sigaction action = {.sa_handler = on_signal}, old;

    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    raise(SIGUSR1);
    kill(getpid(), SIGUSR1); /* the handler stays */
    CHECK(signals == 2 * SIGUSR1);
    CHECK(sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_handler == on_signal);
    CHECK(sigaction(SIGKILL, &action, NULL) == -1 && errno == EINVAL);
}

static void files(void)
{
    struct stat st;

    CHECK(fopen("/none", "r") == NULL && errno == ENOENT);
    CHECK(fopen("/none", "w") == NULL && errno == EROFS);
    CHECK(stat("/", &st) == -1 && fstat(1, &st) == 0 && S_ISCHR(st.st_mode));
    CHECK(isatty(0) && !isatty(3) && errno == EBADF);
    CHECK(lseek(1, 0, SEEK_SET) == -1 && errno == ESPIPE);
    CHECK(write(7, "x", 1) == -1 && errno == EBADF);
    CHECK(sysconf(_SC_PAGESIZE) == 4096 && sysconf(-1) == -1);
}

static void floating_point(void)
{
    volatile double one = 1, three = 3, third;

    third = one / three;
    CHECK(fesetround(FE_UPWARD) == 0);
    CHECK(one / three > third && fegetround() == FE_UPWARD);
    CHECK(fesetround(FE_TONEAREST) == 0);
    feclearexcept(FE_ALL_EXCEPT);
    third = one / (three - 3);
    CHECK(fetestexcept(FE_DIVBYZERO) && !fetestexcept(FE_INVALID));
}

static void atomics(void)
{
    atomic_int n = 1;

    CHECK(atomic_fetch_add(&n, 2) == 1 && atomic_load(&n) == 3);
}

static void input(void)
{
    char *line = NULL;
    size_t size = 0;
    int a, b;

    CHECK(scanf("%d %d\n", &a, &b) == 2 && a == 12 && b == 34);
    CHECK(getline(&line, &size, stdin) == 6 && strcmp(line, "hello\n") == 0);
    CHECK(getchar() == EOF);
}

int main(int argc, char **argv)
{
    start(argc, argv);
    if (!setjmp(jump)) {
        longjmp(jump, 1);
    }
    puts("ready");
    input();
    signal_handlers();
    files();
    floating_point();
    atomics();
    memory();
    atexit(on_exit_call);
    printf("unfinished line");
    return 7;
}
