# SPDX-License-Identifier: MIT
"""The parts of tests/bench/regimes: throttling, reading, bounds, and what is made of the figures."""
