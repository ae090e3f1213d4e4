/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and writes a register that its manifest lists and the device does not have, in all sizes.
 * That is refused, as often as one tries, and the one beside it can be read.  Status 0 when so,
 * else the line where not.
 */
#include <stdlib.h>
#include <tn/devio.h>

#include "check.h"

int main(int argc, char **argv)
{
    uint64_t there = strtoul(argv[1], NULL, 0), nowhere = strtoul(argv[2], NULL, 0);
    uint32_t value = 0;

    (void)argc;
    for (int i = 0; i < 100; i++) {
        for (unsigned size = 1; size <= 4; size *= 2) {
            CHECK(tn_devio_read(nowhere, size, &value) == TN_EINVAL);
            CHECK(tn_devio_write(nowhere, size, 1) == TN_EINVAL);
        }
        CHECK(tn_devio_read(there, 4, &value) == TN_OK && value != 0);
    }
    return 0;
}
