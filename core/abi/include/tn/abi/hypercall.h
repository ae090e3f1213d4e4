/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercall numbers.  A hypercall is HVC #0 after the SMC Calling Convention (Arm DEN0028,
 * v1.2): x0 the function identifier, x1..x7 arguments, result in x0 (x0..x3 where said), all
 * other registers preserved.  Identifiers are fast 64-bit calls of the vendor-specific
 * hypervisor service: 0xC600GGNN, GG the group, NN the function in it.  PSCI has its own
 * identifiers (Arm DEN0022).  An unknown identifier returns TN_HC_NOT_SUPPORTED; a group
 * whose capability the partition lacks returns TN_HC_DENIED.  May be included from assembly.
 */
#ifndef TN_ABI_HYPERCALL_H
#define TN_ABI_HYPERCALL_H

#define TN_HC_BASE 0xc6000000
#define TN_HC(group, function) (TN_HC_BASE | (group) << 8 | (function))

/* Groups: slots of Mortise's table. */
#define TN_HC_GROUP_EXIT 0
#define TN_HC_GROUP_IRQ 1
#define TN_HC_GROUP_CONSOLE 2
#define TN_HC_GROUP_CHAN 3
#define TN_HC_GROUP_LIFE 4
#define TN_HC_GROUP_SCHED 5
#define TN_HC_GROUP_MEMORY 6
#define TN_HC_GROUP_TIME 7
#define TN_HC_GROUP_INJECT 8
#define TN_HC_GROUP_DEVICE 9
#define TN_HC_GROUP_WATCHDOG 10
#define TN_HC_GROUP_MAP 11
#define TN_HC_GROUP_CREATE 12
#define TN_HC_GROUPS 16 /* slots that the table may have at most */

/* Results. */
#define TN_HC_OK 0
#define TN_HC_NOT_SUPPORTED -1
#define TN_HC_INVALID -2
#define TN_HC_DENIED -3
#define TN_HC_BUSY -4   /* not now: see the function */
#define TN_HC_FAILED -5 /* the firmware refuses, or a device */
#define TN_HC_ABSENT -6 /* there is no such thing */

/* Group EXIT. */
#define TN_HC_EXIT TN_HC(TN_HC_GROUP_EXIT, 0) /* x1: status, 0..255; does not return */

/*
 * HVC #TN_HVC_FAULT, capability EXIT: the guest's own exception vector gives up.  Nothing is
 * passed: the general registers are as at the exception, the rest is in ELR_EL1, SPSR_EL1,
 * ESR_EL1 and FAR_EL1.  Mortise reports them and stops the partition.  In modes raw and linux it
 * is a call that nobody knows.
 */
#define TN_HVC_FAULT 1

/*
 * Group IRQ.  x1: INTID, which must be in the descriptor (INVALID otherwise); SGI 0..15 of
 * its own CPU always is.  SEND is for a partition with several CPUs, which it numbers from 0 in
 * ascending order of the board's; so is ROUTE, which is for SPIs: where they go from now on.
 */
#define TN_HC_IRQ_ENABLE TN_HC(TN_HC_GROUP_IRQ, 0)
#define TN_HC_IRQ_DISABLE TN_HC(TN_HC_GROUP_IRQ, 1)
#define TN_HC_IRQ_PEND TN_HC(TN_HC_GROUP_IRQ, 2)
#define TN_HC_IRQ_PRIORITY TN_HC(TN_HC_GROUP_IRQ, 3) /* x2: TN_HC_IRQ_MOST .. 255 */
#define TN_HC_IRQ_SEND TN_HC(TN_HC_GROUP_IRQ, 4)     /* x1: SGI; x2: a bit for each CPU */
#define TN_HC_IRQ_ROUTE TN_HC(TN_HC_GROUP_IRQ, 5)    /* x2: number of the CPU */
#define TN_HC_IRQ_MOST 16                            /* what is more urgent is Mortise's */

/*
 * Group CONSOLE: the console that partitions share.  x1: guest-physical address of text in the
 * partition's own memory, x2: its length.  Takes the text up to its first newline and
 * TN_HC_CONSOLE_MAX bytes, and returns how many it took (more than 0 for a length above 0), or
 * INVALID when the bytes are not readable memory of the partition.  A line is shown when it is
 * complete or TN_HC_CONSOLE_MAX bytes long, behind the partition's name: `[name] line`.  What the
 * partition leaves unfinished is shown when it ends.  Control characters are shown as dots,
 * carriage returns left out.
 */
#define TN_HC_CONSOLE_WRITE TN_HC(TN_HC_GROUP_CONSOLE, 0)
#define TN_HC_CONSOLE_MAX 128

/*
 * Group CHAN: channels.  TN_HC_CHAN_RING, x1: number of the doorbell in the caller's descriptor
 * (INVALID otherwise).  Makes the receiver's interrupt pending; rings that it has not yet taken
 * are one.
 */
#define TN_HC_CHAN_RING TN_HC(TN_HC_GROUP_CHAN, 0)

