# SPDX-License-Identifier: MIT
"""A disk of limited rate, all page caches cold: the recommended strategy against torchvision, and
what it delivers against what was predicted.

The same throttle holds for both sides, daemon or workers; they have all cores.
"""

import concurrent.futures
import contextlib
import dataclasses
import multiprocessing
import os
import shutil
import statistics

import pipelines
from torchvision import transforms
from torchvision.datasets import ImageFolder

from bars.bench import files_below
from bars.dataloader import samples_per_s
from bars.report import Result
from regime import block_device, cgroups, page_cache
from regime.capacity import disk_bytes_per_s
from regime.daemons import Machine
from regime.fixed_forms import FixedForm
from regime.workloads import WORKLOADS, Samples

from . import recommended

COLD_MB_S = 50.0
COLD_BAR = 1.4
READERS = 8
MOST_ERROR = 0.25
WORKLOAD = WORKLOADS["b"]  # Resize(256) and CenterCrop(224) of JPEGs, uint8
ONLINE_STEPS = [*pipelines.UINT8.steps, transforms.PILToTensor()]
SECONDS = 4  # of reading, about


@contextlib.contextmanager
def machine_of(bench):
    machine = Machine(work=bench.work, disk=block_device.whole_disk(bench.work), cores_by="cpuset",
                      readers=READERS, io="buffered")  # as the profile is measured
    free = cgroups.Limits(None, len(cgroups.usable_cores()))
    with cgroups.put_first(f"tensorfs-bench-{os.getpid()}") as first:
        machine = dataclasses.replace(machine, first=first)
        with machine.make_group("readers", free) as group:
            yield dataclasses.replace(machine, readers_group=group)


@contextlib.contextmanager
def samples_of(bench, count):
    originals = [path for path in bench.images() if path.suffix.lower() != ".png"]
    samples = Samples(bench.work / "throttled", originals, WORKLOAD.extension)
    samples.grow(count)
    try:
        yield samples
    finally:
        shutil.rmtree(samples.root, ignore_errors=True)


def profile_of(bench, machine, samples, effort):
    """Measured before other programs, as what is delivered is."""
    return in_group(machine.readers_group, recommended.measure, samples.root, WORKLOAD.options,
                    bench.work / "throttled.json", bench.work, effort.profiled,
                    effort.profile_runs)


def in_group(group, function, *arguments):
    """The function's result, from a process that is in the group with all that it starts."""
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(1, context, group.enter) as pool:
        return pool.submit(function, *arguments).result()


def online_rate(machine, samples, limits):
    page_cache.drop(files_below(samples.root))
    dataset = ImageFolder(str(samples.root), transform=transforms.Compose(ONLINE_STEPS))
    with machine.make_group("online", limits) as group:
        return in_group(group, samples_per_s, dataset)


def prepared(machine, samples, form):
    fixed = FixedForm(machine, WORKLOAD, samples, form)
    fixed.prepare()
    return fixed


def run_cold(bench, effort):
    """Both sides have the same disk; readers of the mount are as many as in tests/bench/regimes."""
    limits = cgroups.Limits(COLD_MB_S, len(cgroups.usable_cores()))
    ratios, online, delivered = [], [], []
    with machine_of(bench) as machine, samples_of(bench, effort.throttled) as samples:
        form = profile_of(bench, machine, samples, effort).form(disk_mb_s=COLD_MB_S)
        fixed = prepared(machine, samples, form)
        with fixed.mount(limits) as mount:
            for number in range(bench.rounds):
                with mount.stopped():
                    online.append(online_rate(machine, samples, limits))
                delivered.append(mount.read(samples.names, number).rate)
                ratios.append(delivered[-1] / online[-1])
        shutil.rmtree(fixed.state, ignore_errors=True)
    note = (f"{form}: {statistics.median(delivered):,.0f}/s ÷ {statistics.median(online):,.0f}/s")
    title = f"uint8, disk at {COLD_MB_S:g} MB/s, cold: mount ÷ torchvision"
    return [Result("cold", title, COLD_BAR, True, ratios, note)]


def run_predicted(bench, effort):
    """Of the form that is recommended for each regime, what it delivers ÷ what was predicted."""
    with machine_of(bench) as machine, samples_of(bench, effort.throttled) as samples:
        profiled = profile_of(bench, machine, samples, effort)
        forms = {}
        try:
            return [one_regime(bench, machine, samples, profiled, forms, limits)
                    for limits in effort.regimes]
        finally:
            for fixed in forms.values():
                shutil.rmtree(fixed.state, ignore_errors=True)


def one_regime(bench, machine, samples, profiled, forms, limits):
    disk_mb_s = limits.disk_mb_s or plain_mb_s(machine, samples, limits)
    asked = {"disk_mb_s": disk_mb_s, "cores": limits.cores}
    form = profiled.form(**asked)
    predicted = profiled.predicted(form, **asked)
    if form not in forms:
        forms[form] = prepared(machine, samples, form)
    epochs = []
    with forms[form].mount(limits) as mount:
        names = samples.names[:max(64, int(SECONDS * predicted))]
        for number in range(bench.rounds):
            epochs.append(mount.read(names, number))
    middle = sorted(epochs, key=lambda epoch: epoch.rate)[len(epochs) // 2]
    took = middle.as_json()
    cpu = f"{took['daemon_cpu_ms']:.2f} + {took['reader_cpu_ms']:.2f} ms (daemon, readers)"
    note = (f"{form}: {middle.rate:,.0f}/s, predicted {predicted:,.0f}/s; CPU {cpu}, others "
            f"{middle.other_cores:.1f} cores")
    errors = [abs(predicted / epoch.rate - 1) for epoch in epochs]
    return Result("predicted", f"{limits}: |predicted ÷ delivered − 1|", MOST_ERROR, False, errors,
                  note)


def plain_mb_s(machine, samples, limits):
    """Of the disk that nothing throttles."""
    paths = [samples.root / name for name in samples.names]
    return disk_bytes_per_s(machine, limits, paths) / 1e6
