/* SPDX-License-Identifier: Apache-2.0 */
/* Says where the motor was when it had reached its last place. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <tn/chan.h>

#define LAST 100

int main(void)
{
    struct tn_chan position;
    int32_t value = 0;

    if (tn_chan_open(&position, "position") != TN_OK) {
        return 1;
    }
    while (tn_chan_read(&position, &value) < 0 || value != LAST) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    printf("the motor is at %d\n", (int)value);
    return 0;
}
