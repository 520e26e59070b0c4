# SPDX-License-Identifier: MIT
"""The regimes' figures as tables that fit 100 columns, and what was wanted of them."""

from dataclasses import dataclass


def of_workload(workload, results):
    """One row for each regime; forms in the heading by stage and encoding."""
    forms = list(results[0].fixed)
    titles = ["disk MB/s", "cores", *(form.replace(":", " ").replace("-", "- ") for form in forms),
              "adap- tive", "bound", "÷ best fixed", "÷ bound", "÷ orig.", "epochs until settled",
              "samples"]
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
            "–" if settled is None else str(settled), str(result.samples)]


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

    @property
    def passed(self):
        return self.value >= self.limit


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
    return "\n".join(f"{'pass' if verdict.passed else 'FAIL'}  {verdict.value:5.2f} "
                     f"(≥ {verdict.limit:.2f})  {verdict.title}"
                     + (f"  {verdict.where}" if verdict.where else "") for verdict in found)
