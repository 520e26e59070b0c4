# SPDX-License-Identifier: MIT
"""A mount that lives through changes of its disk's rate and its cores: how soon it is back near the
bound, what moving samples costs its readers meanwhile, whether it rests when nothing changes."""

import statistics
from dataclasses import dataclass, field

from . import adaptive
from .cgroups import Limits
from .turns import Turns

BACK = 0.85  # of the new bound
WINDOWS = 10  # of an epoch, for its rate over time
LEAST_EPOCHS = 3
MOST_EPOCHS = 8
QUIET_EPOCHS = 20


def phases(cores):
    """Each is the one before with one change: the rate × 8 and ÷ 8, the cores 2 → 1 → 2."""
    steps = [Limits(25, cores), Limits(200, cores), Limits(200, 1), Limits(200, cores),
             Limits(25, cores), Limits(200, cores)]
    return [limits for number, limits in enumerate(steps)
            if number == 0 or limits != steps[number - 1]]


@dataclass
class Phase:
    limits: Limits
    bound: float
    epochs: list = field(default_factory=list)

    def rates(self):
        """(seconds from the phase's beginning, epochs read, samples/s) of each window."""
        found, begin = [], 0.0
        for number, epoch in enumerate(self.epochs):
            reading = epoch.epoch.reading
            ends, files = [0.0, *reading.ends], reading.files
            marks = [files * window // WINDOWS for window in range(WINDOWS + 1)]
            for window, (first, last) in enumerate(zip(marks, marks[1:])):
                seconds = ends[last] - ends[first]
                found.append((begin + ends[last], number + (window + 1) / WINDOWS,
                              (last - first) / seconds))
            begin += reading.seconds
        return found

    def epochs_until_back(self):
        """Epochs read until the rate of the whole epoch that follows is near the bound, or None."""
        windows = [1 / rate for _, _, rate in self.rates()]  # the harmonic mean is the epoch's rate
        for first in range(len(windows) - WINDOWS + 1):
            mean = 1 / statistics.fmean(windows[first:first + WINDOWS])
            if mean >= BACK * self.bound:
                return first / WINDOWS
        return None

    @property
    def is_back(self):
        return self.epochs_until_back() is not None

    def as_json(self):
        return {"disk_mb_s": self.limits.disk_mb_s, "cores": self.limits.cores,
                "bound": self.bound, "epochs_until_back": self.epochs_until_back(),
                "epochs": [epoch.as_json() for epoch in self.epochs],
                "windows": [{"second": second, "epoch": epoch, "samples_per_s": rate}
                            for second, epoch, rate in self.rates()]}


@dataclass
class ChangeResult:
    workload: str
    samples: int
    phases: list
    restless: float | None = None  # share of the samples that moved in the quiet epochs
    lost: float | None = None  # of the throughput, while samples move

    def as_json(self):
        return {"workload": self.workload, "samples": self.samples, "restless": self.restless,
                "lost_to_migration": self.lost, "phases": [p.as_json() for p in self.phases]}


def run(setting, report):
    """Bounds first, for each of the limits; then one mount through all the phases."""
    names = setting.samples.names
    cores = max(mount.limits.cores for mount in setting.mounts)
    steps = phases(cores)
    bounds = {limits: _bound(setting, limits, names) for limits in dict.fromkeys(steps)}
    result = ChangeResult(setting.workload.key, len(names), [])
    with setting.adaptive_mount(names, steps[0]) as mixture:
        for limits in steps:
            phase = Phase(limits, bounds[limits])
            result.phases.append(phase)
            mixture.throttled.limit(limits)
            _read_phase(mixture, phase, report)
        result.restless = _restless_share(mixture, report)
        result.lost = _lost_to_migration(mixture, steps[0], report)
    return result


def _bound(setting, limits, names):
    result = setting.open(limits)
    for _ in range(setting.effort.rounds):
        setting.read_fixed(result, names)
    return setting.bound(result, names)


def _read_phase(mixture, phase, report):
    while len(phase.epochs) < MOST_EPOCHS:
        phase.epochs.append(mixture.read_epoch())
        report(phase.limits, phase.bound, phase.epochs[-1])
        if len(phase.epochs) >= LEAST_EPOCHS and phase.is_back and adaptive.is_calm(
                phase.epochs[-LEAST_EPOCHS:]):
            break


def _restless_share(mixture, report):
    before = list(mixture.forms)
    moved = set()
    for _ in range(QUIET_EPOCHS):
        report("constant load", None, mixture.read_epoch())
        moved |= {number for number, (old, new) in enumerate(zip(before, mixture.forms))
                  if old != new}
        before = list(mixture.forms)
    return len(moved) / len(before)


def _lost_to_migration(mixture, limits, report):
    """The load changes, and while the samples move the policy is paused and resumed in turn.

    None if hardly any sample moved, or if this build cannot pause.
    """
    mixture.throttled.limit(limits)
    losses = []
    for _ in range(MOST_EPOCHS // 2):
        turns = Turns(mixture.throttled.mount)
        if not turns.can_pause():
            return None
        epoch = mixture.read_epoch(beside=turns.take)
        report("paused and resumed in turn", None, epoch)
        losses += turns.losses(epoch.epoch.reading)
    return statistics.median(losses) if losses else None
