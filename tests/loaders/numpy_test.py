# SPDX-License-Identifier: MIT
"""NumPy over a mount: np.load, np.load with mmap_mode, np.fromfile."""

import numpy as np

import pipelines
import samples
from samples import harness


def load(path):
    return np.load(path)


def load_mapped(path):
    return np.array(np.load(path, mmap_mode="r"))


def load_copy_on_write(path):
    array = np.load(path, mmap_mode="c")
    array[...] = array[::-1]
    return np.array(array[::-1])


def load_raw_bytes(path):
    return np.fromfile(path, np.uint8)


class NumpyReads(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        self.sources = samples.make_classes(self.source)

    def mount_of(self, pipeline, *options):
        return self.mount(*pipeline.arguments(self.scratch), *options)

    def presented(self, mount, extension):
        return [(mount / path.relative_to(self.source)).with_suffix(extension)
                for path in self.sources]

    def agrees(self, readers, mount, extension, wanted):
        paths = self.presented(mount, extension)
        for reader, way, results in samples.read_each_way(readers, paths):
            for path, result, expected in zip(paths, results, wanted, strict=True):
                with self.subTest(reader=reader, way=way, file=path.name):
                    self.assertEqual((result.dtype, result.shape),
                                     (expected.dtype, expected.shape))
                    self.assertEqual(result.tobytes(), expected.tobytes())

    def test_np_load(self):
        for pipeline in [*pipelines.FIVE, pipelines.HALF]:
            wanted = [pipeline.expected(path) for path in self.sources]
            mount = self.mount_of(pipeline)
            self.agrees((load, load_mapped, load_copy_on_write), mount, ".npy", wanted)
            mount.close()

    def test_np_load_in_direct_mode(self):
        wanted = [pipelines.FLOAT32.expected(path) for path in self.sources]
        mount = self.mount_of(pipelines.FLOAT32, "--io", "direct")
        self.agrees((load,), mount, ".npy", wanted)

    def test_files_are_what_np_save_writes(self):
        for pipeline in pipelines.FIVE:
            mount = self.mount_of(pipeline)
            for path, shown in zip(self.sources, self.presented(mount, ".npy")):
                with self.subTest(pipeline=pipeline.name, file=shown.name):
                    self.assertEqual(shown.read_bytes(),
                                     harness.npy_bytes(pipeline.expected(path)))
            mount.close()

    def test_np_fromfile_of_raw_files(self):
        for pipeline in (pipelines.UINT8, pipelines.FLOAT32, pipelines.DECODE):
            wanted = [np.frombuffer(pipeline.expected(path).tobytes(), np.uint8)
                      for path in self.sources]
            mount = self.mount_of(pipeline, "--present", "raw")
            self.agrees((load_raw_bytes,), mount, ".raw", wanted)
            mount.close()


if __name__ == "__main__":
    harness.main()
