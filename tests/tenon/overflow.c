/* SPDX-License-Identifier: Apache-2.0 */
/* A thread uses up its stack: the image ends with a line that names it. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *greedy(void *arg)
{
    volatile char all[3900];

    (void)arg;
    for (int i = 3899; i >= 0; i--) {
        all[i] = 1;
    }
    usleep(1000);
    return NULL;
}

int main(void)
{
    pthread_attr_t attr;
    pthread_t thread;

    puts("start");
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 4096);
    pthread_create(&thread, &attr, greedy, NULL);
    pthread_setname_np(thread, "greedy");
    pthread_join(thread, NULL);
    puts("not seen");
    return 0;
}
