# SPDX-License-Identifier: Apache-2.0
"""Dynamic mode in the manifest: [[pool]] and the keys of the partitions in it (docs/dynamic.md).

A pool has CPUs that nobody else has; each of its partitions is an instance with one vCPU, which
this module places on one of the CPUs: the most loaded first, each where most is left.
"""
from dataclasses import dataclass, field

from tenon import errors

KEYS = {"name": "name", "cpus": "numbers", "policy": "text"}
PARTITION_KEYS = {
    "pool": "name", "policy": "text", "priority": "number",
    "budget_us": "number", "period_us": "number", "slice_us": "number", "follow": "flag",
    "migrate": "flag",
}
POLICIES = ("fixed", "rr", "edf")
MODES = ("bypass", "tenon", "raw", "linux")
VIRTUAL = ("gich", "gicv", "gicc_dir")  # frames of a GICv2 with virtualization
PRIORITY = 100
PRIORITIES = 256  # 0 .. 255, more is more urgent
SLICE_US = 1000
SHORTEST_US = 20  # a budget or slice below would be spent on switching
LONGEST_US = 10_000_000
NOBODY = 255


@dataclass
class Pool:
    """One [[pool]]."""
    name: str = ""
    cpus: list = field(default_factory=list)
    policy: str = "fixed"  # of partitions that name none
    places: dict = field(default_factory=dict)
    table: str = ""

    def place(self, key):
        """Where a key was given."""
        return self.places.get(key, self.table)


def refuse(place, message):
    """A configuration refusal with its place in front."""
    raise errors.Refusal(errors.CONFIG, f"{place}: {message}")


def check(image, machine):
    """Check pools and instances; gives each instance its CPU."""
    pools = {}
    owners = {}
    for item in image.pools:
        _check_pool(item, machine, pools, owners)
        pools[item.name] = item
    for partition in image.partitions:
        if partition.pool is None:
            for key in PARTITION_KEYS:
                if key in partition.places:
                    refuse(partition.place(key), f"{key} is for a partition in a pool; add pool = "
                           "\"name\"" if pools else f"{key} is for a partition in a pool; add a "
                           "[[pool]] and pool = its name")
            for cpu in partition.cpus if "cpus" in partition.places else []:
                if cpu in owners:
                    refuse(partition.place("cpus"), f"partition {partition.name}: CPU {cpu} belongs to "
                           f"pool {owners[cpu].name} ({owners[cpu].place('cpus')}); name another, or "
                           f"write pool = \"{owners[cpu].name}\" instead")
        else:
            _check_instance(partition, pools, machine)
    for item in image.pools:
        _place(item, [partition for partition in image.partitions if partition.pool == item.name],
               len(image.partitions))


def watch_alone(image, machine):
    """Where a guest could close a CPU interface of its own for its watchdog's interrupt, too, give one
    that is watched a pool for itself: there the real interface is Mortise's."""
    if machine.gic["version"] >= 3 or not all(frame in machine.gic for frame in (*VIRTUAL, "maintenance")):
        return
    users = [cpu for partition in image.partitions if partition.pool is None for cpu in partition.cpus]
    for partition in image.partitions:
        if (partition.watchdog_ms and partition.pool is None and partition.mode in MODES
                and len(partition.cpus) == 1 and users.count(partition.cpus[0]) == 1):
            place = partition.place("watchdog_ms")
            item = Pool(name=f"watchdog:{partition.name}", cpus=list(partition.cpus), table=place)
            image.pools.append(item)
            partition.pool, partition.policy = item.name, item.policy


