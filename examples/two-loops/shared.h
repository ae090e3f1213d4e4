/* SPDX-License-Identifier: Apache-2.0 */
/* What the two partitions of this example say to each other. */
#ifndef SHARED_H
#define SHARED_H

#include <stdint.h>

/* Channel "setpoint", messages: what the plant shall come to; 0 ends the loop. */
struct setpoint {
    uint32_t number;
    float value;
};

/* Channel "measurement", the latest value. */
struct measurement {
    uint32_t number;  /* of the setpoint that is followed */
    uint32_t samples; /* since that came */
    uint32_t settled; /* of these, until the plant stayed within 2 %; 0: not yet */
    float value;
};

#endif
