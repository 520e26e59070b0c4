# SPDX-License-Identifier: MIT
"""The runs' pictures: rate over the disk's rate for each workload and cores, or rate over time."""

import itertools

from . import svg

UNLIMITED_STEP = 2.5  # where "unlimited" stands, times the highest rate


def draw_regimes(path, workloads, results):
    panels = []
    for (key, cores), group in itertools.groupby(
            results, lambda result: (result.workload, result.limits.cores)):
        title = f"({key}) {workloads[key].title}, {cores} {'core' if cores == 1 else 'cores'}"
        panels.append(_regime_panel(title, list(group)))
    svg.write(path, "Samples per second over the disk's rate", panels)


def _regime_panel(title, results):
    rates = [result.limits.disk_mb_s for result in results if result.limits.disk_mb_s is not None]
    unlimited = max(rates, default=1.0) * UNLIMITED_STEP

    def place(result):
        return result.limits.disk_mb_s or unlimited

    ordered = sorted(results, key=place)
    forms = {form: [(place(result), result.fixed_rate(form)) for result in ordered]
             for form in results[0].fixed}
    curves = [svg.Curve(form, points) for form, points in forms.items()]
    curves.append(svg.Curve("bound", [(place(result), result.bound) for result in ordered],
                            "dashed"))
    adaptive = [(place(result), result.adaptive_rate) for result in ordered if result.settled]
    if adaptive:
        curves.append(svg.Curve("adaptive", adaptive, "bold"))
    ticks = [(place(result), "∞" if result.limits.disk_mb_s is None
              else f"{result.limits.disk_mb_s:g}") for result in ordered]
    return svg.Panel(title, "disk, MB/s", curves, ticks)


def draw_changes(path, workloads, results):
    panels = [_change_panel(f"({result.workload}) {workloads[result.workload].title}", result)
              for result in results]
    svg.write(path, "Samples per second while the load changes", panels, columns=1)


def _change_panel(title, result):
    """Epochs, not seconds, for those of a slow disk are long."""
    rates, bounds, marks, begin = [], [], [], 0
    for phase in result.phases:
        rates += [(begin + epoch, rate) for _, epoch, rate in phase.rates()]
        bounds.append((begin, phase.bound))
        disk = "∞" if phase.limits.disk_mb_s is None else f"{phase.limits.disk_mb_s:g}"
        marks.append((begin, f"{disk} MB/s, {phase.limits.cores}"))
        begin += len(phase.epochs)
    bounds.append((begin, bounds[-1][1]))
    ticks = [(epoch, str(epoch)) for epoch in range(0, begin + 1, max(1, begin // 10))]
    return svg.Panel(title, "epochs", [svg.Curve("bound", bounds, "dashed", steps=True),
                                       svg.Curve("adaptive", rates, "bold")],
                     ticks, logarithmic=False, marks=marks)
