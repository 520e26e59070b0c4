# SPDX-License-Identifier: MIT
"""One regime: the disk's rate, the fixed forms, the adaptive mixture, and the bound of them all."""

import shutil
import statistics
from dataclasses import dataclass, field

import numpy as np

from . import adaptive, bound
from .capacity import Capacity, disk_bytes_per_s
from .cgroups import Limits, usable_cores
from .fixed_forms import ORIGINAL

MIN_SAMPLES = 40


@dataclass(frozen=True)
class Effort:
    """How long and how often to measure."""

    fixed_s: float  # reading of one form in one round
    epoch_s: float  # of the mixture, were it at the bound
    epochs: int  # of the mixture, at most, until it has settled
    rounds: int  # in which all forms and the mixture take turns
    max_samples: dict  # by extension


@dataclass
class RegimeResult:
    workload: str
    limits: Limits
    samples: int = 0
    capacity: Capacity | None = None
    fixed: dict = field(default_factory=dict)  # epochs by form
    epochs: list = field(default_factory=list)  # of the mixture, until it had settled
    settled: list = field(default_factory=list)  # and after that
    bound: float = 0.0

    def fixed_rate(self, form):
        return statistics.median(epoch.rate for epoch in self.fixed[form])

    @property
    def best_fixed(self):
        return max(map(self.fixed_rate, self.fixed))

    @property
    def adaptive_rate(self):
        return adaptive.median_rate(self.settled) if self.settled else None

    @property
    def epochs_until_settled(self):
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
                "adaptive": self.adaptive_rate, "bound": self.bound,
                "ratios": dict(zip(("best_fixed", "bound", "original"), self.ratios())),
                "epochs_until_settled": self.epochs_until_settled if self.settled else None,
                "adaptive_epochs": [epoch.as_json() for epoch in self.epochs],
                "settled_epochs": [epoch.as_json() for epoch in self.settled]}


class Regime:
    """`forms` are FixedForms, `mounts` their mounts under the regime's cores."""

    def __init__(self, machine, workload, samples, forms, mounts, effort):
        self.machine = machine
        self.workload = workload
        self.samples = samples
        self.forms = forms
        self.mounts = mounts
        self.effort = effort

    def run(self, limits, report):
        result = RegimeResult(self.workload.key, limits)
        for mount in self.mounts:
            mount.limit(limits)
        paths = [self.samples.all / name for name in self.samples.names]
        disk = disk_bytes_per_s(self.machine, limits, paths, self.effort.fixed_s)
        result.fixed = {form.form: [] for form in self.forms}
        self._read_fixed(result, self.samples.names)
        result.capacity = Capacity(
            max([disk, *map(_read_rate, result.fixed.values())]), limits.cores, len(usable_cores()))
        rate = self._bound(result, self.samples.names)
        names = self.samples.subset(self._samples_for(rate))
        result.samples = len(names)
        self._read_adaptive(result, names, limits, report)
        result.bound = self._bound(result, names)
        return result

    def _samples_for(self, rate):
        return min(len(self.samples.names), max(MIN_SAMPLES, int(rate * self.effort.epoch_s)))

    def _read_fixed(self, result, names):
        for form, mount in zip(self.forms, self.mounts):
            seed = len(result.fixed[form.form])
            result.fixed[form.form].append(mount.read(names, seed, self.effort.fixed_s))

    def _read_adaptive(self, result, names, limits, report):
        state = self.machine.work / "adaptive"
        shutil.rmtree(state, ignore_errors=True)
        try:
            with (self.samples.tree(names) as tree,
                  adaptive.AdaptiveMount(self.machine, self.workload, tree, names, limits,
                                         state) as mixture):
                mixture.read_until_settled(self.effort.epochs, report)
                until = len(mixture.epochs)
                for _ in range(self.effort.rounds):
                    report(mixture.read_epoch())
                    self._read_fixed(result, names)
                result.epochs = mixture.epochs[:until]
                result.settled = mixture.epochs[until:]
        except adaptive.NoAdaptivePolicy as missing:
            report(missing)
            for _ in range(self.effort.rounds):
                self._read_fixed(result, names)
        finally:
            shutil.rmtree(state, ignore_errors=True)

    def _bound(self, result, names):
        """CPU of a form is its mean in this regime, bytes are each sample's own."""
        return bound.best_rate(np.stack([self._costs(result, form, names) for form in self.forms],
                                        axis=1))

    def _costs(self, result, form, names):
        """Seconds of the disk, of the daemon's cores and of all cores, for each sample."""
        epochs = result.fixed[form.form]
        files = sum(epoch.reading.files for epoch in epochs)
        daemon_s = sum(epoch.daemon_cpu_s for epoch in epochs) / files
        readers_s = sum(epoch.reading.cpu_s for epoch in epochs) / files
        has, spare = result.capacity, result.capacity.all_cores - result.capacity.cores
        shared_s = readers_s / spare if spare else (daemon_s + readers_s) / has.all_cores
        costs = np.empty((len(names), 3))
        costs[:, 0] = [form.bytes_of[name] / has.disk_bytes_per_s for name in names]
        costs[:, 1] = daemon_s / has.cores
        costs[:, 2] = shared_s
        return costs


def _read_rate(epochs):
    return max(epoch.read_bytes / epoch.reading.seconds for epoch in epochs)
