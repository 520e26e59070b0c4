# SPDX-License-Identifier: MIT
"""Programs that open images by content, over `--present ppm` and `bmp`: Pillow and OpenCV."""

import cv2
import numpy as np
from PIL import Image

import pipelines
import samples
from samples import harness


def open_with_pillow(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def open_with_opencv(path):
    return cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)


def decode_with_opencv(path):
    """As many loaders do: the bytes first, then the decoder."""
    data = np.fromfile(path, np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


cv2.setNumThreads(0)  # its threads do not survive the fork of a worker
READERS = (open_with_pillow, open_with_opencv, decode_with_opencv)


class ImagesByContent(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        self.sources = samples.make_classes(self.source)

    def agrees(self, pipeline, *options):
        wanted = [pipeline.expected(path) for path in self.sources]
        mount = self.mount(*pipeline.arguments(self.scratch), "--names", "keep", *options)
        paths = [mount / path.relative_to(self.source) for path in self.sources]
        for reader, way, results in samples.read_each_way(READERS, paths):
            for path, result, expected in zip(paths, results, wanted, strict=True):
                with self.subTest(reader=reader, way=way, file=path.name):
                    np.testing.assert_array_equal(result, expected)
        mount.close()

    def test_ppm(self):
        for pipeline in (pipelines.UINT8, pipelines.DECODE):
            self.agrees(pipeline, "--present", "ppm")

    def test_bmp(self):
        for pipeline in (pipelines.UINT8, pipelines.DECODE):
            self.agrees(pipeline, "--present", "bmp")

    def test_bmp_in_direct_mode(self):
        self.agrees(pipelines.UINT8, "--present", "bmp", "--io", "direct")

    def test_bmp_with_rows_of_every_padding(self):
        """A BMP row is padded to four bytes."""
        for width in (221, 222, 223, 224):
            steps = [pipelines.transforms.Resize((200, width))]
            pipeline = pipelines.Pipeline("padding", steps)
            mount = self.mount("--resize", f"200x{width}", "--present", "bmp", "--names", "keep")
            for path in self.sources:
                for read in READERS:
                    with self.subTest(width=width, reader=read.__name__, file=path.name):
                        np.testing.assert_array_equal(
                            read(str(mount / path.relative_to(self.source))),
                            pipeline.expected(path))
            mount.close()

    def test_grey_images(self):
        steps = [*pipelines.UINT8.steps, pipelines.transforms.Grayscale(1)]
        for present in ("ppm", "bmp"):
            mount = self.mount(*pipelines.UINT8.options, "--grayscale", "--present", present,
                               "--names", "keep")
            for path in self.sources:
                with self.subTest(present=present, file=path.name):
                    with Image.open(mount / path.relative_to(self.source)) as image:
                        self.assertEqual(image.mode, "L")
                        got = np.asarray(image)[:, :, np.newaxis]
                    wanted = pipelines.Pipeline("grey", steps).expected(path)
                    np.testing.assert_array_equal(got, wanted)
            mount.close()


if __name__ == "__main__":
    harness.main()
