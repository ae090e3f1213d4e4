/* SPDX-License-Identifier: Apache-2.0 */
/* Waits args[1] milliseconds and ends with the status args[2], or by a fault. */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    struct timespec wait = {0, 1000000L * atoi(argv[1])};

    (void)argc;
    nanosleep(&wait, NULL);
    if (argv[2][0] == 'f') {
        return *(volatile int *)(uintptr_t)0x12345678;
    }
    return atoi(argv[2]);
}
