# SPDX-License-Identifier: MIT
"""The bars of tests/bench/profile: what a recommended strategy delivers, against what was predicted
and against torchvision."""