/*
 * Group LIFE: the life cycle of the image's other partitions.  x1: number of the partition, 0 for
 * the image's first; INVALID for one that is not there, or the caller's own.
 *
 * FIND    x1: guest-physical address of a name, NUL-terminated and padded to 32 bytes; returns the
 *         number, INVALID when there is none such.
 * START   of one that is OFF.  BUSY: it is not, or another has one of its CPUs.
 * STOP    ends it for good, whatever its restart policy says; returns at once.  OK when it is OFF
 *         already, BUSY while it is STARTING.
 * PAUSE   one that is RUNNING; RESUME one that is PAUSED; BUSY in any other state.  Its timers
 *         and devices go on meanwhile, its interrupts stay pending.
 * RESTART ends one that is RUNNING or PAUSED as STOP does, and begins it anew, whatever its restart
 *         policy says; returns at once.  BUSY in any other state.
 * QUERY   returns TN_LIFE_* in bits 0..7, the status of its last end in 8..15 (139: a fault, 137:
 *         stopped) and in 16..39 how often it has been started.
 * STOP and PAUSE reach all of its CPUs, whatever the partition masks.
 */
#define TN_HC_LIFE_FIND TN_HC(TN_HC_GROUP_LIFE, 0)
#define TN_HC_LIFE_START TN_HC(TN_HC_GROUP_LIFE, 1)
#define TN_HC_LIFE_STOP TN_HC(TN_HC_GROUP_LIFE, 2)
#define TN_HC_LIFE_PAUSE TN_HC(TN_HC_GROUP_LIFE, 3)
#define TN_HC_LIFE_RESUME TN_HC(TN_HC_GROUP_LIFE, 4)
#define TN_HC_LIFE_QUERY TN_HC(TN_HC_GROUP_LIFE, 5)
#define TN_HC_LIFE_RESTART TN_HC(TN_HC_GROUP_LIFE, 6)
#define TN_LIFE_OFF 0      /* never started, or ended: its memory is clear, its CPUs are free */
#define TN_LIFE_STARTING 1 /* its CPU is on its way */
#define TN_LIFE_RUNNING 2
#define TN_LIFE_PAUSED 3
#define TN_LIFE_STOPPING 4 /* it has ended or is being stopped; soon OFF */
#define TN_LIFE_EMPTY 5    /* of slots: no program, its memory is clear */
#define TN_LIFE_FILLING 6  /* CREATE is done, FILL is not */
#define TN_LIFE_CLEARING 7 /* DESTROY is not done */
#define TN_LIFE_CHANGING 8 /* a call of group CREATE is at it */

/*
 * Group CREATE, capability LIFECYCLE: what runs in a slot (`mode = "slot"`).  x1: number of the
 * partition; INVALID: it is no slot, or the caller's own.  A call takes a page, or clears 16.
 *
 * CREATE  of one that is EMPTY (BUSY otherwise).  x2: guest-physical address of a file (struct
 *         tn_part), x3: its bytes.  Takes the head and the descriptor.  INVALID: they cannot be
 *         read, are damaged, break a rule or do not fit the slot's memory; DENIED: the slot lacks
 *         a capability, a device or an interrupt of it, or it has something that a slot cannot
 *         have; ABSENT: the slot has no channel of a name that it has, with the same kind, role and
 *         sizes.  It stays EMPTY then.
 * FILL    of one that is FILLING (BUSY otherwise).  x2: address of the segment's next bytes, x3:
 * how many, 4096, or all that are left when these are fewer (INVALID otherwise, nothing has
 *         happened).  Returns how many are left; behind the last it is OFF, and one as any other.
 *         INVALID for the last: the CRC is wrong, and it is CLEARING.
 * DESTROY of one that is OFF, FILLING or CLEARING (BUSY otherwise).  Returns how many bytes are not
 *         clear yet; 0: it is EMPTY.
 */
#define TN_HC_CREATE_CREATE TN_HC(TN_HC_GROUP_CREATE, 0)
#define TN_HC_CREATE_FILL TN_HC(TN_HC_GROUP_CREATE, 1)
#define TN_HC_CREATE_DESTROY TN_HC(TN_HC_GROUP_CREATE, 2)
#define TN_HC_CREATE_PAGE 4096

/*
 * Group WATCHDOG.  KICK: the partition's time begins anew, for all its CPUs; when it has run out
 * (`watchdog_ms` of its descriptor) the partition ends as by a fault.  INVALID: it has no watchdog.
 */
#define TN_HC_WATCHDOG_KICK TN_HC(TN_HC_GROUP_WATCHDOG, 0)

/*
 * Group MAP.  TN_HC_MAP_ON: from here on the translation registers of EL1 on this CPU count, which
 * are set before; until then there is no stage 1, whatever SCTLR_EL1 says.  For good, until the
 * CPU begins anew.
 */
#define TN_HC_MAP_ON TN_HC(TN_HC_GROUP_MAP, 0)

