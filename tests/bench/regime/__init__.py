# SPDX-License-Identifier: MIT
"""The parts of tests/bench/regimes: throttling, reading, bounds, what is made of the figures."""
