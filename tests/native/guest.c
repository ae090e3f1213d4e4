/* SPDX-License-Identifier: Apache-2.0 */
/* Answers host.c: each question and how often there was one in this life, until the last. */
#include <stdint.h>
#include <tn/chan.h>

#include "talk.h"

static uint32_t asked;

int main(void)
{
    struct tn_chan questions, answers;
    uint32_t value;

    if (tn_chan_open(&questions, "questions") != TN_OK ||
        tn_chan_open(&answers, "answers") != TN_OK) {
        return 1;
    }
    for (;;) {
        if (tn_chan_receive(&questions, &value, sizeof(value)) != sizeof(value)) {
            continue;
        }
        if (value == TALK_END) {
            return 0;
        }
        value += ++asked;
        if (tn_chan_send(&answers, &value, sizeof(value)) != TN_OK ||
            tn_chan_ring(&answers) != TN_OK) {
            return 2;
        }
    }
}
