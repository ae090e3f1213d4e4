/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first program of a Linux partition in tests of channels: with the kernel's own modules evdev
 * and gpio_keys it talks to tests/partitions/echo.c, by the library and by the tool tnchan, and
 * then does what it should not.  It says `linux: <what> ok`, or `linux: <what> FAILED`.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <tn/chan.h>
#include <tn/linux.h>
#include <unistd.h>

#define SIZE 64
#define PAGE 4096u
#define PATIENCE_MS 60000 /* of waits that end at once when nothing is wrong */

static struct tn_chan ask, answer, set, state, knock, bell;

static void say(const char *what, bool ok)
{
    printf("linux: %s %s\n", what, ok ? "ok" : "FAILED");
    fflush(stdout);
}

static void load(const char *path)
{
    int fd = open(path, O_RDONLY);

    if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) != 0) {
        printf("linux: %s: %s\n", path, strerror(errno));
    }
    close(fd);
}

static bool open_all(void)
{
    return tn_linux_open() == TN_OK && tn_chan_open(&ask, "ask") == TN_OK &&
           tn_chan_open(&answer, "answer") == TN_OK && tn_chan_open(&set, "set") == TN_OK &&
           tn_chan_open(&state, "state") == TN_OK && tn_chan_open(&knock, "knock") == TN_OK &&
           tn_chan_open(&bell, "bell") == TN_OK;
}

static bool round_trip(unsigned n, bool polled)
{
    char message[SIZE], reply[SIZE];
    int size = snprintf(message, SIZE, "message %u", n);
    int64_t got;

    if (tn_chan_send(&ask, message, (uint32_t)size) != TN_OK || tn_chan_ring(&ask) != TN_OK) {
        return false;
    }
    while ((got = tn_chan_receive(&answer, reply, SIZE)) == TN_EAGAIN) {
        if (polled) {
            usleep(100);
        } else if (tn_linux_wait(&answer, PATIENCE_MS) != TN_OK) {
            return false;
        }
    }
    for (int i = 0; i < size; i++) {
        if (got != size || message[i] != reply[size - 1 - i]) {
            return false;
        }
    }
    return true;
}

static bool round_trips(unsigned count, bool polled)
{
    for (unsigned n = 0; n < count; n++) {
        if (!round_trip(n, polled)) {
            return false;
        }
    }
    return true;
}

/* Each value comes back; only the newest counts, so that one ring may stand for two. */
static bool values(unsigned count)
{
    char value[SIZE] = "", seen[SIZE];

    for (unsigned n = 1; n <= count; n++) {
        snprintf(value, SIZE, "value %u", n);
        if (tn_chan_write(&set, value) != TN_OK || tn_chan_ring(&set) != TN_OK) {
            return false;
        }
        do {
            if (tn_linux_wait(&state, PATIENCE_MS) != TN_OK) {
                return false;
            }
        } while (tn_chan_read(&state, seen) <= 0 || memcmp(value, seen, SIZE) != 0);
    }
    return true;
}

static bool bells(unsigned count)
{
    for (unsigned n = 0; n < count; n++) {
        if (tn_chan_ring(&knock) != TN_OK || tn_linux_wait(&bell, PATIENCE_MS) != TN_OK) {
            return false;
        }
    }
    return tn_linux_wait(&bell, 50) == TN_EAGAIN && tn_linux_wait(&bell, 0) == TN_EAGAIN;
}

static bool refused(void)
{
    return tn_chan_ring(&answer) == TN_EPERM && tn_linux_wait(&ask, 0) == TN_EPERM &&
           tn_chan_send(&answer, "x", 1) == TN_EPERM && tn_chan_send(&ask, "", 65) == TN_EINVAL;
}

/* Run tnchan with words, `in` as its input; its output goes to `out`.  Returns its exit status. */
static int tool(const char *in, char *out, size_t room, const char *const *words)
{
    const char *argv[8] = {"tnchan"};
    int input[2], output[2], status;
    size_t got = 0;
    ssize_t part;
    pid_t child;

    for (int i = 0; i < 6 && words[i] != NULL; i++) {
        argv[i + 1] = words[i];
    }
    if (pipe(input) != 0 || pipe(output) != 0) {
        return -1;
    }
    child = fork();
    if (child == 0) {
        dup2(input[0], 0);
        dup2(output[1], 1);
        dup2(output[1], 2);
        close(input[1]);
        close(output[0]);
        execv("/bin/tnchan", (char *const *)argv);
        _exit(127);
    }
    close(input[0]);
    close(output[1]);
    if (write(input[1], in, strlen(in)) < 0) {
        return -1;
    }
    close(input[1]);
    while ((part = read(output[0], out + got, room - 1 - got)) > 0) {
        got += (size_t)part;
    }
    out[got] = '\0';
    close(output[0]);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}

