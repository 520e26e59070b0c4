# SPDX-License-Identifier: MIT
"""Drives the codec_tool program, and asks Pillow the same questions."""
import io
import struct
import subprocess
import warnings

from PIL import Image

GREY, RGB, YCC, CMYK, YCCK = range(5)
CHANNELS = {GREY: 1, RGB: 3, YCC: 3, CMYK: 4, YCCK: 4}

warnings.simplefilter("ignore")


class CodecTool:
    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        if self.process.wait() != 0:
            raise RuntimeError("codec_tool ended with an error")

    def decode(self, data, window=(0, 0, 0, 0)):
        """Returns (size, RGB bytes of the window) or (None, message)."""
        self.process.stdin.write(b"D" + struct.pack("<5i", *window, len(data)) + data)
        self.process.stdin.flush()
        code, width, height, length = struct.unpack("<4i", self._read(16))
        payload = self._read(length)
        return (None, payload.decode()) if code else ((width, height), payload)

    def encode_jpeg(self, pixels, size, colours, sampling=(), quality=80, progressive=False,
                    arithmetic=False, separate_scans=False, restart_rows=0):
        header = struct.pack(
            "<9i", colours, progressive, arithmetic, separate_scans, restart_rows, quality,
            *size, len(sampling))
        factors = struct.pack(f"<{len(sampling)}i", *sampling)
        self.process.stdin.write(b"E" + header + factors + pixels)
        self.process.stdin.flush()
        (length,) = struct.unpack("<i", self._read(4))
        return self._read(length)

    def _read(self, count):
        data = self.process.stdout.read(count)
        if len(data) != count:
            raise RuntimeError(f"codec_tool died: {self.process.wait()}")
        return data


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
