/* SPDX-License-Identifier: Apache-2.0 */
/* What host.c and guest.c agree on: a question that ends the guest. */
#ifndef TALK_H
#define TALK_H

#define TALK_END 0xffffffffu

#endif
