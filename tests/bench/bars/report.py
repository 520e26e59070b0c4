# SPDX-License-Identifier: MIT
"""What a benchmark measured against what was wanted, as a table and as JSON."""

import json
import platform
import statistics
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """One bar: `values` are single measurements (each a ratio of two sides where it is one)."""

    command: str  # the bar's name on the command line
    title: str
    limit: float
    at_least: bool  # or at most
    values: list
    note: str = ""
    unit: str = ""

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def passed(self):
        return self.median >= self.limit if self.at_least else self.median <= self.limit

    def wanted(self):
        return f"{'≥' if self.at_least else '≤'} {number(self.limit)}{self.unit}"

    def row(self):
        spread = f"{number(min(self.values))}–{number(max(self.values))}"
        return [self.title, self.wanted(), f"{number(self.median)}{self.unit}", spread,
                "pass" if self.passed else "FAIL", self.note]


def number(value):
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"


def machine():
    """What the figures depend on besides the program."""
    model = "unknown CPU"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    cores = sum(line.startswith("processor") for line in
                Path("/proc/cpuinfo").read_text().splitlines())
    return f"{model}, {cores} cores, Linux {platform.release()}"


def table(results):
    rows = [["bar", "wanted", "median", "min–max", "", "how"], *(r.row() for r in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
                     for row in rows)


def write_json(path, results):
    rows = [{"command": r.command, "title": r.title, "wanted": r.wanted(), "values": r.values,
             "median": r.median, "passed": r.passed, "note": r.note} for r in results]
    Path(path).write_text(json.dumps({"machine": machine(), "bars": rows}, indent=2) + "\n")
