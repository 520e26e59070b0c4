# SPDX-License-Identifier: MIT
"""A small data set with every kind of image that loaders meet, and readers run in every way."""

import multiprocessing
import sys
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "mount"))
import harness  # noqa: E402  (found through the line above)

# Pillow's mode, extension, options of Image.save.
KINDS = [
    ("RGB", "jpg", {"quality": 90}),
    ("RGB", "JPEG", {"quality": 75, "subsampling": 0, "progressive": True}),
    ("L", "jpg", {}),
    ("CMYK", "jpeg", {}),
    ("RGB", "png", {}),
    ("RGBA", "png", {}),
    ("LA", "png", {}),
    ("P", "png", {}),
    ("1", "png", {}),
    ("I;16", "png", {}),
]


def in_mode(picture, mode):
    image = Image.fromarray(picture)
    if mode == "I;16":
        return Image.fromarray(picture[:, :, 0].astype("uint16") * 257)
    if mode in ("RGBA", "LA"):
        image.putalpha(image.convert("L"))
    return image.convert(mode)


def make_classes(root):
    """Three class folders with an image of every kind in each. Returns the paths, sorted."""
    paths = []
    for label, name in enumerate(("cat", "dog", "owl")):
        (root / name).mkdir()
        for kind, (mode, extension, options) in enumerate(KINDS):
            seed = 100 * label + kind
            picture = harness.picture(150 + 37 * kind, 310 - 23 * kind - 40 * label, seed)
            path = root / name / f"sample{kind}.{extension}"
            in_mode(picture, mode).save(path, "JPEG" if extension[0] in "jJ" else "PNG", **options)
            paths.append(path)
    return sorted(paths)


# How a loader's readers run: in the process itself, or in two workers begun by fork or by spawn.
READER_WAYS = [(0, None), (2, "fork"), (2, "spawn")]


def read_each_way(readers, paths):
    """Yields (reader's name, way, its results over the paths). Readers are importable functions."""
    paths = list(map(str, paths))
    for workers, method in READER_WAYS:
        if workers == 0:
            for read in readers:
                yield read.__name__, "in process", [read(path) for path in paths]
            continue
        with multiprocessing.get_context(method).Pool(workers) as pool:
            for read in readers:
                yield (read.__name__, f"{workers} workers by {method}",
                       pool.map(read, paths, chunksize=3))
            pool.close()
            pool.join()
