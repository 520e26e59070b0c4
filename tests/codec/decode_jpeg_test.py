# SPDX-License-Identifier: MIT
"""Decoding JPEGs must give Pillow's pixels, and refuse what Pillow refuses."""
import itertools
import random
import sys
import unittest

import numpy as np

from codec_tool import CHANNELS, CMYK, GREY, RGB, YCC, YCCK, CodecTool, pillow_decode, random_window

SAMPLINGS = {
    GREY: [(), (2, 2), (1, 2)],
    RGB: [()],
    YCC: [
        (1, 1, 1, 1, 1, 1),  # 4:4:4
        (2, 1, 1, 1, 1, 1),  # 4:2:2
        (2, 2, 1, 1, 1, 1),  # 4:2:0
        (1, 2, 1, 1, 1, 1),  # 4:4:0
        (4, 1, 1, 1, 1, 1),  # 4:1:1
        (4, 2, 1, 1, 1, 1),  # 4:1:0
        (2, 2, 2, 1, 1, 2),
        (2, 2, 1, 2, 2, 1),
        (1, 1, 2, 2, 1, 1),
        (1, 4, 1, 1, 1, 2),
    ],
    CMYK: [(), (2, 2, 1, 1, 1, 1, 2, 2)],
    YCCK: [(), (2, 2, 1, 1, 1, 1, 2, 2), (2, 1, 1, 1, 1, 1, 2, 1)],
}


def make_pixels(rng, size, channels):
    """Gradients with edges and some noise: every upsampling filter has something to do."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for _ in range(channels):
        a, b, c = (rng.uniform(-9, 9) for _ in range(3))
        wave = 127 + 80 * np.sin(a * x / 40 + b * y / 40 + c) + 60 * ((x // 7 + y // 5) % 2)
        planes.append(wave)
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, 12, (height, width, channels))
    return np.clip(np.stack(planes, axis=2) + noise, 0, 255).astype(np.uint8).tobytes()


class DecodeJpegTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tool = CodecTool(TOOL)

    @classmethod
    def tearDownClass(cls):
        cls.tool.close()

    def check(self, data, rng, windows, label):
        """Compares the whole image and some windows. Returns whether Pillow reads the file."""
        size, expected = pillow_decode(data)
        got_size, got = self.tool.decode(data)
        self.assertEqual(got_size, size, f"{label}: {got if size else expected}")
        if size is None:
            return False
        self.assertEqual(got, expected.tobytes(), label)
        for _ in range(windows):
            window = random_window(rng, size)
            _, got = self.tool.decode(data, window)
            if got != expected.crop(window).tobytes():
                self.fail(f"{label}: pixels of window {window} of {size} differ")
        return True

    def make(self, rng, size, colours, **kind):
        pixels = make_pixels(rng, size, CHANNELS[colours])
        return self.tool.encode_jpeg(pixels, size, colours, **kind)

    def test_every_kind_and_random_windows(self):
        rng = random.Random(1)
        modes = [
            {}, {"progressive": True}, {"arithmetic": True}, {"restart_rows": 1},
            {"separate_scans": True}, {"progressive": True, "arithmetic": True},
            {"progressive": True, "restart_rows": 2},
        ]
        for colours, samplings in SAMPLINGS.items():
            for sampling, mode in itertools.product(samplings, modes):
                for _ in range(ROUNDS):
                    size = rng.randint(1, 140), rng.randint(1, 140)
                    quality = rng.choice([30, 75, 95])
                    data = self.make(rng, size, colours, sampling=sampling, quality=quality, **mode)
                    label = f"{colours} {sampling} {mode} {size}"
                    self.assertTrue(self.check(data, rng, 12, label), label)

    def test_files_of_several_blocks(self):
        """Pillow feeds libjpeg 64 KiB at a time; arithmetic codes that cross that, it refuses."""
        rng = random.Random(2)
        read = 0
        for _ in range(4 * ROUNDS):
            colours = rng.choice((GREY, YCC, YCC, CMYK))
            size = rng.randint(350, 600), rng.randint(350, 600)
            mode = rng.choice(({}, {"progressive": True}, {"restart_rows": 1}, {"arithmetic": True}))
            data = self.make(rng, size, colours, quality=95, **mode)
            self.assertGreater(len(data), 65536)
            read += self.check(data, rng, 12, f"{colours} {mode} {size}")
        self.assertGreater(read, 2 * ROUNDS)


if __name__ == "__main__":
    TOOL = sys.argv.pop(1)
    ROUNDS = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 3
    unittest.main(warnings="ignore")
