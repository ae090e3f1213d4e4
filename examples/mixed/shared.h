/* SPDX-License-Identifier: Apache-2.0 */
/* What the partitions of this example say to each other; integers, in thousandths of the unit. */
#ifndef SHARED_H
#define SHARED_H

#include <stdint.h>

/* Channel "setpoint", messages from Linux: what the plant shall come to; 0 ends the loop. */
struct setpoint {
    uint32_t number;
    int32_t value;
};

/* Channels "measurement" to Linux and "report" to the monitor: the latest value. */
struct measurement {
    uint32_t number;  /* of the setpoint that is followed */
    uint32_t settled; /* samples until the plant stayed within 2 %; 0: not yet */
    int32_t value;
    uint32_t ended; /* 1: the loop has ended */
};

#endif
