# SPDX-License-Identifier: MIT
"""Files put out of the page cache, so that an epoch begins with a cold one.

Only the benchmark's own files: a machine that others use keeps theirs.
"""

import contextlib
import os


def drop(paths, sync=False):
    """Dirty pages stay where they are unless they are written (`sync`) first."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # a store removes segments at any time
            file = os.open(path, os.O_RDONLY)
            try:
                if sync:
                    os.fdatasync(file)
                os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(file)


def drop_segments(state):
    """A store's payloads, written first. Its catalog stays: it is small, and read all the time."""
    for folder, _, names in os.walk(state):
        drop([os.path.join(folder, name) for name in names if name.endswith(".segment")],
             sync=True)
