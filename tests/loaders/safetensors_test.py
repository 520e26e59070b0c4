# SPDX-License-Identifier: MIT
"""Files presented as safetensors, read by the format's published rules.

Debian has no safetensors package, so the reader here is a strict one of our own: it takes only what
the format allows, and where the real package is installed that one reads the files as well.
"""

import json
import mmap
import struct
import unittest

import numpy as np
import torch

import pipelines
import samples
from samples import harness

DTYPES = {"U8": torch.uint8, "F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32}

BFLOAT16_TOML = pipelines.HALF.toml.replace("float16", "bfloat16")


def parse(data):
    """The tensors of a safetensors file by name, and where their data start. Refuses any slack."""
    (header_bytes,) = struct.unpack_from("<Q", data)
    text = data[8:8 + header_bytes]
    if not text.startswith(b"{"):
        raise ValueError("the header does not start with a brace")
    header = json.loads(text)
    header.pop("__metadata__", None)
    start, end = 8 + header_bytes, 0
    tensors = {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, last = entry["data_offsets"]
        if first != end:
            raise ValueError(f"{name} leaves a gap or overlaps")
        dtype = DTYPES[entry["dtype"]]
        tensor = torch.frombuffer(bytearray(data[start + first:start + last]), dtype=dtype)
        tensors[name] = tensor.reshape(entry["shape"])
        end = last
    if start + end != len(data):
        raise ValueError(f"{len(data)} bytes, but the header tells {start + end}")
    return tensors, start


def parse_read(path):
    with open(path, "rb") as file:
        return only_tensor(file.read())


def parse_mapped(path):
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapping:
        return only_tensor(mapping[:])


def only_tensor(data):
    """The one tensor as bytes, with its type and shape, so that it travels between processes."""
    tensors, start = parse(data)
    (tensor,) = tensors.values()
    content = tensor.reshape(-1).view(torch.uint8).numpy().tobytes()
    return str(tensor.dtype), tuple(tensor.shape), content, start


class Safetensors(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        self.sources = samples.make_classes(self.source)

    def agrees(self, arguments, expected_of):
        mount = self.mount(*arguments, "--present", "safetensors")
        paths = [(mount / path.relative_to(self.source)).with_suffix(".safetensors")
                 for path in self.sources]
        for reader, way, results in samples.read_each_way((parse_read, parse_mapped), paths):
            for source, (dtype, shape, content, start) in zip(self.sources, results, strict=True):
                with self.subTest(reader=reader, way=way, file=source.name):
                    wanted = expected_of(source)
                    self.assertEqual((dtype, shape), (str(wanted.dtype), tuple(wanted.shape)))
                    self.assertEqual(
                        content,
                        wanted.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
                    self.assertEqual(start, 4096)
        mount.close()
        return paths

    def test_every_pipeline(self):
        for pipeline in [*pipelines.FIVE, pipelines.HALF]:
            with self.subTest(pipeline=pipeline.name):
                self.agrees(pipeline.arguments(self.scratch),
                            lambda path, p=pipeline: torch.from_numpy(np.array(p.expected(path))))

    def test_bfloat16(self):
        file = self.scratch / "bfloat16.toml"
        file.write_text(BFLOAT16_TOML)
        transform = pipelines.transforms.Compose([
            *pipelines.HALF.steps[:3], pipelines.transforms.ConvertImageDtype(torch.bfloat16)])

        def expected(path):
            with samples.Image.open(path) as image:
                return transform(image.convert("RGB"))

        self.agrees(["--pipeline", file], expected)

    def test_with_the_real_package(self):
        try:
            from safetensors.torch import load_file
        except ImportError:
            raise unittest.SkipTest("the safetensors package is not installed") from None
        pipeline = pipelines.FLOAT32
        mount = self.mount(*pipeline.arguments(self.scratch), "--present", "safetensors")
        for path in self.sources:
            shown = (mount / path.relative_to(self.source)).with_suffix(".safetensors")
            (tensor,) = load_file(shown).values()
            self.assertTrue(torch.equal(tensor, torch.from_numpy(pipeline.expected(path))))


if __name__ == "__main__":
    harness.main()