/*
 * Group MEMORY: ranges of the pool, for a partition that has TN_REGION_POOL in its descriptor. They
 * are known by the guest-physical address at which they begin, the same for all partitions.
 *
 * ASK     x1: bytes, 1 .. TN_HC_MEMORY_MAX, rounded up to pages; returns the address, of 2 MiB when
 *         it is as large.  Zeroes, R and W.  INVALID; BUSY: no room.
 * GIVE    x1: a range that the caller has asked for (BUSY: somebody has accepted it) or accepted.
 * SHARE   x1: a range that the caller has asked for, x2: partition, x3: TN_ACCESS_R or R and W.
 *         An offer, in place of an earlier one.  BUSY: it is accepted.
 * ACCEPT  x1: a range that is offered to the caller; returns its bytes.  INVALID: there is none.
 */
#define TN_HC_MEMORY_ASK TN_HC(TN_HC_GROUP_MEMORY, 0)
#define TN_HC_MEMORY_GIVE TN_HC(TN_HC_GROUP_MEMORY, 1)
#define TN_HC_MEMORY_SHARE TN_HC(TN_HC_GROUP_MEMORY, 2)
#define TN_HC_MEMORY_ACCEPT TN_HC(TN_HC_GROUP_MEMORY, 3)
#define TN_HC_MEMORY_MAX 0x400000

/*
 * Group TIME.  UPTIME: ticks of the counter since Mortise began.  EPOCH: the time of day when the
 * counter was 0, ns since 1970, as somebody has set it; 0: nobody.  SET_EPOCH, x1, for a caller
 * that holds LIFECYCLE, too (DENIED otherwise); INVALID: negative.
 */
#define TN_HC_TIME_UPTIME TN_HC(TN_HC_GROUP_TIME, 0)
#define TN_HC_TIME_EPOCH TN_HC(TN_HC_GROUP_TIME, 1)
#define TN_HC_TIME_SET_EPOCH TN_HC(TN_HC_GROUP_TIME, 2)

/*
 * Group INJECT.  PEND, x1: INTID that some descriptor has with TN_IRQ_INJECTABLE (INVALID
 * otherwise).  Makes it pending for its owner, who takes it when it has enabled it.
 */
#define TN_HC_INJECT_PEND TN_HC(TN_HC_GROUP_INJECT, 0)

/*
 * Group DEVICE.  x1: physical address, x2: bytes, 1, 2 or 4, of which x1 is a multiple, all in one
 * TN_REGION_REGISTERS of the caller that has the access (INVALID otherwise).  READ returns the
 * value; WRITE, x3: the value, of no more bytes.  FAILED: an external abort is the device's answer.
 */
#define TN_HC_DEVICE_READ TN_HC(TN_HC_GROUP_DEVICE, 0)
#define TN_HC_DEVICE_WRITE TN_HC(TN_HC_GROUP_DEVICE, 1)

/*
 * Group SCHED: an instance of a pool (docs/dynamic.md) and its CPU.  Times in ticks of CNTVCT_EL0.
 *
 * YIELD    to instances of its priority, or deadline, that are ready.
 * SLEEP    x1: until this time, or until an interrupt is pending for it.
 * PRIORITY x1: 0 .. 255, more is more urgent; INVALID above what the manifest says, or under EDF.
 * BUDGET   x1: microseconds, x2: of each period of so many; INVALID for a greater budget or share
 *          than the manifest says, or a value out of TN_HC_SCHED_SHORTEST .. LONGEST.  Where it
 *          has a budget already the new one counts when the current period ends.
 * USED     returns how long it has had its CPU.
 * THROTTLED returns how often its budget has been used up.
 * FOLLOW   the level in CONTEXTIDR_EL1 has come behind the one in TPIDRRO_EL0: a decision is due,
 *          whatever the caller masks.  For an instance with `follow`.
 * CPU      x1: go on on this CPU of the board, or TN_HC_SCHED_WHERE; returns the CPU that the
 *          instance is on.  INVALID: it is none of its pool; DENIED: without `migrate`; BUSY: under
 *          EDF, and that CPU has promised too much already, or on a GICv2 from the handler of a
 *          shared interrupt; FAILED: the firmware does not start it.
 */
#define TN_HC_SCHED_YIELD TN_HC(TN_HC_GROUP_SCHED, 0)
#define TN_HC_SCHED_SLEEP TN_HC(TN_HC_GROUP_SCHED, 1)
#define TN_HC_SCHED_PRIORITY TN_HC(TN_HC_GROUP_SCHED, 2)
#define TN_HC_SCHED_BUDGET TN_HC(TN_HC_GROUP_SCHED, 3)
#define TN_HC_SCHED_USED TN_HC(TN_HC_GROUP_SCHED, 4)
#define TN_HC_SCHED_THROTTLED TN_HC(TN_HC_GROUP_SCHED, 5)
#define TN_HC_SCHED_FOLLOW TN_HC(TN_HC_GROUP_SCHED, 6)
#define TN_HC_SCHED_CPU TN_HC(TN_HC_GROUP_SCHED, 7)
#define TN_HC_SCHED_WHERE 0xffu
#define TN_HC_SCHED_SHORTEST 20 /* microseconds */
#define TN_HC_SCHED_LONGEST 10000000

#endif
