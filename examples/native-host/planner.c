/* SPDX-License-Identifier: Apache-2.0 */
/* Sends the motor to a few places, and then has nothing to do any more. */
#include <stdint.h>
#include <time.h>
#include <tn/chan.h>

static const int32_t goals[] = {40, -20, 100};

int main(void)
{
    struct tn_chan goal;

    if (tn_chan_open(&goal, "goal") != TN_OK) {
        return 1;
    }
    for (unsigned i = 0; i < sizeof(goals) / sizeof(goals[0]); i++) {
        tn_chan_send(&goal, &goals[i], sizeof(goals[i]));
        nanosleep(&(struct timespec){0, 80000000}, NULL);
    }
    for (;;) {
        nanosleep(&(struct timespec){1, 0}, NULL);
    }
}
