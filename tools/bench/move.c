/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance that goes to the other CPU of its pool and back; nobody else has either.
 * With an argument: the other instance, which has ended when the first one goes.
 */
#include <tn/sched_pool.h>
#include <tn/time.h>

#include "mark.h"

#define TIMES 8
#define START 20000000u /* ns since power-on */

MARK(mark_move)
MARK(mark_moved)

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        return 0;
    }
    tn_sleep_until(START);
    for (unsigned i = 1; i <= TIMES; i++) {
        mark_move();
        if (tn_sched_pool_move(i % 2) != TN_OK) {
            return 1;
        }
        mark_moved();
    }
    return (int)tn_sched_pool_cpu();
}
