# SPDX-License-Identifier: MIT
"""What every bar needs: where the programs are, the data, fresh mounts, a reader that is timed."""

import contextlib
import json
import os
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import harness
import mounted

JPEG_EXTENSIONS = (".jpg", ".jpeg")


@dataclass(frozen=True)
class Bench:
    build: Path  # where read_files was built
    data: Path | None  # images to use; without it a set is made
    work: Path  # for everything written
    rounds: int

    def images(self):
        """All images of the data, sorted."""
        root = self.data or self._made_data()
        return sorted(path for path in root.rglob("*")
                      if path.suffix.lower() in (*JPEG_EXTENSIONS, ".png"))

    def jpegs(self):
        return [path for path in self.images() if path.suffix.lower() in JPEG_EXTENSIONS]

    def _made_data(self):
        root = self.work / "made"
        if not root.exists():
            print("making images (no --data)", flush=True)
            for index in range(200):
                harness.save_picture(root / f"class{index % 10}" / f"{index}.jpg", 500, 375, index,
                                     quality=93)
            for index in range(4):
                harness.save_picture(root / "large" / f"{index}.png", 2048, 1024, index)
        return root

    def jpeg_tree(self, least):
        """A tree of copies of the JPEGs, each as often as every other, `least` files or more.

        Copies, not links: every file is one that no cache has seen under another name.
        """
        root = self.work / f"jpegs-{least}"
        originals = self.jpegs()
        if not root.exists():
            for copy in range(-(-least // len(originals))):
                for index, path in enumerate(originals):
                    target = root / f"class{index % 10}" / f"{index}-{copy}.jpg"
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, target)
        return root

    @contextlib.contextmanager
    def mount(self, source, *options, run_as=(), owner=None, state=None):
        """A fresh mount, whose page cache is empty. `owner` is a user and group number; `state` is
        where it keeps what it derives, if that is to stay. Samples stay in their forms unless a
        policy is given: what is measured must not change meanwhile."""
        if "--policy" not in options:
            options = ("--policy", "keep", *options)
        base = self.work / "mount"
        places = [base / "point", state or base / "state"]
        for place in places:
            place.mkdir(parents=True, exist_ok=True)
            if owner is not None:
                os.chown(place, owner, owner)
        try:
            with mounted.Mounted(source, *places, *options, run_as=run_as) as mount:
                yield mount
        finally:
            shutil.rmtree(base, ignore_errors=True)

    def read_files(self, paths, processes=1, passes=1, run_as=()):
        """Reads whole files, in an order of no meaning. Returns read_files' account."""
        order = list(map(str, paths))
        random.Random(7).shuffle(order)
        listing = self.work / "read-list"
        listing.write_text("\n".join(order) + "\n")
        program = find_program(self.build, "read_files")
        result = subprocess.run([*run_as, program, str(processes), str(passes), listing],
                                capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(result.stderr)
        return json.loads(result.stdout)


def find_program(build, name):
    """The built program, wherever its folder lies in the build directory."""
    for folder in ("tools", "tests/bench", "."):
        path = build / folder / name
        if path.is_file() and os.access(path, os.X_OK):
            return path
    raise FileNotFoundError(f"no {name} in {build}: build it, or name its directory with --build")


def files_below(root):
    return sorted(path for path in Path(root).rglob("*") if path.is_file())