def _check_pool(item, machine, pools, owners):
    if not item.name:
        refuse(item.table, "a pool needs a name; add name = \"p\"")
    if item.name in pools:
        refuse(item.place("name"), f"there are two pools {item.name}; give each its own name")
    if not item.cpus:
        refuse(item.place("cpus"), f"pool {item.name} has no CPU; add cpus = [1]")
    if item.policy not in POLICIES:
        refuse(item.place("policy"), f"unknown policy '{item.policy}'"
               + (errors.nearest(item.policy, POLICIES) or f"; they are: {', '.join(POLICIES)}"))
    for cpu in item.cpus:
        if cpu >= machine.cpus:
            refuse(item.place("cpus"), f"board {machine.name} has no CPU {cpu}; its CPUs are 0 to "
                   f"{machine.cpus - 1}")
        if cpu in owners:
            refuse(item.place("cpus"), f"CPU {cpu} is in pool {owners[cpu].name} already; name each "
                   "CPU once")
        owners[cpu] = item
    for frame in VIRTUAL if machine.gic["version"] < 3 else ():
        if frame not in machine.gic:
            refuse(item.table, f"board {machine.name} does not say where {frame} of its GIC is, which a "
                   f"pool needs; add {frame} to [gic] of its board.toml, or give each partition its "
                   "own CPU")
    if "maintenance" not in machine.gic:
        refuse(item.table, f"board {machine.name} says no maintenance interrupt of its GIC; add "
               "maintenance to [gic] of its board.toml")


def _check_instance(partition, pools, machine):
    place = partition.place
    if partition.pool not in pools:
        refuse(place("pool"), f"there is no pool '{partition.pool}'"
               + (errors.nearest(partition.pool, pools) or "; add a [[pool]] with this name"))
    item = pools[partition.pool]
    if partition.mode not in MODES:
        refuse(place("mode"), f"a partition in mode '{partition.mode}' cannot share a CPU; modes that "
               f"can: {', '.join(MODES)}; give it cpus instead of a pool")
    if "cpus" in partition.places:
        refuse(place("cpus"), f"partition {partition.name} runs on the CPUs of pool {item.name}; "
               "remove cpus")
    partition.policy = partition.policy or item.policy
    if partition.policy not in POLICIES:
        refuse(place("policy"), f"unknown policy '{partition.policy}'"
               + (errors.nearest(partition.policy, POLICIES)
                  or f"; they are: {', '.join(POLICIES)}"))
    _check_numbers(partition)


def _check_numbers(partition):
    place = partition.place
    if partition.policy == "edf" and partition.priority is not None:
        refuse(place("priority"), "a partition under edf has a deadline, not a priority; remove it, or "
               "write policy = \"fixed\"")
    if partition.priority is not None and not 0 <= partition.priority < PRIORITIES:
        refuse(place("priority"), f"priority = {partition.priority} is out of range; it goes from 0 to "
               f"{PRIORITIES - 1}, the most urgent")
    if partition.follow and (partition.mode != "tenon" or partition.policy == "edf"):
        refuse(place("follow"), "follow is for a partition of mode tenon under policy fixed or rr, whose "
               "threads have the priorities that count; remove it")
    if partition.migrate and partition.mode in ("raw", "linux"):
        refuse(place("migrate"), f"a kernel of mode {partition.mode} has the CPU that it began on; remove "
               "migrate")
    if partition.migrate and partition.follow:
        refuse(place("migrate"), "an instance that follows its threads stays on its CPU; remove migrate or "
               "follow")
    if partition.slice_us is not None and partition.policy != "rr":
        refuse(place("slice_us"), "slice_us is for policy \"rr\"; remove it")
    for key in ("budget_us", "period_us", "slice_us"):
        value = getattr(partition, key)
        if value is not None and not SHORTEST_US <= value <= LONGEST_US:
            refuse(place(key), f"{key} = {value} is out of range; it goes from {SHORTEST_US} to "
                   f"{LONGEST_US}")
    given = [key for key in ("budget_us", "period_us") if getattr(partition, key) is not None]
    if len(given) == 1 or (partition.policy == "edf" and not given):
        refuse(place(given[0] if given else "policy"), f"partition {partition.name} needs both "
               "budget_us and period_us: so much time in each period")
    if given and partition.budget_us > partition.period_us:
        refuse(place("budget_us"), f"budget_us = {partition.budget_us} is more than its period of "
               f"{partition.period_us}; make it smaller")


