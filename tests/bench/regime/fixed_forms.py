# SPDX-License-Identifier: MIT
"""Samples kept in one form, all of them: made once without limits, then read under any."""

import json
import os
import subprocess

import mounted
import numpy as np

from . import bound, cgroups
from .daemons import ThrottledMount

ORIGINAL = "source:original"
FREE = cgroups.Limits(None, len(cgroups.usable_cores()))


class FixedForm:
    """Its store holds every sample that can take the form."""

    def __init__(self, machine, workload, samples, form):
        self.machine = machine
        self.workload = workload
        self.samples = samples
        self.form = form
        self.state = machine.work / f"fixed-{workload.key}-{form.replace(':', '-')}"
        self.unsuited = 0
        self.bytes_of = {}

    def prepare(self):
        with self.mount(FREE) as throttled:
            if self.form != ORIGINAL:
                self.unsuited = _materialize(throttled.mount, self.form)["unsuited"]
            self.bytes_of = {name: self._stored_bytes(throttled, name)
                             for name in self.samples.names}

    def _stored_bytes(self, throttled, name):
        path = throttled.paths([name])[0]
        if self.form == ORIGINAL or os.getxattr(path, "user.tensorfs.form").decode() == ORIGINAL:
            return (throttled.source / name).stat().st_size
        return int(os.getxattr(path, "user.tensorfs.stored_bytes"))

    def mount(self, limits):
        return ThrottledMount(self.machine, self.samples.root, self.workload, limits, self.state,
                              "--policy", "keep")


def _materialize(mount, form):
    result = subprocess.run([mounted.binary(), "policy", "materialize", mount.path, "--form", form,
                             "--json"], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{form}: {result.stderr}")
    return json.loads(result.stdout)


def bound_of(forms, epochs_of, capacity, names):
    """Samples per second: CPU of a form is its mean in the epochs, bytes are each sample's own."""
    costs = [_costs(form, epochs_of[form.form], capacity, names) for form in forms]
    return bound.best_rate(np.stack(costs, axis=1))


def _costs(form, epochs, capacity, names):
    """Seconds of the disk, of the daemon's cores and of all cores, for each sample."""
    files = sum(epoch.reading.files for epoch in epochs)
    daemon_s = sum(epoch.daemon_cpu_s for epoch in epochs) / files
    readers_s = sum(epoch.reading.cpu_s for epoch in epochs) / files
    spare = capacity.all_cores - capacity.cores
    costs = np.empty((len(names), 3))
    costs[:, 0] = [form.bytes_of[name] / capacity.disk_bytes_per_s for name in names]
    costs[:, 1] = daemon_s / capacity.cores
    costs[:, 2] = readers_s / spare if spare else (daemon_s + readers_s) / capacity.all_cores
    return costs
