# SPDX-License-Identifier: MIT
"""Every pipeline gives the bytes that torchvision gives on Pillow's image.

Images of all kinds and shapes are made here; each runs through each step alone and through random
compositions of them, in torchvision and in the codec.
"""
import io
import random
import struct

import numpy as np
import torch
from PIL import Image, ImageFile
from torchvision import transforms
from torchvision.transforms import InterpolationMode

import codec_tool
from codec_tool import Options

torch.set_num_threads(1)
ImageFile.MAXBLOCK = 1 << 22  # a progressive JPEG of noise needs more than Pillow's own guess

SIZES = [(1, 1), (2, 1), (1, 3), (3, 2), (7, 5), (16, 16), (17, 33), (64, 48), (97, 61), (150, 200),
         (257, 129), (1, 2000), (2000, 1), (3, 700), (640, 9), (500, 375)]
MODES = ["RGB", "L", "P", "RGBA", "LA", "1", "I;16", "CMYK"]
INTERPOLATIONS = [mode.value for mode in InterpolationMode]


def pixels(rng, size, channels):
    """Noise, or a gradient with noise: sharp edges and smooth areas show different faults."""
    width, height = size
    noise = np.frombuffer(rng.randbytes(width * height * channels), np.uint8)
    noise = noise.reshape(height, width, channels)
    if rng.random() < 0.5:
        return noise
    ramp = np.add.outer(np.arange(height) * rng.random() * 3, np.arange(width) * rng.random() * 3)
    return (ramp[:, :, np.newaxis] + noise // 16).astype(np.uint8)


def picture(rng, mode, size):
    if mode == "I;16":
        values = np.frombuffer(rng.randbytes(size[0] * size[1] * 2), np.uint16)
        return Image.fromarray(values.reshape(size[1], size[0]))
    channels = {"RGB": 3, "L": 1, "P": 3, "RGBA": 4, "LA": 2, "1": 1, "CMYK": 4}[mode]
    data = pixels(rng, size, channels)
    if mode == "P":
        return Image.fromarray(data, "RGB").quantize(rng.choice([2, 16, 256]))
    if mode == "1":
        return Image.fromarray(data[:, :, 0], "L").convert("1")
    return Image.fromarray(data[:, :, 0] if channels == 1 else data, mode)


def image_file(rng, mode, size):
    """The bytes of a JPEG or PNG that Pillow can read back."""
    options = {"format": "PNG"}
    if mode == "CMYK" or (mode in ("RGB", "L") and rng.random() < 0.6):
        options = {"format": "JPEG", "quality": rng.choice([30, 75, 95]),
                   "subsampling": rng.randrange(3), "progressive": rng.random() < 0.3}
    file = io.BytesIO()
    picture(rng, mode, size).save(file, **options)
    return file.getvalue()


class Step:
    """One step in both languages."""

    def __init__(self, transform, **arguments):
        self.transform = transform
        self.name = type(transform).__name__
        lines = [f"{key} = {self._toml(value)}" for key, value in arguments.items()]
        self.toml = "\n".join(["[[step]]", f'name = "{self.name}"', *lines, ""])

    @staticmethod
    def _toml(value):
        if isinstance(value, str):
            return f'"{value}"'
        return repr(list(value)) if isinstance(value, (tuple, list)) else repr(value)


def resize(size, interpolation="bilinear", max_size=None):
    transform = transforms.Resize(size, InterpolationMode(interpolation), max_size)
    more = {} if max_size is None else {"max_size": max_size}
    return Step(transform, size=size, interpolation=interpolation, **more)


def center_crop(size):
    return Step(transforms.CenterCrop(size), size=size)


def pad(padding, fill=0, mode="constant"):
    return Step(transforms.Pad(padding, fill, mode), padding=padding, fill=fill, padding_mode=mode)


def grayscale(channels):
    return Step(transforms.Grayscale(channels), num_output_channels=channels)


def pil_to_tensor():
    return Step(transforms.PILToTensor())


def to_tensor():
    return Step(transforms.ToTensor())


def convert(dtype):
    return Step(transforms.ConvertImageDtype(getattr(torch, dtype)), dtype=dtype)


def normalize(mean, std):
    return Step(transforms.Normalize(mean, std), mean=mean, std=std)


def random_pixel_step(rng, channels):
    kind = rng.choice(["resize", "resize", "crop", "pad", "grey"])
    side = lambda: rng.choice([1, 2, 3, rng.randint(1, 40), rng.randint(1, 300)])
    if kind == "resize":
        interpolation = rng.choice(INTERPOLATIONS)
        if rng.random() < 0.4:
            return resize([side(), side()], interpolation), channels
        shorter = rng.randint(1, 60)
        return resize(shorter, interpolation, rng.choice([None, shorter + side()])), channels
    if kind == "crop":
        return center_crop(rng.choice([side(), [side(), side()]])), channels
    if kind == "pad":
        border = lambda: rng.choice([0, 1, 2, rng.randint(0, 50)])
        padding = rng.choice([border(), [border(), border()], [border() for _ in range(4)]])
        mode = rng.choice(["constant", "edge", "reflect", "symmetric"])
        fill = rng.randrange(256)
        if channels == 3 and rng.random() < 0.5:
            fill = [rng.randrange(256) for _ in range(3)]
        return pad(padding, fill, mode), channels
    channels = rng.choice([1, 3])
    return grayscale(channels), channels


def random_tensor_steps(rng, channels):
    start = rng.choice(["none", "pil", "float"])
    if start == "none":
        return []
    steps = [pil_to_tensor() if start == "pil" else to_tensor()]
    floating = start == "float"
    for _ in range(rng.randrange(4)):
        if floating and rng.random() < 0.5:
            count = rng.choice([1, channels])
            steps.append(normalize([rng.uniform(-1, 1) for _ in range(count)],
                                   [rng.choice([0.229, 1.0, 0.01, 3.5]) for _ in range(count)]))
        else:
            dtype = rng.choice(["uint8", "float16", "bfloat16", "float32"])
            steps.append(convert(dtype))
            floating = dtype != "uint8"
    return steps


def random_pipeline(rng):
    steps, channels = [], 3
    for _ in range(rng.randrange(5)):
        step, channels = random_pixel_step(rng, channels)
        steps.append(step)
    return steps + random_tensor_steps(rng, channels)


def reference(steps, file, layout):
    """The spec and bytes that torchvision gives, or None if it, or Pillow, refuses."""
    try:
        with Image.open(io.BytesIO(file)) as image:
            value = transforms.Compose([step.transform for step in steps])(image.convert("RGB"))
    except Exception:  # whatever it raises, it has refused
        return None
    if isinstance(value, Image.Image):
        value = torch.from_numpy(np.array(value).reshape(value.height, value.width, -1))
        value = value.permute(2, 0, 1)
    value = value if layout == "chw" else value.permute(1, 2, 0)
    value = value.contiguous()
    spec = f"{str(value.dtype)[6:]}[{','.join(map(str, value.shape))}]"
    if value.dtype == torch.bfloat16:
        value = value.view(torch.int16)
    return spec, value.numpy().tobytes()


class ComputeTensor(codec_tool.Tool):
    def _ask(self, command, data):
        self.ask(command + struct.pack("<i", len(data)) + data)
        return self.read_int()

    def _read_text(self):
        return self.read(self.read_int())

    def set_pipeline(self, toml):
        """Returns None, or why the pipeline is refused."""
        return self._read_text().decode() if self._ask(b"P", toml.encode()) else None

    def tensor(self, file):
        """Returns (spec, bytes), or (None, why not)."""
        if self._ask(b"T", file):
            return None, self._read_text().decode()
        return self._read_text().decode(), self._read_text()


class ExactnessTest(codec_tool.ToolTestCase):
    program = ComputeTensor

    def check(self, steps, files, layout=None):
        """Compares the codec with torchvision; returns how many files torchvision accepts."""
        toml = "".join(step.toml for step in steps)
        if layout:
            toml = f'layout = "{layout}"\n{toml}'
        makes_tensor = any(step.name in ("PILToTensor", "ToTensor") for step in steps)
        layout = layout or ("chw" if makes_tensor else "hwc")
        self.assertIsNone(self.tool.set_pipeline(toml), toml)
        accepted = 0
        for file in files:
            expected = reference(steps, file, layout)
            spec, data = self.tool.tensor(file)
            size = Image.open(io.BytesIO(file)).size
            if expected is None:
                self.assertIsNone(spec, f"{size}: torchvision refuses this, {toml}")
                continue
            self.assertEqual(spec, expected[0], f"{size}: {data if spec is None else ''} {toml}")
            if data != expected[1]:
                got, want = (np.frombuffer(d, np.uint8) for d in (data, expected[1]))
                self.fail(f"{size}: {np.count_nonzero(got != want)} of {len(got)} bytes differ, {toml}")
            accepted += 1
        return accepted

    def files(self, sizes=SIZES, modes=("RGB",)):
        return [image_file(self.rng, mode, size) for mode in modes for size in sizes]

    def test_every_kind_of_image_through_the_usual_pipeline(self):
        files = self.files(modes=MODES)
        usual = [resize(64), center_crop(56), to_tensor(),
                 normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
        self.assertEqual(self.check([], files), len(files))
        self.assertGreater(self.check(usual, files), len(files) - 30)

    def test_resize_with_every_filter_to_every_shape(self):
        files = self.files()
        for interpolation in INTERPOLATIONS:
            for size in (1, 7, 64, 256, [1, 1], [5, 300], [300, 5], [64, 64], [33, 17], [375, 500],
                         [375, 100], [100, 500], [2000, 1]):
                self.assertGreater(self.check([resize(size, interpolation)], files), 10)

    def test_resize_within_a_longest_side(self):
        files = self.files()
        for size, longest in ((1, 2), (50, 51), (50, 60), (50, 5000), (200, 300), (9, 640)):
            self.check([resize(size, max_size=longest)], files)

    def test_center_crop_rounds_and_pads_alike(self):
        files = self.files()
        for height in (1, 2, 3, 16, 17, 18, 47, 48, 49, 224):
            for width in (1, 2, 15, 16, 33, 224):
                self.check([center_crop([height, width])], files)

    def test_pad_in_every_mode(self):
        files = self.files([(1, 1), (2, 1), (1, 3), (2, 2), (3, 2), (7, 5), (64, 48)])
        for mode in ("constant", "edge", "reflect", "symmetric"):
            for padding in (0, 1, 2, 3, 9, 70, [3, 0], [0, 11], [1, 2, 3, 4], [0, 0, 30, 1],
                            [17, 0, 0, 5]):
                self.check([pad(padding, 77, mode)], files)
                self.check([pad(padding, [1, 2, 250], mode)], files)
                self.check([grayscale(1), pad(padding, 9, mode)], files)

    def test_grayscale_once_and_again(self):
        files = self.files()
        for first in (1, 3):
            self.check([grayscale(first)], files)
            for second in (1, 3):
                self.check([grayscale(first), resize(20), grayscale(second), to_tensor()], files)

    def test_conversions_between_all_types(self):
        ramp = Image.fromarray(np.arange(256 * 3, dtype=np.uint16).astype(np.uint8).reshape(16, 16, 3))
        file = io.BytesIO()
        ramp.save(file, "PNG")
        dtypes = ["uint8", "float16", "bfloat16", "float32"]
        for start in (pil_to_tensor, to_tensor):
            for first in dtypes:
                for second in dtypes:
                    steps = [start(), convert(first), convert(second)]
                    self.check(steps, [file.getvalue()])
                    if first == "uint8":
                        continue
                    for std in (0.229, 1.0, 0.003, 1e-3, 100.0):
                        normalized = [start(), convert(first), normalize([0.485], [std]), convert(second)]
                        self.check(normalized, [file.getvalue()])
                        self.check(normalized, [file.getvalue()], layout="hwc")

    def test_layouts(self):
        files = self.files([(1, 1), (15, 3), (64, 48)])
        for layout in ("hwc", "chw"):
            for steps in ([], [grayscale(1)], [pil_to_tensor()], [to_tensor()],
                          [grayscale(1), to_tensor(), convert("float16")],
                          [pil_to_tensor(), convert("bfloat16")]):
                self.check(steps, files, layout)

    def test_a_crop_that_shows_nothing_but_padding(self):
        files = self.files()
        self.check([pad([3000, 0, 0, 0], 5), center_crop(10)], files)
        self.check([pad([3000, 0, 0, 0], 5), center_crop(10), resize(30), grayscale(1)], files)

    def test_random_pipelines_on_random_images(self):
        accepted = 0
        for _ in range(40 * Options.rounds):
            size = self.rng.choice([*SIZES, (self.rng.randint(1, 400), self.rng.randint(1, 400))])
            files = [image_file(self.rng, self.rng.choice(MODES), size) for _ in range(3)]
            accepted += self.check(random_pipeline(self.rng), files,
                                   self.rng.choice([None, "hwc", "chw"]))
        self.assertGreater(accepted, 60 * Options.rounds)


if __name__ == "__main__":
    codec_tool.main(default_rounds=4)
