/* SPDX-License-Identifier: Apache-2.0 */
/* Channels from a shell: list them, send and receive, ring and wait. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tn/chan.h>
#include <tn/linux.h>

#define POLL_MS 1
#define NS_PER_MS 1000000ll
#define MS_PER_S 1000ll

enum { DONE, FAILED, USAGE, TIMED_OUT }; /* exit codes */

static const char help[] =
    "usage: tnchan list\n"
    "       tnchan [options] send NAME     each line of standard input: a message, or the value\n"
    "       tnchan [options] receive NAME  the next message, the latest value, or the next ring\n"
    "       tnchan [options] watch NAME    all that come, a line each, until it is stopped\n"
    "       tnchan ring NAME               ring the doorbell, send nothing\n"
    "\n"
    "The channels of this partition, as the image's manifest gives them to it. What has a "
    "doorbell\n"
    "(notify = true) is rung after each message and waited for without polling; that needs the\n"
    "kernel's modules evdev and gpio_keys. Needs root, /proc, /sys and /dev/mem.\n"
    "\n"
    "  -x, --hex         bytes as hexadecimal digits, in both directions\n"
    "  -p, --poll        look every millisecond instead of waiting for the doorbell\n"
    "  -t, --timeout MS  receive, watch: give up when nothing comes for so long; send: when there\n"
    "                    is no room for so long\n"
    "  -n, --count N     watch: end after N\n"
    "  -h, --help        this text\n"
    "\n"
    "exit status: 0 done, 1 an error, 2 usage, 3 nothing came in time\n";

static struct options {
    bool hex, poll;
    long timeout_ms; /* below 0: none */
    long count;      /* 0: no end */
} options = {.timeout_ms = -1};

static struct tn_chan chan;
static char *buffer; /* of the channel's size, and a little for the end of a line */

static int fail(const char *what)
{
    fprintf(stderr, "tnchan: %s: %s\n", chan.end != NULL ? chan.end->name : "channels", what);
    return FAILED;
}

static long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

/* What is left until `deadline`, for a wait of at most `most` (below 0: any length). */
static int left_ms(long long deadline, int most)
{
    long long left;

    if (options.timeout_ms < 0) {
        return most;
    }
    left = deadline - now_ms();
    left = left < 0 ? 0 : left;
    return most >= 0 && left > most ? most : (int)left;
}

static void sleep_ms(int ms)
{
    struct timespec pause = {.tv_nsec = ms * NS_PER_MS};

    nanosleep(&pause, NULL);
}

static int list(void)
{
    static const char *const kinds[] = {"?", "message", "latest", "doorbell"};

    for (unsigned i = 0; i < TN_LINUX_CHANNELS && tn_channels[i].name[0] != '\0'; i++) {
        const struct tn_channel_end *end = &tn_channels[i];

        printf("%-16s %-8s %-8s %-8u %s\n", end->name, kinds[end->kind <= 3 ? end->kind : 0],
               end->role == TN_CHANNEL_SENDER ? "sender" : "receiver", end->size,
               end->notify ? "notified" : "polled");
    }
    return DONE;
}

/* The line in `text` as bytes, in place; -1: these are no digits, or too many. */
static long from_hex(char *text)
{
    size_t length = strlen(text);

    if (length % 2 != 0 || length / 2 > chan.end->size ||
        strspn(text, "0123456789abcdefABCDEF") != length) {
        return -1;
    }
    for (size_t i = 0; i < length / 2; i++) {
        char pair[] = {text[2 * i], text[2 * i + 1], '\0'};

        text[i] = (char)strtoul(pair, NULL, 16);
    }
    return (long)(length / 2);
}

