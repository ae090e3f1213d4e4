/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life cycle of the image's other partitions.  A program that uses this holds the capability
 * LIFECYCLE; partitions with `start = "demand"` in the manifest wait for it.  Calls are hypercalls
 * and come back at once; a partition that is started or stopped gets there on its own CPU, and
 * tn_partition_state() tells when.  Several managers may act at a time: each call is one step that
 * happens or is refused.  Any context.
 */
#ifndef TN_PARTITION_H
#define TN_PARTITION_H

#include <stddef.h>
#include <tn/errno.h>

enum tn_partition_state {
    TN_PARTITION_OFF,      /* never started, or ended: its memory is clear, its CPUs are free */
    TN_PARTITION_STARTING, /* its CPU is on its way */
    TN_PARTITION_RUNNING,
    TN_PARTITION_PAUSED,
    TN_PARTITION_STOPPING, /* its memory is being cleared */
    TN_PARTITION_EMPTY,    /* a slot without a program; its memory is clear */
    TN_PARTITION_FILLING,  /* a slot of which a creation or a destruction is not done: destroy it */
    TN_PARTITION_CLEARING,
    TN_PARTITION_CHANGING, /* somebody is creating or destroying it at this moment */
};

/* The number of the partition with this name; TN_ENOENT. */
int tn_partition_find(const char *name);

/*
 * Begin one that is OFF: memory clear, CPU reset, from its first instruction.  TN_EBUSY: it is not
 * OFF, or another partition has one of its CPUs; TN_EIO: the firmware refuses; TN_EINVAL, here and
 * below: no such number, one's own, or that of a program in mode native, whose CPU nobody can take.
 */
int tn_partition_start(int partition);

/*
 * End one for good, wherever it is; its memory is cleared before it is OFF.  TN_OK also when it has
 * ended already; TN_EBUSY while it is STARTING; TN_EINVAL.
 */
int tn_partition_stop(int partition);

/*
 * End one that is RUNNING or PAUSED and begin it anew, whatever its restart policy says: memory
 * clear, CPU reset, from its first instruction.  TN_EBUSY: it is in another state; TN_EINVAL.
 */
int tn_partition_restart(int partition);

/*
 * Hold one that is RUNNING where it is, on all of its CPUs, and let it go on.  A pause returns when
 * no access of the partition is under way.  Time, its timers and its devices do not stand still,
 * and its interrupts wait.  TN_EBUSY: it is not RUNNING, or not PAUSED; TN_EINVAL.
 */
int tn_partition_pause(int partition);
int tn_partition_resume(int partition);

/*
 * Where one is.  `status`, which may be NULL, is that of its last end: what it exited with, 139 for
 * a fault, 137 when it was stopped; `starts`, which may be NULL, how often it has been started.
 * Returns enum tn_partition_state or TN_EINVAL.
 */
int tn_partition_state(int partition, unsigned *status, unsigned *starts);

/*
 * Give an EMPTY slot (`mode = "slot"` in the manifest) a program: the `size` bytes at `file`, which
 * `tnimage build --format part` has made; Mortise copies them, and they are not needed any more.
 * The partition is OFF then and can be started, again and again; each life begins with its data as
 * in the file.  Takes a hypercall for each page.
 *
 * TN_EINVAL: no slot, one's own, or a file that is damaged or does not fit the slot's memory;
 * TN_EPERM: it needs a capability, a device or an interrupt that the slot lacks; TN_ENOENT: it has
 * a channel and the slot has none of this name, or one of another kind, direction or size;
 * TN_EBUSY: the slot is not EMPTY.  Then the slot is as it was.  Channels (tn/chan.h) are where the
 * last program of the slot left them, as when a partition begins anew.
 */
int tn_partition_create(int partition, const void *file, size_t size);

/*
 * Take the program out of a slot that is OFF, or whose creation did not come to its end: all of its
 * memory is cleared, and it is EMPTY.  TN_OK also when it is EMPTY already; TN_EBUSY: it runs, or
 * another caller is at it; TN_EINVAL: no slot, or one's own.  Takes a hypercall for 64 KiB.
 */
int tn_partition_destroy(int partition);

#endif
