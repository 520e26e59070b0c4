# SPDX-License-Identifier: MIT
"""Makes broken and hostile image files."""

import io
import random
import struct
import zlib

from PIL import Image

import harness

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encoded(image_format, width=120, height=90, **save_options):
    buffer = io.BytesIO()
    Image.fromarray(harness.picture(width, height)).save(buffer, image_format, **save_options)
    return buffer.getvalue()


def truncations(data, count):
    """Prefixes of the file: densely through its headers, then `count` over the rest, and its end."""
    lengths = {*range(0, 700, 23), *range(700, len(data), max(1, len(data) // count)),
               *range(len(data) - 20, len(data))}
    return [data[:length] for length in sorted(lengths) if length < len(data)]


def bit_flips(data, count):
    """Copies of the file with one bit wrong, the same at each run."""
    generator = random.Random(20)
    copies = []
    for _ in range(count):
        copy = bytearray(data)
        copy[generator.randrange(len(copy))] ^= 1 << generator.randrange(8)
        copies.append(bytes(copy))
    return copies


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(*chunks):
    return PNG_SIGNATURE + b"".join(png_chunk(kind, data) for kind, data in chunks)


def png_header(width, height, bits=8, colour=2):
    return b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)


def huge_png():
    """Announces 65,500 × 65,500 pixels: 12.9 GB once decoded."""
    return png_of(png_header(65_500, 65_500), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b""))


def huge_jpeg():
    """A small JPEG whose frame header announces 65,500 × 65,500 pixels."""
    data = bytearray(encoded("JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5:frame + 9] = struct.pack(">HH", 65_500, 65_500)
    return bytes(data)


def text_bomb():
    """A small picture with a compressed text that inflates to 1 GB."""
    deflater = zlib.compressobj(9)
    block = bytes(1 << 20)
    text = b"".join(deflater.compress(block) for _ in range(1024)) + deflater.flush()
    return png_of(png_header(2, 2), (b"zTXt", b"Comment\0\0" + text),
                  (b"IDAT", zlib.compress(bytes(14))), (b"IEND", b""))


def pixel_bomb():
    """A 4 × 4 picture whose pixel data inflate to 1 GB."""
    deflater = zlib.compressobj(9)
    block = bytes(1 << 20)
    data = b"".join(deflater.compress(block) for _ in range(1024)) + deflater.flush()
    return png_of(png_header(4, 4), (b"IDAT", data), (b"IEND", b""))


def long_chunk():
    """A chunk that says it is 2 GB long."""
    return (PNG_SIGNATURE + png_chunk(*png_header(4, 4)) + struct.pack(">I", 0x7FFFFFFF) + b"IDAT"
            + bytes(1000))
