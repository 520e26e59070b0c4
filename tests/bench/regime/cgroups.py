# SPDX-License-Identifier: MIT
"""A control group for one daemon: limits of its disk reads and its cores, and what it used.

Version 1 (blkio, cpuset, cpu, cpuacct, wherever they are mounted) or version 2 (io, cpuset, cpu).
"""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

PERIOD_US = 100_000
V1_CONTROLLERS = ("blkio", "cpuset", "cpuacct", "cpu")
REMOVE_TIMEOUT_S = 10
MOST_SHARES_V1 = 262_144
MOST_WEIGHT_V2 = 10_000


class NoControlGroups(Exception):
    pass


@dataclass(frozen=True)
class Limits:
    """`disk_mb_s` is None where nothing limits the disk; 1 MB is 10^6 bytes."""

    disk_mb_s: float | None
    cores: int

    def disk_bytes_per_s(self):
        return None if self.disk_mb_s is None else int(self.disk_mb_s * 1e6)

    def __str__(self):
        disk = "unlimited" if self.disk_mb_s is None else f"{self.disk_mb_s:g} MB/s"
        return f"{disk}, {self.cores} {'core' if self.cores == 1 else 'cores'}"


@contextlib.contextmanager
def put_first(name):
    """A group whose programs go before all others; daemons and readers are to share it, for a
    daemon's idle threads yield to the readers only within one group. Yields where it is."""
    places = _v1_places()
    root = places.get("cpu") or _v2_root()
    if root is None or os.geteuid() != 0:
        raise NoControlGroups("control groups need root, and a mounted cpu controller")
    folder = root / name
    folder.mkdir()
    try:
        if "cpu" in places:
            (folder / "cpu.shares").write_text(str(MOST_SHARES_V1))
        else:
            (folder / "cgroup.subtree_control").write_text("+io +cpuset +cpu")
            (folder / "cpu.weight").write_text(str(MOST_WEIGHT_V2))
        yield folder
    finally:
        _remove(folder)


def make_group(name, disk, cores_by="cpuset", first=None):
    """A new group; `disk` is MAJOR:MINOR, `cores_by` is cpuset or quota, `first` from put_first."""
    if os.geteuid() != 0:
        raise NoControlGroups("control groups need root")
    places = _v1_places()
    if all(controller in places for controller in V1_CONTROLLERS):
        return _GroupV1(places, name, disk, cores_by, first)
    root = _v2_root()
    if root is None:
        raise NoControlGroups("neither blkio, cpuset, cpu and cpuacct (version 1) nor a unified "
                              "hierarchy with io, cpuset and cpu (version 2) is mounted")
    return _GroupV2(first or root, name, disk, cores_by)


def usable_cores():
    return sorted(os.sched_getaffinity(0))


def _mounts(kind):
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        fields = after.split(" ")
        if fields[0] == kind:
            yield Path(before.split(" ")[4]), fields[2].split(",")


def _v1_places():
    return {option: place for place, options in _mounts("cgroup") for option in options
            if option in V1_CONTROLLERS}


def _v2_root():
    for place, _ in _mounts("cgroup2"):
        offered = (place / "cgroup.controllers").read_text().split()
        if all(controller in offered for controller in ("io", "cpuset", "cpu")):
            return place
    return None


def _cpu_list(cores):
    usable = usable_cores()
    if cores > len(usable):
        raise NoControlGroups(f"there are no {cores} cores here, only {len(usable)}")
    return ",".join(map(str, usable[:cores]))


def _remove(folder):
    """Processes that are still in it go to where it is."""
    deadline = time.monotonic() + REMOVE_TIMEOUT_S
    while folder.exists() and time.monotonic() < deadline:
        for pid in (folder / "cgroup.procs").read_text().split():
            try:
                (folder.parent / "cgroup.procs").write_text(pid)
            except OSError:
                pass  # ended meanwhile
        try:
            folder.rmdir()
        except OSError:
            time.sleep(0.05)  # the last process is about to end


class Group:
    """What both versions share. Not limited until `limit` is called."""

    def __init__(self, folders, entered, disk, cores_by):
        """`folders` are made and removed; in all of `entered` the group's processes are."""
        self.folders = folders
        self.entered = entered
        self.disk = disk
        self.cores_by = cores_by
        for folder in folders:
            folder.mkdir()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def command_prefix(self):
        """Before a command, this runs it and what it starts in the group."""
        moves = "".join(f"echo $$ > '{folder}/cgroup.procs' && " for folder in self.entered)
        return ["/bin/sh", "-c", moves + 'exec "$@"', "sh"]

    def enter(self):
        """Moves the calling process."""
        for folder in self.entered:
            (folder / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self):
        for folder in self.folders:
            _remove(folder)


class _GroupV1(Group):
    def __init__(self, places, name, disk, cores_by, first):
        self.blkio, self.cpuset, self.cpuacct = (places[controller] / name
                                                 for controller in ("blkio", "cpuset", "cpuacct"))
        self.cpu = (first or places["cpu"]) / name
        own = [self.blkio, self.cpuset]
        if places["cpu"] == places["cpuacct"]:  # mounted together
            self.cpuacct = self.cpu
        else:
            own.append(self.cpuacct)
        needs_own_cpu = cores_by == "quota" or self.cpuacct == self.cpu or first is None
        if needs_own_cpu:
            own.append(self.cpu)
        super().__init__(own, own if needs_own_cpu else [*own, first], disk, cores_by)
        parent = self.cpuset.parent
        for part in ("cpuset.cpus", "cpuset.mems"):
            (self.cpuset / part).write_text((parent / part).read_text())

    def limit(self, limits):
        rate = limits.disk_bytes_per_s() or 0  # 0 takes the limit away
        (self.blkio / "blkio.throttle.read_bps_device").write_text(f"{self.disk} {rate}")
        if self.cores_by == "quota":
            (self.cpu / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (self.cpu / "cpu.cfs_quota_us").write_text(str(PERIOD_US * limits.cores))
        else:
            (self.cpuset / "cpuset.cpus").write_text(_cpu_list(limits.cores))

    def cpu_s(self):
        return int((self.cpuacct / "cpuacct.usage").read_text()) * 1e-9

    def read_bytes(self):
        table = (self.blkio / "blkio.throttle.io_service_bytes").read_text()
        for line in table.splitlines():
            if line.startswith(f"{self.disk} Read "):
                return int(line.split()[2])
        return 0


class _GroupV2(Group):
    def __init__(self, root, name, disk, cores_by):
        if root == _v2_root():
            (root / "cgroup.subtree_control").write_text("+io +cpuset +cpu")
        self.folder = root / name
        super().__init__([self.folder], [self.folder], disk, cores_by)

    def limit(self, limits):
        rate = limits.disk_bytes_per_s() or "max"
        (self.folder / "io.max").write_text(f"{self.disk} rbps={rate}")
        if self.cores_by == "quota":
            (self.folder / "cpu.max").write_text(f"{PERIOD_US * limits.cores} {PERIOD_US}")
        else:
            (self.folder / "cpuset.cpus").write_text(_cpu_list(limits.cores))

    def cpu_s(self):
        for line in (self.folder / "cpu.stat").read_text().splitlines():
            if line.startswith("usage_usec "):
                return int(line.split()[1]) * 1e-6
        return 0.0

    def read_bytes(self):
        for line in (self.folder / "io.stat").read_text().splitlines():
            fields = line.split()
            if fields[0] == self.disk:
                return int(dict(pair.split("=") for pair in fields[1:])["rbytes"])
        return 0