static bool is(const char *in, int status, const char *expect, const char *const *words)
{
    char out[4096];
    int got = tool(in, out, sizeof(out), words);

    if (got == status && strstr(out, expect) != NULL) {
        return true;
    }
    printf("linux: tnchan %s: status %d, said: %s\n", words[0] ? words[0] : "", got, out);
    return false;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void try_tool(void)
{
    say("list", is("", 0, "answer           message  receiver 64       notified", WORDS("list")));
    say("send and receive", is("abc\n", 0, "", WORDS("send", "ask")) &&
                                is("", 0, "cba", WORDS("-t", "60000", "receive", "answer")));
    say("watch",
        is("one\ntwo\nthree\n", 0, "", WORDS("send", "ask")) &&
            is("", 0, "eno\nowt\neerht\n", WORDS("-t", "60000", "--count=3", "watch", "answer")));
    say("hex and polled", is("0102fF\n", 0, "", WORDS("--hex", "send", "ask")) &&
                              is("", 0, "ff0201\n", WORDS("-xp", "receive", "answer")));
    say("value", is("9\n", 0, "", WORDS("send", "set")) &&
                     is("", 0, "", WORDS("-t", "60000", "-n1", "watch", "state")));
    say("nothing comes", is("", 3, "", WORDS("-t", "20", "receive", "answer")) &&
                             is("", 3, "", WORDS("-pt", "20", "receive", "answer")) &&
                             is("", 3, "", WORDS("-t", "20", "receive", "bell")));
    say("ring", is("", 0, "", WORDS("ring", "knock")));
    say("refusals", is("", 1, "no such channel; see tnchan list", WORDS("receive", "x")) &&
                        is("", 1, "this partition is its sender", WORDS("receive", "ask")) &&
                        is("a\n", 1, "not this partition's", WORDS("send", "answer")) &&
                        is("", 1, "no doorbell", WORDS("ring", "bell")) &&
                        is("0g\n", 1, "hexadecimal", WORDS("-x", "send", "ask")) &&
                        is("", 2, "see tnchan --help", WORDS("-t", "x", "receive", "ask")) &&
                        is("", 2, "see tnchan --help", WORDS("recieve", "ask")) &&
                        is("", 0, "usage: tnchan list", WORDS("--help")));
}

/* The status of a child that stores or loads there: 0, or the signal that ended it. */
static int touch(volatile uint32_t *at, bool write)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (write) {
            *at = 1;
        } else {
            (void)*at;
        }
        _exit(0);
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static const struct tn_channel_end *find(const char *name)
{
    struct tn_chan chan;

    return tn_chan_open(&chan, name) == TN_OK ? chan.end : NULL;
}

/* The other side's pages are read-only, whatever the kernel's tables say; and so is nothing else.
 */
static bool peer_is_out_of_reach(void)
{
    const struct tn_channel_end *out = find("ask"), *in = find("answer");

    return touch((uint32_t *)(out->memory + out->pages), false) == 0 &&
           touch((uint32_t *)(out->memory + out->pages), true) == SIGBUS &&
           touch((uint32_t *)in->memory, false) == 0 &&
           touch((uint32_t *)in->memory, true) == SIGBUS;
}

/* Every word of the page of doorbells, and accesses that are none. */
static bool ring_at_random(void)
{
    static const uint64_t page = TN_TEST_BELLS;
    int memory = open("/dev/mem", O_RDWR | O_SYNC);
    char *bytes = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, (off_t)page);
    uint64_t sum = 0;

    close(memory);
    if (bytes == MAP_FAILED) {
        return false;
    }
    for (unsigned i = 0; i < PAGE; i++) {
        *(volatile char *)(bytes + i) = (char)i;
        if (i % 4 == 0) {
            *(volatile uint32_t *)(bytes + i) = i;
            sum += *(volatile uint32_t *)(bytes + i);
        }
        if (i % 8 == 0) {
            *(volatile uint64_t *)(bytes + i) = i;
            sum += *(volatile uint64_t *)(bytes + i);
        }
    }
    return sum == 0 && touch((uint32_t *)(bytes + 1), true) == SIGBUS;
}

