# SPDX-License-Identifier: MIT
"""One regime: the disk's rate, the fixed forms, the adaptive mixture, and the bound of them all."""

import shutil
import statistics
from dataclasses import dataclass, field

from . import adaptive
from .capacity import Capacity, disk_bytes_per_s
from .cgroups import Limits, usable_cores
from .daemons import Machine
from .fixed_forms import ORIGINAL, bound_of
from .workloads import Samples, Workload

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
    capacity: Capacity
    fixed: dict  # epochs by form
    samples: int = 0
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
                "adaptive": self.adaptive_rate, "bound": self.bound,
                "ratios": dict(zip(("best_fixed", "bound", "original"), self.ratios())),
                "epochs_until_settled": self.epochs_until_settled,
                "adaptive_epochs": [epoch.as_json() for epoch in self.epochs],
                "settled_epochs": [epoch.as_json() for epoch in self.settled]}


@dataclass(frozen=True)
class Setting:
    """What the regimes of a workload share while the daemons have the same cores."""

    machine: Machine
    workload: Workload
    samples: Samples
    forms: list  # FixedForms
    mounts: list  # of them
    effort: Effort

    def open(self, limits):
        """The regime's capacities and the fixed forms' first round under them."""
        for mount in self.mounts:
            mount.limit(limits)
        paths = [self.samples.all / name for name in self.samples.names]
        disk = disk_bytes_per_s(self.machine, limits, paths, self.effort.fixed_s)
        fixed = {form.form: [] for form in self.forms}
        self.read_fixed(fixed, self.samples.names)
        disk = max([disk, *(epoch.read_bytes / epoch.reading.seconds
                            for epochs in fixed.values() for epoch in epochs)])
        capacity = Capacity(disk, limits.cores, len(usable_cores()))
        return RegimeResult(self.workload.key, limits, capacity, fixed)

    def read_fixed(self, fixed, names):
        """One round; its epochs go into `fixed`."""
        for form, mount in zip(self.forms, self.mounts):
            epochs = fixed[form.form]
            epochs.append(mount.read(names, len(epochs), self.effort.fixed_s))

    def bound(self, result, names):
        return bound_of(self.forms, result.fixed, result.capacity, names)

    def run(self, limits, report):
        """All of a regime."""
        result = self.open(limits)
        rate = self.bound(result, self.samples.names)
        names = self.samples.subset(min(len(self.samples.names),
                                        max(MIN_SAMPLES, int(rate * self.effort.epoch_s))))
        result.samples = len(names)
        self._read_adaptive(result, names, report)
        result.bound = self.bound(result, names)
        return result

    def adaptive_mount(self, tree, names, limits):
        """With an empty store."""
        state = self.machine.work / "adaptive"
        shutil.rmtree(state, ignore_errors=True)
        return adaptive.AdaptiveMount(self.machine, self.workload, tree, names, limits, state)

    def _read_adaptive(self, result, names, report):
        try:
            with (self.samples.tree(names) as tree,
                  self.adaptive_mount(tree, names, result.limits) as mixture):
                mixture.read_until_settled(self.effort.epochs, report)
                until = len(mixture.epochs)
                for _ in range(self.effort.rounds):
                    report(mixture.read_epoch())
                    self.read_fixed(result.fixed, names)
                result.epochs = mixture.epochs[:until]
                result.settled = mixture.epochs[until:]
        except adaptive.NoAdaptivePolicy as missing:
            report(missing)
            for _ in range(self.effort.rounds):
                self.read_fixed(result.fixed, names)
