/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who the program is: user and group 0, with every right, until it gives that up
 * (IEEE Std 1003.1-2017, setuid).  Nothing protects memory by it; it decides what scheduling,
 * clocks and named objects refuse.
 */
#include <errno.h>
#include <unistd.h>

#include "internal.h"

struct ids {
    unsigned real, effective, saved;
};

static struct ids user, group;

static int fail(int code)
{
    errno = code;
    return -1;
}

bool posix_privileged(void)
{
    return user.effective == 0;
}

bool posix_may_open(const struct posix_owner *owner, unsigned want)
{
    unsigned mode = owner->mode;

    if (posix_privileged()) {
        return true;
    }
    if (owner->user == user.effective) {
        mode >>= 6;
    } else if (owner->group == group.effective) {
        mode >>= 3;
    }
    return (mode & want) == want;
}

bool posix_may_unlink(const struct posix_owner *owner)
{
    return posix_privileged() || owner->user == user.effective;
}

struct posix_owner posix_owner(unsigned mode)
{
    return (struct posix_owner){
        .user = user.effective, .group = group.effective, .mode = mode & 0777};
}

int posix_pid(pid_t pid)
{
    if (pid == POSIX_SYSTEM) {
        return EPERM;
    }
    return pid == 0 || pid == getpid() ? 0 : ESRCH;
}

int posix_pid_seen(pid_t pid)
{
    return pid == POSIX_SYSTEM && posix_privileged() ? 0 : posix_pid(pid);
}

uid_t getuid(void)
{
    return (uid_t)user.real;
}

uid_t geteuid(void)
{
    return (uid_t)user.effective;
}

gid_t getgid(void)
{
    return (gid_t)group.real;
}

gid_t getegid(void)
{
    return (gid_t)group.effective;
}

/* A program with privilege changes all three and cannot go back; another only its effective one. */
static int set(struct ids *ids, unsigned id)
{
    if (posix_privileged()) {
        *ids = (struct ids){id, id, id};
        return 0;
    }
    if (id != ids->real && id != ids->saved) {
        return fail(EPERM);
    }
    ids->effective = id;
    return 0;
}

static int set_effective(struct ids *ids, unsigned id)
{
    if (!posix_privileged() && id != ids->real && id != ids->saved) {
        return fail(EPERM);
    }
    ids->effective = id;
    return 0;
}

int setuid(uid_t id)
{
    return set(&user, id);
}

int setgid(gid_t id)
{
    return set(&group, id);
}

int seteuid(uid_t id)
{
    return set_effective(&user, id);
}

int setegid(gid_t id)
{
    return set_effective(&group, id);
}
