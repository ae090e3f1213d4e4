/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls Mortise with what a guest should not pass: args[1] tries from the seed args[2].  Status 1
 * when a call changed a register that it must preserve.
 */
#include <stdlib.h>

#include "hostile_call.h"

int main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    set_seed(atoi(argv[2]));
    for (int i = atoi(argv[1]); i > 0; i--) {
        if (!attempt()) {
            return 1;
        }
    }
    return 0;
}
