# SPDX-License-Identifier: MIT
"""Drives the programs that decode for the tests, and asks Pillow the same questions."""
import io
import pathlib
import random
import struct
import subprocess
import sys
import unittest
import warnings

from PIL import Image

GREY, RGB, YCC, CMYK, YCCK = range(5)
CHANNELS = {GREY: 1, RGB: 3, YCC: 3, CMYK: 4, YCCK: 4}

warnings.simplefilter("ignore")


class Tool:
    """A program that answers on its output what it is asked on its input."""

    def __init__(self, path):
        self.name = pathlib.Path(path).name
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        if self.process.wait() != 0:
            raise RuntimeError(f"{self.name} ended with an error")

    def ask(self, question):
        self.process.stdin.write(question)
        self.process.stdin.flush()

    def read(self, count):
        data = self.process.stdout.read(count)
        if len(data) != count:
            raise RuntimeError(f"{self.name} died: {self.process.wait()}")
        return data

    def read_int(self):
        return struct.unpack("<i", self.read(4))[0]


class CodecTool(Tool):
    def decode(self, data, window=(0, 0, 0, 0)):
        """Returns (size, RGB bytes of the window) or (None, message)."""
        self.ask(b"D" + struct.pack("<5i", *window, len(data)) + data)
        code, width, height, length = struct.unpack("<4i", self.read(16))
        payload = self.read(length)
        return (None, payload.decode()) if code else ((width, height), payload)

    def encode_jpeg(self, pixels, size, colours, sampling=(), quality=80, progressive=False,
                    arithmetic=False, separate_scans=False, restart_rows=0):
        header = struct.pack(
            "<9i", colours, progressive, arithmetic, separate_scans, restart_rows, quality,
            *size, len(sampling))
        factors = struct.pack(f"<{len(sampling)}i", *sampling)
        self.ask(b"E" + header + factors + pixels)
        return self.read(self.read_int())


class ToolTestCase(unittest.TestCase):
    """Its tests share one tool, `self.tool`; each has random numbers of its own."""

    program = None  # a Tool's class

    @classmethod
    def setUpClass(cls):
        cls.tool = cls.program(Options.path)

    @classmethod
    def tearDownClass(cls):
        cls.tool.close()

    def setUp(self):
        self.rng = random.Random(self.id())


class DecodeTestCase(ToolTestCase):
    program = CodecTool

    def check(self, data, label="", windows=4):
        """Compares the whole image and some windows. Returns whether Pillow reads the file."""
        size, expected = pillow_decode(data)
        got_size, got = self.tool.decode(data)
        self.assertEqual(got_size, size, f"{label}: {got if size else expected}")
        if size is None:
            return False
        self.assertEqual(got, expected.tobytes(), label)
        for _ in range(windows):
            window = random_window(self.rng, size)
            _, got = self.tool.decode(data, window)
            if got != expected.crop(window).tobytes():
                self.fail(f"{label}: pixels of window {window} of {size} differ")
        return True


class Options:
    """Of the command line: TEST PROGRAM [ROUNDS] [unittest's own]."""

    path = None
    rounds = 0


def main(default_rounds):
    Options.path = sys.argv.pop(1)
    has_rounds = len(sys.argv) > 1 and sys.argv[1].isdigit()
    Options.rounds = int(sys.argv.pop(1)) if has_rounds else default_rounds
    unittest.main(warnings="ignore")


def pillow_decode(data):
    """Returns (size, the RGB image) or (None, why not)."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format not in ("JPEG", "MPO", "PNG"):
                return None, f"read as {image.format}"
            return image.size, image.convert("RGB")
    except Exception as error:  # whatever it raises, it has refused the file
        return None, f"{type(error).__name__}: {error}"


def random_window(rng, size):
    width, height = size
    left, top = rng.randrange(width), rng.randrange(height)
    if rng.random() < 0.3:  # block edges are where it goes wrong
        left, top = left // 8 * 8, top // 8 * 8
    return left, top, rng.randint(left + 1, width), rng.randint(top + 1, height)
