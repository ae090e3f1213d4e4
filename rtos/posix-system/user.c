/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The users and groups that exist: root, and nobody for a program that wants to give up its
 * rights.  One process, one session, one process group.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>
#include <tn/compiler.h>
#include <unistd.h>

#define NOBODY 65534
#define SYSTEM 1 /* the system's own process, our parent */

static struct passwd users[] = {
    {.pw_name = "root",
     .pw_passwd = "x",
     .pw_comment = "",
     .pw_gecos = "root",
     .pw_dir = "/",
     .pw_shell = ""},
    {.pw_name = "nobody",
     .pw_passwd = "x",
     .pw_uid = NOBODY,
     .pw_gid = NOBODY,
     .pw_comment = "",
     .pw_gecos = "nobody",
     .pw_dir = "/",
     .pw_shell = ""},
};
static char *nobody_else[] = {NULL};
static struct group groups[] = {
    {.gr_name = "root", .gr_passwd = "x", .gr_mem = nobody_else},
    {.gr_name = "nogroup", .gr_passwd = "x", .gr_gid = NOBODY, .gr_mem = nobody_else},
};
static size_t next_user;

struct passwd *getpwnam(const char *name)
{
    for (size_t i = 0; i < TN_ARRAY_SIZE(users); i++) {
        if (strcmp(users[i].pw_name, name) == 0) {
            return &users[i];
        }
    }
    return NULL;
}

struct passwd *getpwuid(uid_t id)
{
    for (size_t i = 0; i < TN_ARRAY_SIZE(users); i++) {
        if (users[i].pw_uid == id) {
            return &users[i];
        }
    }
    return NULL;
}

void setpwent(void)
{
    next_user = 0;
}

void endpwent(void)
{
    next_user = 0;
}

struct passwd *getpwent(void)
{
    return next_user < TN_ARRAY_SIZE(users) ? &users[next_user++] : NULL;
}

struct group *getgrnam(const char *name)
{
    for (size_t i = 0; i < TN_ARRAY_SIZE(groups); i++) {
        if (strcmp(groups[i].gr_name, name) == 0) {
            return &groups[i];
        }
    }
    return NULL;
}

struct group *getgrgid(gid_t id)
{
    for (size_t i = 0; i < TN_ARRAY_SIZE(groups); i++) {
        if (groups[i].gr_gid == id) {
            return &groups[i];
        }
    }
    return NULL;
}

int getgroups(int room, gid_t list[])
{
    (void)room;
    (void)list;
    return 0;
}

pid_t getppid(void)
{
    return SYSTEM;
}

pid_t getpgrp(void)
{
    return getpid();
}

pid_t getpgid(pid_t pid)
{
    if (pid != 0 && pid != getpid()) {
        errno = ESRCH;
        return -1;
    }
    return getpid();
}

/* We lead the session already, so there is no other group to go to. */
int setpgid(pid_t pid, pid_t group)
{
    (void)group;
    errno = pid != 0 && pid != getpid() ? ESRCH : EPERM;
    return -1;
}

pid_t setsid(void)
{
    errno = EPERM;
    return -1;
}
