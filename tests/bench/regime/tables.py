# SPDX-License-Identifier: MIT
"""The regimes' figures as tables that fit 100 columns, and what was wanted of them."""

import math
from dataclasses import dataclass


def of_workload(workload, results):
    """One row for each regime; forms in the heading by stage and encoding."""
    forms = list(results[0].fixed)
    titles = ["disk MB/s", "cores", *(form.replace(":", " ").replace("-", "- ") for form in forms),
              "adap- tive", "bound", "÷ best fixed", "÷ bound", "÷ orig.", "epochs until settled",
              "plan- ner's bound"]
    rows = [*heading(titles), *(row(forms, result) for result in results)]
    return "\n".join([f"({workload.key}) {workload.title}: samples/s", *align(rows)])


def heading(titles):
    """As many lines as the longest title has words, each word below the one before."""
    words = [title.split(" ") for title in titles]
    lines = max(map(len, words))
    padded = [[""] * (lines - len(column)) + column for column in words]
    return [list(line) for line in zip(*padded)]


def row(forms, result):
    settled = result.epochs_until_settled
    return [disk(result.limits), str(result.limits.cores),
            *(rate(result.fixed_rate(form)) for form in forms), rate(result.adaptive_rate),
            rate(result.bound), *(ratio(value) for value in result.ratios()),
            "–" if settled is None else str(settled), rate(result.planners_bound)]


def disk(limits):
    return "∞" if limits.disk_mb_s is None else f"{limits.disk_mb_s:g}"


def rate(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def ratio(value):
    return "–" if value is None else f"{value:.2f}"


def align(rows):
    widths = [max(len(line[column]) for line in rows) for column in range(len(rows[0]))]
    return [" ".join(cell.rjust(width) for cell, width in zip(line, widths)).rstrip()
            for line in rows]


@dataclass(frozen=True)
class Verdict:
    title: str
    limit: float
    value: float
    where: str = ""  # the regime that it is of
    at_least: bool = True  # or at most

    @property
    def passed(self):
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self):
        wanted = f"{'≥' if self.at_least else '≤'} {self.limit:.2f}"
        return (f"{'pass' if self.passed else 'FAIL'}  {self.value:5.2f} ({wanted})  {self.title}  "
                f"{self.where}").rstrip()


def verdicts(results):
    """What the adaptive policy must reach, over all regimes that were measured."""
    done = [result for result in results if result.settled]
    if not done:
        return []
    by_bound = sorted(result.ratios()[1] for result in done)
    found = [_least("adaptive ÷ bound, every regime", 0.85, done, 1),
             Verdict("adaptive ÷ bound, in the median", 0.90, by_bound[len(by_bound) // 2]),
             _least("adaptive ÷ best fixed form, every regime", 0.97, done, 0),
             _most("adaptive ÷ best fixed form, best regime", 1.1, done, 0)]
    for keys, best, least in (("c", 6, 1.05), ("a", 3, 0.97), ("b", 5, 1.3)):
        some = [result for result in done if result.workload == keys]
        if some:
            found += [_most(f"adaptive ÷ source:original, best regime of ({keys})", best, some, 2),
                      _least(f"adaptive ÷ source:original, every regime of ({keys})", least, some,
                             2)]
    return found


def _least(title, limit, results, index):
    worst = min(results, key=lambda result: result.ratios()[index])
    return Verdict(title, limit, worst.ratios()[index], _where(worst))


def _most(title, limit, results, index):
    best = max(results, key=lambda result: result.ratios()[index])
    return Verdict(title, limit, best.ratios()[index], _where(best))


def _where(result):
    return f"({result.workload}) {result.limits}"


def of_verdicts(found):
    return "\n".join(verdict.line() for verdict in found)


def of_changes(workload, result):
    """One row for each phase: the rates of its first epochs against its bound."""
    titles = ["disk MB/s", "cores", "bound", "epoch 1", "epoch 2", "epoch 3", "last epoch",
              "last ÷ bound", "epochs until 0.85", "moved"]
    rows = [*heading(titles), *(_change_row(phase) for phase in result.phases)]
    return "\n".join([f"({workload.key}) {workload.title}: samples/s, {result.samples} samples",
                      *align(rows),
                      f"samples that moved under constant load: {share(result.restless)}",
                      f"throughput lost while samples move: {share(result.lost)}"])


def _change_row(phase):
    rates = [epoch.epoch.rate for epoch in phase.epochs]
    back = phase.epochs_until_back()
    return [disk(phase.limits), str(phase.limits.cores), rate(phase.bound),
            *(rate(rates[number]) if number < len(rates) else "–" for number in range(3)),
            rate(rates[-1]), ratio(rates[-1] / phase.bound), "–" if back is None else f"{back:.1f}",
            share(sum(epoch.moved for epoch in phase.epochs))]


def share(value):
    return "–" if value is None else f"{value:.1%}"


def change_verdicts(results):
    """What a change of load, and its absence, may cost."""
    found = []
    for result in results:
        backs = [phase.epochs_until_back() for phase in result.phases[1:]]
        found += [(f"({result.workload}) epochs until 0.85 of the new bound", 2.0,
                   max(math.inf if back is None else back for back in backs)),
                  (f"({result.workload}) share of samples that move under constant load", 0.01,
                   result.restless)]
        if result.lost is not None:
            found.append((f"({result.workload}) throughput lost while samples move", 0.20,
                          result.lost))
    return [Verdict(title, limit, value, at_least=False) for title, limit, value in found]
