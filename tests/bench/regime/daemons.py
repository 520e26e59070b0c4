# SPDX-License-Identifier: MIT
"""Mounts whose daemons are throttled, and epochs of reading them."""

import contextlib
import itertools
import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import mounted

from . import cgroups, page_cache, readers

READY_TIMEOUT_S = 120


@dataclass(frozen=True)
class Machine:
    """What is the same for all regimes."""

    work: Path
    disk: str  # MAJOR:MINOR
    cores_by: str
    readers: int
    io: str
    first: Path | None = None  # the group in which all go before other programs
    readers_group: cgroups.Group | None = None

    def make_group(self, name, limits):
        group = cgroups.make_group(f"tensorfs-bench-{os.getpid()}-{name}", self.disk,
                                   self.cores_by, self.first)
        group.limit(limits)
        return group

    def prepare_reader(self, limits):
        """What makes the calling process a reader, off the cores that the daemon has to itself."""
        usable = cgroups.usable_cores()
        own = usable[limits.cores:] or usable

        def prepare():
            os.sched_setaffinity(0, own)
            if self.readers_group is not None:
                self.readers_group.enter()

        return prepare


@dataclass(frozen=True)
class Epoch:
    """What one reading took, of the daemon, its disk and its readers."""

    reading: readers.Reading
    daemon_cpu_s: float
    read_bytes: int
    other_cores: float  # busy with other programs, the kernel's own threads or other guests

    @property
    def rate(self):
        return self.reading.rate

    def as_json(self):
        files = self.reading.files
        return {"files": files, "seconds": self.reading.seconds, "samples_per_s": self.rate,
                "daemon_cpu_ms": self.daemon_cpu_s / files * 1e3,
                "reader_cpu_ms": self.reading.cpu_s / files * 1e3,
                "read_kb": self.read_bytes / files / 1e3,
                "other_cores": self.other_cores}


def machine_cpu_s():
    """Of all programs and of the hypervisor's other guests, as far as it tells."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    user, nice, system, _, _, irq, softirq, steal = fields[:8]
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


class ThrottledMount:
    """A daemon in a group of its own, on `source`, with its state in a directory of its own."""

    numbers = itertools.count()

    def __init__(self, machine, source, workload, limits, state, *options):
        self.machine = machine
        self.source = source
        self.workload = workload
        self.state = state
        self.cleanup = contextlib.ExitStack()
        try:
            self._start(limits, options)
        except BaseException:
            self.cleanup.close()
            raise

    def _start(self, limits, options):
        number = next(self.numbers)
        self.group = self.cleanup.enter_context(self.machine.make_group(number, limits))
        point = self.machine.work / f"mount-{number}"
        for place in (point, self.state):
            place.mkdir(parents=True, exist_ok=True)
        self.cleanup.callback(shutil.rmtree, point, ignore_errors=True)
        self.mount = self.cleanup.enter_context(mounted.Mounted(
            self.source, point, self.state, *self.workload.options, "--io", self.machine.io,
            *options, run_as=self.group.command_prefix()))
        self.mount.run_as = []  # what is asked later is not the daemon's work
        self.limits = limits
        self.cleanup.callback(self.limit, cgroups.Limits(None, limits.cores))
        self._wait_for_store()

    def _wait_for_store(self):
        deadline = time.monotonic() + READY_TIMEOUT_S
        while self.mount.status()["sample_store"]["condition"]:
            if time.monotonic() > deadline:
                raise RuntimeError("the store does not open")
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.cleanup.close()

    def limit(self, limits):
        self.limits = limits
        self.group.limit(limits)

    def paths(self, names):
        return [f"{self.mount.path}/{self.workload.presented(name)}" for name in names]

    @contextlib.contextmanager
    def stopped(self):
        """The daemon does nothing meanwhile, not even in the background."""
        os.kill(self.mount.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.mount.pid, signal.SIGCONT)

    def drop_caches(self, names):
        page_cache.drop_segments(self.state)
        page_cache.drop([f"{self.source}/{name}" for name in names])
        if self.machine.io == "buffered":
            page_cache.drop(self.paths(names))

    def read(self, names, seed, at_most_s=None, beside=None):
        """One epoch over the samples, or a random part of it, from cold page caches."""
        self.drop_caches(names)
        before = self._used()
        reading = readers.read_all(self.paths(names), self.machine.readers, seed, at_most_s,
                                   self.machine.prepare_reader(self.limits), beside)
        wall_s, all_s, daemon_s, read_bytes = (now - then for now, then in
                                               zip(self._used(), before))
        others = max(0.0, all_s - daemon_s - reading.cpu_s) / wall_s
        return Epoch(reading, daemon_s, read_bytes, others)

    def _used(self):
        return time.monotonic(), machine_cpu_s(), self.group.cpu_s(), self.group.read_bytes()
