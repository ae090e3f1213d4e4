/* SPDX-License-Identifier: Apache-2.0 */
/* The core of libfdt, compiled from where the cache has it. */
#pragma clang diagnostic ignored "-Wsign-compare"
#pragma clang diagnostic ignored "-Wunused-parameter"

#include <fdt.c>
