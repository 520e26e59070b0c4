# SPDX-License-Identifier: MIT
"""The most samples per second that any mixture of forms can reach: the planner's bound, anew.

    minimise T   subject to   Σ cost[r]·x ≤ capacity[r]·T for each resource r,   Σ_f x_if = 1

Its dual is a maximum over prices on a simplex of Σ_i min_f Σ_r price[r]·cost[i, f, r]/capacity[r],
which is concave; every price gives a lower bound of T, so what is found is never too low a rate by
more than the search's tolerance.
"""

import numpy as np

GOLDEN = (5 ** 0.5 - 1) / 2
STEPS = 25  # each leaves 0.62 of the interval


def best_rate(costs):
    """Samples per second. `costs[i, f, r]` are the seconds of all of resource r for sample i in
    form f; a form that a sample cannot take costs infinitely much."""
    samples, _, resources = costs.shape
    prices = np.zeros(resources)
    seconds = _maximum(costs, prices, 0, 1.0)
    return samples / seconds


def _maximum(costs, prices, resource, left):
    """The most that prices from `resource` on give, which share out `left`."""
    if resource == len(prices) - 1:
        prices[resource] = left
        # Infinitely expensive at price 0 is still out of the question.
        with np.errstate(invalid="ignore"):
            priced = np.where(np.isinf(costs), np.inf, costs * prices).sum(axis=2)
        return priced.min(axis=1).sum()

    def value(share):
        prices[resource] = share
        return _maximum(costs, prices, resource + 1, left - share)

    return _search(value, left)


def _search(value, right):
    """The maximum of a concave function on [0, right], by golden section."""
    left = 0.0
    inner = [right - GOLDEN * right, GOLDEN * right]
    values = [value(point) for point in inner]
    best = max(values + [value(0.0), value(right)])
    for _ in range(STEPS):
        if values[0] < values[1]:
            left, inner[0], values[0] = inner[0], inner[1], values[1]
            inner[1] = left + GOLDEN * (right - left)
            values[1] = value(inner[1])
        else:
            right, inner[1], values[1] = inner[1], inner[0], values[0]
            inner[0] = right - GOLDEN * (right - left)
            values[0] = value(inner[0])
        best = max(best, *values)
    return best
