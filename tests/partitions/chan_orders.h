/* SPDX-License-Identifier: Apache-2.0 */
/* What a program in a slot is told by its creator: a number is answered, these are done. */
#ifndef CHAN_ORDERS_H
#define CHAN_ORDERS_H

enum order {
    ORDER_END = 1000000, /* end */
    ORDER_RUNG,          /* end with status 0 if a doorbell has been heard */
    ORDER_FORGE,         /* write anything to what it shares, and end */
    ORDER_POKE,          /* write to what it may only read */
};

#endif
