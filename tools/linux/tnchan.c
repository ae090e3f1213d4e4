/* SPDX-License-Identifier: Apache-2.0 */
/* Channels from a shell: list them, send and receive lines or bytes. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tn/chan.h>
#include <tn/linux.h>
#include <unistd.h>

#define POLL_US 1000u

static int usage(void)
{
    fputs("usage: tnchan list\n"
          "       tnchan send NAME      each line of standard input, as a message or the value\n"
          "       tnchan receive NAME   the next message, or the latest value\n",
          stderr);
    return 2;
}

static int list(void)
{
    static const char *const kinds[] = {"?", "message", "latest", "doorbell"};

    for (unsigned i = 0; i < TN_LINUX_CHANNELS && tn_channels[i].name[0] != '\0'; i++) {
        const struct tn_channel_end *end = &tn_channels[i];

        printf("%-16s %-8s %-8s %u\n", end->name, kinds[end->kind <= 3 ? end->kind : 0],
               end->role == TN_CHANNEL_SENDER ? "sender" : "receiver", end->size);
    }
    return 0;
}

static int send_lines(struct tn_chan *chan)
{
    char *line = calloc(1, chan->end->size + 2);
    int error = TN_OK;

    while (line != NULL && error == TN_OK && fgets(line, (int)chan->end->size + 2, stdin) != NULL) {
        size_t length = strcspn(line, "\n");

        memset(line + length, 0, chan->end->size + 2 - length);
        if (chan->end->kind == TN_CHANNEL_LATEST) {
            error = tn_chan_write(chan, line);
            continue;
        }
        do {
            error = tn_chan_send(chan, line, (uint32_t)length);
        } while (error == TN_EAGAIN && usleep(POLL_US) == 0);
    }
    free(line);
    return error == TN_OK ? 0 : 1;
}

static int receive(struct tn_chan *chan)
{
    char *message = calloc(1, chan->end->size + 1);
    int64_t got = TN_EAGAIN;

    while (message != NULL && got == TN_EAGAIN) {
        bool latest = chan->end->kind == TN_CHANNEL_LATEST;

        got =
            latest ? tn_chan_read(chan, message) : tn_chan_receive(chan, message, chan->end->size);
        if (got >= 0) {
            fwrite(message, 1, latest ? chan->end->size : (size_t)got, stdout);
        } else if (got == TN_EAGAIN) {
            usleep(POLL_US);
        }
    }
    free(message);
    return got < 0;
}

int main(int argc, char **argv)
{
    struct tn_chan chan;

    if (argc < 2 || tn_linux_open() != TN_OK) {
        return argc < 2 ? usage() : (fputs("tnchan: no channels here\n", stderr), 1);
    }
    if (strcmp(argv[1], "list") == 0) {
        return list();
    }
    if (argc != 3) {
        return usage();
    }
    if (tn_chan_open(&chan, argv[2]) != TN_OK) {
        fprintf(stderr, "tnchan: no channel '%s'; see tnchan list\n", argv[2]);
        return 1;
    }
    if (strcmp(argv[1], "send") == 0) {
        return send_lines(&chan);
    }
    return strcmp(argv[1], "receive") == 0 ? receive(&chan) : usage();
}