/* Headers, indices and lengths of a channel of our own: anything at all, and ring. */
static bool forge(unsigned count)
{
    const struct tn_channel_end *end = find("spoil");
    volatile uint32_t *words = (volatile uint32_t *)end->memory;
    uint64_t random = 88172645463325252ull;

    for (unsigned i = 0; i < count; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        words[(end->pages - (i % 2 ? TN_CHANNEL_CONTROL : end->pages)) / 4 + random % 16] =
            (uint32_t)(random >> 32) >> random % 32;
        if (i % 64 == 0) {
            tn_chan_ring(&knock);
        }
    }
    return true;
}

/* Send without end, and die in the middle of it: the kernel panics, and Mortise starts it anew. */
static void die_sending(void)
{
    char value[SIZE] = "dies";

    tn_chan_write(&set, value);
    if (fork() == 0) {
        char message[SIZE];

        for (unsigned n = 1;; n++) {
            int size = snprintf(message, SIZE, "%08u flood", n);

            while (tn_chan_send(&ask, message, (uint32_t)size) != TN_OK) {}
            tn_chan_ring(&ask);
        }
    }
    usleep(200000);
    exit(1);
}

/* What was under way when the kernel died is whole and in order; then the channel goes on. */
static bool goes_on(void)
{
    char reply[SIZE + 1], last[SIZE + 1] = "";
    int64_t got;

    for (unsigned tries = 0; tries < 100000; tries++) {
        if (tries % 1000 == 0) {
            tn_chan_send(&ask, "sync", 4);
            tn_chan_ring(&ask);
        }
        got = tn_chan_receive(&answer, reply, SIZE);
        if (got == 4 && memcmp(reply, "cnys", 4) == 0) {
            return true;
        }
        if (got == TN_EAGAIN) {
            usleep(1000);
            continue;
        }
        if (got != 14 || memcmp(reply, "doolf ", 6) != 0) {
            return false;
        }
        for (unsigned i = 0; i < 8; i++) {
            last[8 + i] = reply[13 - i];
        }
        if (memcmp(last, last + 8, 8) >= 0) {
            return false;
        }
        memcpy(last, last + 8, 8);
    }
    return false;
}

/* Replies to a second "sync", if one was sent, are behind the first's. */
static void drain(void)
{
    char reply[SIZE];

    usleep(100000);
    while (tn_chan_receive(&answer, reply, SIZE) >= 0) {}
}

static void twice(void)
{
    char value[SIZE];

    load("/lib/evdev.ko");
    load("/lib/gpio_keys.ko");
    if (tn_chan_read(&state, value) <= 0) {
        say("notified", tn_linux_fd(&answer) >= 0 && round_trips(20, false));
        die_sending();
    }
    say("goes on", goes_on());
    drain();
    say("notified again", tn_linux_fd(&answer) >= 0 && round_trips(20, false));
}

static bool told_to_die(void)
{
    char line[1024] = "";
    int file = open("/proc/cmdline", O_RDONLY);

    if (read(file, line, sizeof(line) - 1) < 0) {
        return false;
    }
    close(file);
    return strstr(line, "do=twice") != NULL;
}

static void end(void)
{
    tn_chan_send(&ask, "end", 3);
    tn_chan_ring(&ask);
    reboot(RB_POWER_OFF);
}

int main(void)
{
    mkdir("/proc", 0755);
    mkdir("/sys", 0755);
    mount("sys", "/sys", "sysfs", 0, NULL);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    if (!open_all()) {
        printf("linux: no channels: %s\n", strerror(errno));
        reboot(RB_POWER_OFF);
    }
    if (told_to_die()) {
        twice();
        end();
    }
    say("no module, no wait", tn_linux_wait(&bell, 0) == TN_ENOENT &&
                                  is("", 1, "load the kernel's modules", WORDS("receive", "bell")));
    say("polled", round_trips(20, true));
    load("/lib/evdev.ko");
    load("/lib/gpio_keys.ko");
    say("notified", tn_linux_fd(&answer) >= 0 && round_trips(200, false));
    say("values", tn_linux_fd(&state) >= 0 && values(50));
    say("doorbells", tn_linux_fd(&bell) >= 0 && bells(50));
    say("wrong side", refused());
    try_tool();
    say("out of reach", peer_is_out_of_reach());
    say("rings at random", ring_at_random());
    say("forged", forge(20000));
    /* Begin where tnchan has left them. */
    say("still answers", tn_chan_open(&ask, "ask") == TN_OK &&
                             tn_chan_open(&answer, "answer") == TN_OK && round_trips(20, false));
    end();
    return 0;
}
