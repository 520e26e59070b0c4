# SPDX-License-Identifier: MIT
"""Writes small images, pipelines and tensors of every kind for fuzzers to start from: make_seeds.py DIRECTORY."""
import io
import pathlib
import random
import sys

from PIL import Image

STEPS = (
    'name = "Resize"\nsize = 256\ninterpolation = "bicubic"\nmax_size = 300\n',
    'name = "Resize"\nsize = [3, 40]\n',
    'name = "CenterCrop"\nsize = [224]\n',
    'name = "Pad"\npadding = [1, 2, 3, 4]\nfill = [5, 6, 7]\npadding_mode = "reflect"\n',
    'name = "Grayscale"\nnum_output_channels = 3\n',
    'name = "ToTensor"\n',
    'name = "ConvertImageDtype"\ndtype = "float16"\n',
    'name = "Normalize"\nmean = [0.5, 0, -1e3]\nstd = [0.25]\n',
)
SIZES = ((1, 1), (17, 9), (40, 33))


def images(rng):
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I", "CMYK"):
        for size in SIZES:
            noise = Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))
            yield mode, noise.convert("RGB" if mode in ("P", "CMYK") else "L").convert(mode)


def jpegs(mode, image):
    if mode in ("L", "RGB", "CMYK"):
        for subsampling in (0, 1, 2):
            for progressive in (False, True):
                yield {"subsampling": subsampling, "progressive": progressive, "quality": 60}


def save(image, path, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    path.write_bytes(buffer.getvalue())


def write_images(directory):
    rng = random.Random(1)
    for number, (mode, image) in enumerate(images(rng)):
        for index, options in enumerate(jpegs(mode, image)):
            for target_name in ("jpeg", "jpeg_crop"):
                save(image, directory / target_name / f"{number}_{index}.jpg", "JPEG", **options)
        if mode != "CMYK":
            save(image, directory / "png" / f"{number}.png", "PNG")
    frames = [image for mode, image in images(rng) if mode == "RGB"]
    save(frames[1], directory / "png" / "animated.png", "PNG", save_all=True, append_images=frames[1:2])


def write_pipelines(directory):
    for count in range(len(STEPS) + 1):
        steps = "".join(f"[[step]]\n{step}" for step in STEPS[:count])
        (directory / "toml" / f"{count}.toml").write_text('layout = "hwc"\n' + steps)


def write_tensors(directory):
    """A choice of spec, a count of changes, the changes and some content; see fuzz_codecs.cc."""
    rng = random.Random(2)
    for spec in range(8):
        for changes in (0, 1, 5):
            content = rng.choice((b"\0", bytes(range(256)), rng.randbytes(300)))
            data = bytes([spec, changes]) + rng.randbytes(3 * changes) + content
            (directory / "codecs" / f"{spec}_{changes}").write_bytes(data)


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    for name in ("jpeg", "jpeg_crop", "png", "toml", "codecs"):
        (target / name).mkdir(parents=True, exist_ok=True)
    write_images(target)
    write_pipelines(target)
    write_tensors(target)
