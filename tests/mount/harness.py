# SPDX-License-Identifier: MIT
"""What the tests over a real mount share: a test case that mounts, and the way to run a file of them.

A file of tests ends with `harness.main()`. Where FUSE cannot be used it exits with 77, which ctest
reports as skipped; TENSORFS_REQUIRE_FUSE=1 makes that a failure.
"""

import errno
import io
import os
import shutil
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import numpy as np
from PIL import Image

import mounted

EXIT_SKIPPED = 77
HANG_TIMEOUT_S = 240  # below ctest's, so that a hang still unmounts


class MountTestCase(unittest.TestCase):
    """Each test gets a directory of its own with an empty `source` in it."""

    def setUp(self):
        self.scratch = Path(tempfile.mkdtemp(prefix="tensorfs-test-"))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)
        self.source = self.scratch / "source"
        self.source.mkdir()
        self.mount_count = 0

    def new_mountpoint(self):
        self.mount_count += 1
        mountpoint = self.scratch / f"mount{self.mount_count}"
        mountpoint.mkdir()
        return mountpoint

    def new_state(self):
        state = self.scratch / f"state{self.mount_count}"
        state.mkdir(exist_ok=True)
        return state

    def mount(self, *options, source=None, mountpoint=None, state=None):
        """Mounts until the test's end. A daemon that hangs is killed, which fails the test."""
        mountpoint = mountpoint or self.new_mountpoint()
        mount = mounted.Mounted(source or self.source, mountpoint, state or self.new_state(),
                                *options)
        self.addCleanup(mount.close)
        watchdog = threading.Timer(HANG_TIMEOUT_S, mount.kill)
        watchdog.daemon = True
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        kept = any(str(option).startswith(("--policy", "--cache")) for option in options)
        if kept or state is not None:
            self.wait_until_open(mount)
        return mount

    def wait_until_open(self, mount):
        """Reads before that know neither store nor cache; the tool waits for them."""
        result = mounted.run_tensorfs("cache", "stats", mount.path, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)

    def assert_errno(self, wanted, function, *arguments, **keywords):
        wanted = {wanted} if isinstance(wanted, int) else set(wanted)
        name = getattr(function, "__name__", "call")
        try:
            value = function(*arguments, **keywords)
        except OSError as error:
            got = errno.errorcode.get(error.errno, error.errno)
            self.assertIn(error.errno, wanted, f"{name} failed with {got}: {error}")
        else:
            self.fail(f"{name} succeeded with {value!r:.80}, "
                      f"not {[errno.errorcode[number] for number in wanted]}")


def save_classes(root, count):
    """Samples of three classes, of different sizes; every fifth is a PNG file."""
    for index in range(count):
        folder = root / f"class{index % 3}"
        folder.mkdir(exist_ok=True)
        image = Image.fromarray(picture(90 + index, 70 + index, seed=index))
        image.save(folder / (f"{index}.png" if index % 5 == 0 else f"{index}.jpg"), quality=90)


def needs_root(test):
    return unittest.skipUnless(os.geteuid() == 0, "needs root")(test)


def picture(width, height, seed=0, channels=3):
    """Pixels with a photograph's mix of smooth areas and detail; the same for the same arguments."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (height // 16 + 2, width // 16 + 2, channels), dtype=np.uint8)
    layers = [Image.fromarray(coarse[:, :, channel]).resize((width, height), Image.BICUBIC)
              for channel in range(channels)]
    smooth = np.stack([np.asarray(layer) for layer in layers], axis=2).astype(np.int16)
    detail = random.integers(-12, 13, (height, width, 1), dtype=np.int16)
    return np.clip(smooth + detail, 0, 255).astype(np.uint8)


def save_picture(path, width, height, seed=0, **save_options):
    """Writes a colour picture; the extension chooses PNG or JPEG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image_format = "PNG" if path.suffix.lower() == ".png" else "JPEG"
    Image.fromarray(picture(width, height, seed)).save(path, image_format, **save_options)
    return path


def npy_bytes(array):
    """What np.save writes for the array."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def decoded_npy(path):
    """The bytes a mount without pipeline options must show for an image file, by Pillow."""
    with Image.open(path) as image:
        return npy_bytes(np.asarray(image.convert("RGB")))


def main():
    reason = mounted.why_fuse_is_unusable()
    if reason:
        print(f"cannot mount here: {reason}", file=sys.stderr)
        sys.exit(1 if os.environ.get("TENSORFS_REQUIRE_FUSE") == "1" else EXIT_SKIPPED)
    unittest.main(verbosity=2)
