# SPDX-License-Identifier: MIT
"""A mount that chooses forms itself: epochs until it has settled, and what it has chosen."""

import collections
import json
import os
import statistics
from dataclasses import dataclass

import mounted

from .daemons import Epoch, ThrottledMount

FORMS_LOOKED_AT = 400  # of samples, after each epoch
CALM_EPOCHS = 3  # without moves and at one rate, before it counts as settled
CALM_SHARE = 0.01  # of the samples may move all the same
SPREAD = 0.10  # of the rate around its median


class NoAdaptivePolicy(Exception):
    pass


@dataclass(frozen=True)
class AdaptiveEpoch:
    epoch: Epoch
    forms: dict  # share of the samples in each form after it
    moved: float  # share of the samples whose form it changed
    policy: dict | None = None  # what the daemon says of it

    def as_json(self):
        return {**self.epoch.as_json(), "forms": self.forms, "moved": self.moved,
                "policy": self.policy}


class AdaptiveMount:
    """Only the samples of these names are ever read. `policy` is another than adaptive where the
    benchmark itself is tried."""

    def __init__(self, machine, workload, samples, names, limits, state, policy):
        self.names = names
        try:
            self.throttled = ThrottledMount(machine, samples.root, workload, limits, state,
                                            "--policy", policy)
        except mounted.MountFailed as failure:
            if failure.returncode == 2:
                raise NoAdaptivePolicy(failure.stderr.strip()) from failure
            raise
        self.forms = self._forms()
        self.epochs = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.throttled.close()

    def _forms(self):
        """Of samples all over the tree, always the same."""
        some = self.names[::-(-len(self.names) // FORMS_LOOKED_AT)]
        return [os.getxattr(path, "user.tensorfs.form").decode()
                for path in self.throttled.paths(some)]

    def read_epoch(self, beside=None):
        epoch = self.throttled.read(self.names, len(self.epochs), beside=beside)
        before, self.forms = self.forms, self._forms()
        moved = sum(old != new for old, new in zip(before, self.forms)) / len(self.forms)
        report = self.throttled.mount.status().get("policy_report")
        shares = {form: count / len(self.forms)
                  for form, count in collections.Counter(self.forms).items()}
        self.epochs.append(AdaptiveEpoch(epoch, shares, moved, report))
        return self.epochs[-1]

    def plan(self, cores, disk_bytes_per_s):
        """What the daemon's planner would reach with these capacities, as it tells; or None."""
        asked = mounted.run_tensorfs("policy", "plan", self.throttled.mount.path, "--cores",
                                     f"{cores:.3f}", "--disk-mb-s", f"{disk_bytes_per_s / 1e6:.3f}",
                                     "--json")
        return json.loads(asked.stdout) if asked.returncode == 0 else None

    def read_until_settled(self, at_most, calm_s, most_s, report=lambda epoch: None):
        """Whole epochs: at least CALM_EPOCHS, and those of `calm_s` seconds of reading; at most
        `at_most`, and none that begins after `most_s`."""
        read_s = 0.0
        while len(self.epochs) < CALM_EPOCHS or (len(self.epochs) < at_most and read_s < most_s):
            report(self.read_epoch())
            read_s = sum(epoch.epoch.reading.seconds for epoch in self.epochs)
            if read_s >= calm_s and is_calm(self.epochs[-CALM_EPOCHS:]):
                break


def median_rate(epochs):
    return statistics.median(epoch.epoch.rate for epoch in epochs)


def is_near(epoch, rate):
    return abs(epoch.epoch.rate / rate - 1) <= SPREAD


def is_calm(epochs):
    rate = median_rate(epochs)
    return len(epochs) >= CALM_EPOCHS and all(
        epoch.moved < CALM_SHARE and is_near(epoch, rate) for epoch in epochs)


def epochs_until_settled(epochs, rate):
    """The first epoch from which on all come near to `rate` and after which hardly a sample moves;
    None if the last one does not. 1 means that there was nothing to settle."""
    settled = None
    for number, epoch in reversed(list(enumerate(epochs, 1))):
        if not is_near(epoch, rate):
            break
        settled = number
        if epoch.moved >= CALM_SHARE:
            break
    return settled
