# SPDX-License-Identifier: MIT
"""All regimes of a workload, with the fixed forms' mounts shared among them."""

import contextlib
import itertools
import shutil
import sys
import time
from dataclasses import dataclass

from bars.bench import Bench

from . import changes
from .adaptive import NoAdaptivePolicy
from .cgroups import Limits
from .daemons import Machine
from .fixed_forms import ORIGINAL, FixedForm
from .regime import Effort, Setting
from .workloads import Samples


@dataclass(frozen=True)
class Plan:
    machine: Machine
    bench: Bench  # where the data are
    workloads: list
    forms: list | None  # instead of the workloads' own
    limits: list
    effort: Effort


def say(text):
    print(text, file=sys.stderr, flush=True)


def of_workload(plan, workload):
    begin = time.monotonic()
    samples = samples_of(plan, workload)
    forms = fixed_forms_of(plan, workload, samples)
    say(f"… ({workload.key}) {len(samples.names)} samples in {len(forms)} forms, made in "
        f"{time.monotonic() - begin:.0f} s")
    results = []
    try:
        for _, group in itertools.groupby(plan.limits, lambda limits: limits.cores):
            results += _with_these_cores(plan, workload, samples, forms, list(group))
    finally:
        for form in forms:
            shutil.rmtree(form.state, ignore_errors=True)
    return results


def changes_of_workload(plan, workload):
    samples = samples_of(plan, workload)
    forms = fixed_forms_of(plan, workload, samples)
    free = Limits(None, max(limits.cores for limits in plan.limits))
    with contextlib.ExitStack() as stack:
        mounts = [stack.enter_context(form.mount(free)) for form in forms]
        setting = Setting(plan.machine, workload, samples, forms, mounts, plan.effort)
        return changes.run(setting, _report_change)


def _report_change(limits, bound, epoch):
    beside = "" if bound is None else f" of {bound:,.0f}/s"
    say(f"  {limits}: {_line(epoch)}{beside}")


def samples_of(plan, workload):
    is_jpeg = workload.extension == ".jpg"
    originals = [path for path in plan.bench.images() if (path.suffix.lower() != ".png") == is_jpeg]
    samples = Samples(plan.machine.work / f"samples{workload.extension}", originals,
                      workload.extension)
    samples.grow(plan.effort.max_samples[workload.extension])
    return samples


def fixed_forms_of(plan, workload, samples):
    """Made now; what no sample can take is left out."""
    names = plan.forms or workload.forms
    names = [ORIGINAL, *(name for name in names if name != ORIGINAL)]
    forms = [FixedForm(plan.machine, workload, samples, name) for name in names]
    for form in forms:
        form.prepare()
    return [form for form in forms if form.unsuited < len(samples.names)]


def _with_these_cores(plan, workload, samples, forms, all_limits):
    with contextlib.ExitStack() as stack:
        mounts = [stack.enter_context(form.mount(Limits(None, all_limits[0].cores)))
                  for form in forms]
        setting = Setting(plan.machine, workload, samples, forms, mounts, plan.effort)
        return [_run_one(setting, workload, limits) for limits in all_limits]


def _run_one(setting, workload, limits):
    begin = time.monotonic()
    result = setting.run(limits, lambda news: say(f"    {_line(news)}"))
    say(f"  ({workload.key}) {limits}: disk {result.capacity.disk_bytes_per_s / 1e6:.0f} MB/s, "
        f"bound {result.bound:,.0f}/s, {time.monotonic() - begin:.0f} s")
    return result


def _line(news):
    if isinstance(news, NoAdaptivePolicy):
        return str(news)
    mix = ", ".join(f"{share:.0%} {form}" for form, share in sorted(news.forms.items()))
    said = f" ({news.policy['state']}: {news.policy['why']})" if news.policy else ""
    return f"{news.epoch.rate:,.0f}/s, {news.moved:.0%} moved: {mix}{said}"