static int send_one(const char *data, size_t length)
{
    long long deadline = now_ms() + options.timeout_ms;
    int error = TN_EAGAIN;

    if (chan.end->kind == TN_CHANNEL_LATEST) {
        error = tn_chan_write(&chan, data);
    }
    while (error == TN_EAGAIN) {
        error = tn_chan_send(&chan, data, (uint32_t)length);
        if (error == TN_EAGAIN) {
            if (left_ms(deadline, POLL_MS) == 0) {
                fail("no room");
                return TIMED_OUT;
            }
            sleep_ms(POLL_MS);
        }
    }
    if (error == TN_EIO) {
        return fail("the receiver has broken the ring");
    }
    if (error == TN_OK && chan.end->notify) {
        error = tn_chan_ring(&chan);
    }
    return error == TN_OK ? DONE : fail("not this partition's to send to");
}

static int send_lines(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t got;
    int code = DONE;

    if (chan.end->kind == TN_CHANNEL_DOORBELL || chan.end->role != TN_CHANNEL_SENDER) {
        return fail("not this partition's to send to; see tnchan list");
    }
    while (code == DONE && (got = getline(&line, &room, stdin)) >= 0) {
        long length = got > 0 && line[got - 1] == '\n' ? got - 1 : got;

        line[length] = '\0';
        if (options.hex) {
            length = from_hex(line);
            if (length < 0) {
                code = fail("a line is no pairs of hexadecimal digits, or too long");
                break;
            }
        }
        if (length > (long)chan.end->size) {
            code = fail("a line is longer than the channel's size");
            break;
        }
        memset(buffer, 0, chan.end->size);
        memcpy(buffer, line, (size_t)length);
        code = send_one(buffer, (size_t)length);
    }
    free(line);
    return code;
}

static void show(size_t length, bool line)
{
    for (size_t i = 0; options.hex && i < length; i++) {
        printf("%02x", (unsigned char)buffer[i]);
    }
    if (!options.hex) {
        fwrite(buffer, 1, length, stdout);
    }
    if (line || options.hex) {
        putchar('\n');
    }
    fflush(stdout);
}

/* What there is now: its length, TN_EAGAIN: nothing that is new since `*seen`. */
static int64_t take(int64_t *seen)
{
    int64_t got;

    if (chan.end->kind == TN_CHANNEL_MESSAGE) {
        return tn_chan_receive(&chan, buffer, chan.end->size);
    }
    got = tn_chan_read(&chan, buffer);
    if (got < 0 || got == *seen) {
        return got < 0 ? got : TN_EAGAIN;
    }
    *seen = got;
    return chan.end->size;
}

/* Wait for the doorbell, or for a while; `deadline` as left_ms() has it. */
static int pause_until(long long deadline)
{
    int error = TN_EAGAIN;

    if (chan.end->notify && !options.poll) {
        error = tn_linux_wait(&chan, left_ms(deadline, -1));
    } else {
        sleep_ms(left_ms(deadline, POLL_MS));
    }
    return error;
}

static int cannot_wait(int error)
{
    if (error == TN_ENOENT) {
        return fail("no event device for its doorbell; load the kernel's modules evdev and "
                    "gpio_keys, or use --poll");
    }
    return fail(strerror(errno));
}

static int next(int64_t *seen, bool line)
{
    bool ring = chan.end->kind == TN_CHANNEL_DOORBELL;
    long long deadline = now_ms() + options.timeout_ms;
    int64_t got = ring ? TN_EAGAIN : take(seen);

    while (got == TN_EAGAIN) {
        int error;

        if (options.timeout_ms >= 0 && now_ms() >= deadline) {
            return TIMED_OUT;
        }
        error = pause_until(deadline);
        if (error != TN_OK && error != TN_EAGAIN) {
            return cannot_wait(error);
        }
        if (ring && error == TN_OK) {
            got = 0;
        } else if (!ring) {
            got = take(seen);
        }
    }
    if (got < 0) {
        return fail(got == TN_EIO ? "the sender has broken the ring" : "cannot be received from");
    }
    show((size_t)got, line);
    return DONE;
}

