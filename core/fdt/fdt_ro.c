/* SPDX-License-Identifier: Apache-2.0 */
/* The reading functions of libfdt, compiled from where the cache has them. */
#pragma clang diagnostic ignored "-Wsign-compare"
#pragma clang diagnostic ignored "-Wunused-parameter"

#include <fdt_ro.c>
