/* SPDX-License-Identifier: Apache-2.0 */
/* Name of the system. */
#include <errno.h>
#include <stddef.h>
#include <sys/utsname.h>
#include <tn/board.h>

_Static_assert(sizeof(TN_BOARD_NAME) <= sizeof(((struct utsname *)0)->nodename), "board's name");

int uname(struct utsname *name)
{
    if (name == NULL) {
        errno = EFAULT;
        return -1;
    }
    *name = (struct utsname){
        .sysname = "Tenon",
        .nodename = TN_BOARD_NAME,
        .release = "1",
        .version = {'0' + CONFIG_CPUS, ' ', 'C', 'P', 'U', CONFIG_CPUS > 1 ? 's' : '\0'},
        .machine = "aarch64",
    };
    return 0;
}
