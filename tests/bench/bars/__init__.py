# SPDX-License-Identifier: MIT
"""The bars of tests/bench/mount, one module for each group."""