def check_counters(guests):
    """Refuse performance counters for two instances of one CPU: they are not switched."""
    owners = {}
    for guest in guests:
        spec = guest.spec
        if spec.pool is None or "PMU" not in guest.caps:
            continue
        if spec.migrate:
            refuse(spec.place("migrate"), f"partition {spec.name} uses performance counters, which are its "
                   "CPU's; remove migrate, or <tn/pmu.h> and capability PMU")
        other = owners.setdefault(spec.cpus[0], guest)
        if other is not guest:
            programs = [one.spec.name for one in (other, guest) if "STAGE1" not in one.caps]
            less = f"remove <tn/pmu.h> and capability PMU from {' or '.join(programs)}, or " if programs \
                else "every kernel has them: "
            refuse(spec.place("pool"), f"partitions {other.spec.name} and {spec.name} both use the "
                   f"performance counters of CPU {spec.cpus[0]}, which one instance can have; {less}"
                   f"give {spec.name} cpus instead of a pool")


def summary(partition):
    """What the build report says of an instance."""
    found = {"name": partition.pool, "policy": partition.policy}
    if partition.policy != "edf":
        found["priority"] = PRIORITY if partition.priority is None else partition.priority
    if partition.policy == "rr":
        found["slice_us"] = SLICE_US if partition.slice_us is None else partition.slice_us
    if partition.budget_us is not None:
        found |= {"budget_us": partition.budget_us, "period_us": partition.period_us}
    return found


def load(partition):
    """The share of a CPU that an instance may ask for with its deadline kept, 0 without one."""
    return partition.budget_us / partition.period_us if partition.policy == "edf" else 0


def _place(item, partitions, count):
    if not partitions:
        refuse(item.table, f"no partition is in pool {item.name}; write pool = \"{item.name}\" in one, "
               "or remove the pool")
    if count == 1 and not partitions[0].watchdog_ms:
        refuse(item.table, "an image with one partition has nobody to share a CPU with; remove the "
               "pool")
    room = {cpu: [0.0, 0] for cpu in item.cpus}  # CPU -> [EDF load, instances]
    for partition in sorted(partitions, key=load, reverse=True):  # stable: else as they stand
        cpu = min(room, key=lambda number: (room[number][0], room[number][1], number))
        room[cpu][0] += load(partition)
        room[cpu][1] += 1
        partition.cpus = [cpu]
        if room[cpu][0] > 1 + 1e-9:
            total = sum(map(load, partitions))
            refuse(partition.place("budget_us"), f"pool {item.name}: with partition {partition.name} "
                   f"its EDF partitions ask for {room[cpu][0]:.2f} of CPU {cpu} ({total:.2f} of "
                   f"{len(item.cpus)} in all); make budgets smaller or periods longer")


def instances(image):
    """For templates/pool_table.h.j2: one entry a slot of Mortise, in the order of slots."""
    if not image.pools:
        return []
    numbers = {}
    for item in image.pools:
        for cpu in item.cpus:
            numbers[cpu] = len(numbers)
    found = [_instance(partition, index, cpu, numbers)
             for index, partition in enumerate(image.partitions) for cpu in sorted(partition.cpus)]
    if idles(image):
        found += [{"cpu": numbers[cpu], "board": cpu, "partition": index, "follow": 0, "migrate": 0,
                   "kind": "FIXED", "level": 0, "budget_us": 0, "period_us": 0, "slice_us": 0, "watchdog_ms": 0}
                  for index, item in enumerate(image.pools) for cpu in item.cpus]
    return found


def idles(image):
    """How many CPUs need a place for Mortise where no instance is left: all of pools, or none."""
    return (sum(len(item.cpus) for item in image.pools)
            if any(partition.migrate for partition in image.partitions) else 0)


def _instance(partition, index, cpu, numbers):
    pooled = partition.pool is not None
    policy = partition.policy if pooled else "fixed"
    priority = PRIORITY if partition.priority is None else partition.priority
    slice_us = SLICE_US if partition.slice_us is None else partition.slice_us
    return {"cpu": numbers[cpu] if pooled else NOBODY, "board": cpu, "partition": index,
            "follow": int(partition.follow), "migrate": int(partition.migrate),
            "kind": policy.upper(), "level": PRIORITIES - 1 - priority if pooled else 0,
            "budget_us": partition.budget_us or 0 if pooled else 0,
            "period_us": partition.period_us or 0 if pooled else 0,
            "slice_us": slice_us if policy == "rr" else 0,
            "watchdog_ms": partition.watchdog_ms if pooled else 0}
