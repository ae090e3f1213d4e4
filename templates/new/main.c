/* @NAME@: prints a line five times a second, for one second, and ends. */
#include <stdio.h>
#include <time.h>

#define PERIOD_NS 200000000L
#define ROUNDS 5

int main(void)
{
    struct timespec next;

    clock_gettime(CLOCK_MONOTONIC, &next);
    for (int round = 1; round <= ROUNDS; round++) {
        printf("@NAME@: round %d of %d\n", round, ROUNDS);
        next.tv_nsec += PERIOD_NS;
        if (next.tv_nsec >= 1000000000L) {
            next.tv_nsec -= 1000000000L;
            next.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    return 0;
}
