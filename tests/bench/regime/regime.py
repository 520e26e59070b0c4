# SPDX-License-Identifier: MIT
"""One regime: the disk's rate, the fixed forms, the adaptive mixture, and the bound of them all."""

import os
import shutil
import statistics
from dataclasses import dataclass, field

from . import adaptive
from .capacity import Capacity, disk_bytes_per_s
from .cgroups import Limits, usable_cores
from .daemons import Machine
from .fixed_forms import ORIGINAL, bound_of
from .workloads import Samples, Workload

MIN_FIXED = 8  # of a form's
TRIAL = 0.3  # of the time of a form's reading
PLAIN = 2  # times as long are plain files read


@dataclass(frozen=True)
class Effort:
    """How long and how often to measure."""

    fixed_s: float  # reading of one form in one round
    epoch_s: float  # of the mixture, were it at the bound
    epochs: int  # of the mixture, at most, until it has settled
    calm_s: float  # of reading at least, before it counts as settled
    most_s: float  # after which no further epoch begins
    rounds: int  # in which all forms and the mixture take turns
    min_samples: int  # of the mixture's epochs
    max_samples: dict  # by extension
    policy: str = "adaptive"  # of the mixture


@dataclass
class RegimeResult:
    workload: str
    limits: Limits
    capacity: Capacity
    trial: dict  # epochs by form
    fixed: dict = field(default_factory=dict)  # the same, longer
    samples: int = 0
    epochs: list = field(default_factory=list)  # of the mixture, until it had settled
    settled: list = field(default_factory=list)  # and after that
    bound: float = 0.0
    plan: dict | None = None  # the daemon's own, with the measured capacities

    def fixed_rate(self, form):
        return statistics.median(epoch.rate for epoch in self.fixed[form])

    @property
    def best_fixed(self):
        return max(map(self.fixed_rate, self.fixed))

    @property
    def adaptive_rate(self):
        return adaptive.median_rate(self.settled) if self.settled else None

    @property
    def planners_bound(self):
        return self.plan and self.plan["bound_samples_per_s"]

    @property
    def epochs_until_settled(self):
        if not self.settled:
            return None
        return adaptive.epochs_until_settled(self.epochs + self.settled, self.adaptive_rate)

    def ratios(self):
        """÷ best fixed, ÷ bound, ÷ source:original."""
        if not self.settled:
            return [None] * 3
        return [self.adaptive_rate / other
                for other in (self.best_fixed, self.bound, self.fixed_rate(ORIGINAL))]

    def as_json(self):
        return {"workload": self.workload, "disk_mb_s": self.limits.disk_mb_s,
                "cores": self.limits.cores, "samples": self.samples,
                "measured_disk_mb_s": self.capacity.disk_bytes_per_s / 1e6,
                "fixed": {form: {"samples_per_s": self.fixed_rate(form),
                                 "epochs": [epoch.as_json() for epoch in epochs]}
                          for form, epochs in self.fixed.items()},
                "adaptive": self.adaptive_rate, "bound": self.bound, "plan": self.plan,
                "ratios": dict(zip(("best_fixed", "bound", "original"), self.ratios())),
                "epochs_until_settled": self.epochs_until_settled,
                "adaptive_epochs": [epoch.as_json() for epoch in self.epochs],
                "settled_epochs": [epoch.as_json() for epoch in self.settled]}


class Setting:
    """What the regimes of a workload share while the daemons have the same cores.

    `forms` are FixedForms, `mounts` their mounts.
    """

    def __init__(self, machine: Machine, workload: Workload, samples: Samples, forms, mounts,
                 effort: Effort):
        self.machine = machine
        self.workload = workload
        self.samples = samples
        self.forms = forms
        self.mounts = mounts
        self.effort = effort
        # With no limit of the disk, these show what to expect with one.
        self.trial = {form.form: [mount.read(samples.names, 0, effort.fixed_s * TRIAL)]
                      for form, mount in zip(forms, mounts)}

    def open(self, limits):
        """The regime before anything but its disk was measured."""
        for mount in self.mounts:
            mount.limit(limits)
        return RegimeResult(self.workload.key, limits,
                            Capacity([self._read_plainly(limits)], limits.cores,
                                     len(usable_cores())), self.trial)

    def _read_plainly(self, limits):
        """Bytes per second of the disk."""
        names = self.samples.names
        if limits.disk_mb_s is not None:
            size = statistics.fmean(os.stat(self.samples.root / name).st_size for name in names)
            names = names[:_count(limits.disk_bytes_per_s() / size * PLAIN * self.effort.fixed_s)]
        paths = [self.samples.root / name for name in names]
        return disk_bytes_per_s(self.machine, limits, paths)

    def read_fixed(self, result, names):
        """One round of the forms, each as many samples as it is expected to read in that time."""
        for form, mount in zip(self.forms, self.mounts):
            epochs = result.fixed.setdefault(form.form, [])
            rate = self.trial[form.form][0].rate
            if result.limits.disk_mb_s is not None:
                size = statistics.fmean(form.bytes_of.values())
                rate = min(rate, result.limits.disk_bytes_per_s() / size)
            count = _count(rate * self.effort.fixed_s)
            epochs.append(mount.read(names[:count], seed=len(epochs)))
        if len(result.capacity.disk_rates) < self.effort.rounds:
            result.capacity.disk_rates.append(self._read_plainly(result.limits))

    def bound(self, result, names):
        return bound_of(self.forms, result.fixed or result.trial, result.capacity, names)

    def run(self, limits, report):
        """All of a regime."""
        result = self.open(limits)
        rate = self.bound(result, self.samples.names)
        count = max(self.effort.min_samples, int(rate * self.effort.epoch_s))
        names = self.samples.subset(count)
        result.samples = len(names)
        self._read_adaptive(result, names, report)
        result.bound = self.bound(result, names)
        return result

    def adaptive_mount(self, names, limits):
        """With an empty store."""
        state = self.machine.work / "adaptive"
        shutil.rmtree(state, ignore_errors=True)
        return adaptive.AdaptiveMount(self.machine, self.workload, self.samples, names, limits,
                                      state, self.effort.policy)

    def _read_adaptive(self, result, names, report):
        try:
            with self.adaptive_mount(names, result.limits) as mixture:
                mixture.read_until_settled(self.effort.epochs, self.effort.calm_s,
                                           self.effort.most_s, report)
                until = len(mixture.epochs)
                for _ in range(self.effort.rounds):
                    report(mixture.read_epoch())
                    with mixture.throttled.stopped():
                        self.read_fixed(result, names)
                result.epochs = mixture.epochs[:until]
                result.settled = mixture.epochs[until:]
                result.plan = mixture.plan(_cores_left(result), result.capacity.disk_bytes_per_s)
        except adaptive.NoAdaptivePolicy as missing:
            report(missing)
            for _ in range(self.effort.rounds):
                self.read_fixed(result, names)


def _count(samples):
    return max(MIN_FIXED, round(samples))


def _cores_left(result):
    """To the daemon, where the readers share its cores: what they used is not to be had."""
    has = result.capacity
    if has.all_cores > has.cores:
        return has.cores
    used = statistics.median(epoch.epoch.reading.cpu_s / epoch.epoch.reading.seconds
                             for epoch in result.settled)
    return has.cores - used
