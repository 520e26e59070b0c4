# SPDX-License-Identifier: MIT
"""What `tensorfs profile` recommends for a source, and mounts whose samples are kept so."""

import contextlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import mounted

PROFILE_TIMEOUT_S = 900


@dataclass(frozen=True)
class Profiled:
    """A saved profile; what another machine would be is asked of it."""

    file: Path

    def recommendation(self, **machine):
        """`disk_mb_s`, `cores`: of the machine; those that are None are as measured."""
        options = [text for name, value in machine.items() if value is not None
                   for text in ("--" + name.replace("_", "-"), f"{value:g}")]
        return json.loads(_run(self.file, "--json", *options))["recommendation"]

    def form(self, **machine):
        return self.recommendation(**machine)["form"]

    def predicted(self, form, **machine):
        """Samples per second."""
        ranked = self.recommendation(**machine)["ranked"]
        return next(each["samples_per_s"] for each in ranked if each["form"] == form)


def measure(source, options, file, work, samples, runs):
    """Of the mount's `options`, those of the pipeline."""
    _run(source, *options, "--save", file, "--work-dir", work, "--samples", str(samples), "--runs",
         str(runs))
    return Profiled(file)


@contextlib.contextmanager
def mount(bench, source, options, form, state):
    """With all samples in the form, made now if they are not yet."""
    with bench.mount(source, *options, "--policy", f"fixed:{form}", state=state) as mounted_source:
        if form != "source:original":
            materialize(mounted_source, form)
        yield mounted_source


def materialize(mount, form):
    result = subprocess.run([mounted.binary(), "policy", "materialize", mount.path, "--form", form,
                             "--json"], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{form}: {result.stderr}")


def _run(*arguments):
    result = subprocess.run([mounted.binary(), "profile", *map(str, arguments)],
                            capture_output=True, text=True, timeout=PROFILE_TIMEOUT_S)
    if result.returncode != 0:
        raise RuntimeError(f"tensorfs profile: {result.stderr}")
    return result.stdout