static int receive(bool all)
{
    int64_t seen = -1;
    int code = DONE;

    if (chan.end->role != TN_CHANNEL_RECEIVER) {
        return fail("this partition is its sender; see tnchan list");
    }
    if (chan.end->notify && !options.poll) {
        /* Rings are heard from here on: before the first look. */
        int error = tn_linux_fd(&chan);

        if (error < 0) {
            return cannot_wait(error);
        }
    }
    if (chan.end->kind == TN_CHANNEL_DOORBELL && options.poll) {
        return fail("a doorbell has nothing to look at; leave out --poll");
    }
    for (long i = 0; code == DONE && (all ? options.count == 0 || i < options.count : i < 1); i++) {
        code = next(&seen, all);
    }
    return code;
}

static int ring(void)
{
    return tn_chan_ring(&chan) == TN_OK
               ? DONE
               : fail("no doorbell that this partition rings; see tnchan list");
}

static bool number(const char *text, long *to)
{
    char *end;

    *to = strtol(text, &end, 10);
    return *text != '\0' && *end == '\0' && *to >= 0 && *to <= INT32_MAX;
}

static int usage(const char *what)
{
    fprintf(stderr, "tnchan: %s; see tnchan --help\n", what);
    return USAGE;
}

/* DONE, or the exit code + 1. */
static int parse(int argc, char **argv)
{
    static const struct option longs[] = {
        {"hex", no_argument, NULL, 'x'},           {"poll", no_argument, NULL, 'p'},
        {"timeout", required_argument, NULL, 't'}, {"count", required_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    int letter;

    while ((letter = getopt_long(argc, argv, "xpt:n:h", longs, NULL)) != -1) {
        switch (letter) {
        case 'x':
            options.hex = true;
            break;
        case 'p':
            options.poll = true;
            break;
        case 't':
            if (!number(optarg, &options.timeout_ms)) {
                return 1 + usage("--timeout takes a number of milliseconds");
            }
            break;
        case 'n':
            if (!number(optarg, &options.count)) {
                return 1 + usage("--count takes a number");
            }
            break;
        case 'h':
            fputs(help, stdout);
            return 1 + DONE;
        default:
            return 1 + usage("unknown option");
        }
    }
    return DONE;
}

static int open_channels(void)
{
    int error = tn_linux_open();

    if (error == TN_ENOENT) {
        return fail("there are none: no /proc/device-tree/tenon, or /proc or /sys is not mounted");
    }
    if (error != TN_OK) {
        fprintf(stderr, "tnchan: /dev/mem: %s; it takes root and a mounted /dev\n",
                strerror(errno));
        return FAILED;
    }
    return DONE;
}

static int run(const char *what)
{
    buffer = calloc(1, chan.end->size + 1);
    if (buffer == NULL) {
        return fail("no memory");
    }
    if (strcmp(what, "send") == 0) {
        return send_lines();
    }
    if (strcmp(what, "ring") == 0) {
        return ring();
    }
    return receive(strcmp(what, "watch") == 0);
}

static bool is_command(const char *word)
{
    static const char *const words[] = {"send", "receive", "watch", "ring"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    int code = parse(argc, argv);
    int words = argc - optind;
    char **word = argv + optind;
    int error;

    if (code != DONE) {
        return code - 1;
    }
    if (words == 1 && strcmp(word[0], "list") == 0) {
        code = open_channels();
        return code == DONE ? list() : code;
    }
    if (words != 2 || !is_command(word[0])) {
        return usage(words == 0 ? "what shall be done?" : "unknown command, or no channel");
    }
    code = open_channels();
    if (code != DONE) {
        return code;
    }
    error = tn_chan_open(&chan, word[1]);
    if (error != TN_OK) {
        fprintf(stderr, "tnchan: %s: %s\n", word[1],
                error == TN_ENOENT ? "no such channel; see tnchan list"
                                   : "the other side has broken it");
        return FAILED;
    }
    return run(word[0]);
}
