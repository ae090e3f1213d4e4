/* SPDX-License-Identifier: Apache-2.0 */
/* newlib's header uses the types of <stdint.h> without including it. */
#ifndef TN_STDATOMIC_H
#define TN_STDATOMIC_H

#include <stddef.h>
#include <stdint.h>
#include_next <stdatomic.h>

#endif
