# SPDX-License-Identifier: MIT
"""PyTorch's DataLoader over a mount: DatasetFolder with np.load, and ImageFolder left unchanged."""

import numpy as np
import torch
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import DatasetFolder, ImageFolder

import pipelines
import samples
from samples import harness

BATCH = 4


def batches(dataset, workers, method):
    """All batches of an epoch in order."""
    loader = DataLoader(dataset, batch_size=BATCH, num_workers=workers,
                        multiprocessing_context=method)
    return [(images.clone(), labels.clone()) for images, labels in loader]


class DataLoaders(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        self.sources = samples.make_classes(self.source)

    def agrees(self, dataset, wanted):
        """Every way of loading gives the batches of `wanted`, a list of tensors, and the labels."""
        for workers, method in samples.READER_WAYS:
            with self.subTest(workers=workers, method=method):
                got = batches(dataset, workers, method)
                images = torch.cat([images for images, _ in got])
                labels = torch.cat([labels for _, labels in got])
                self.assertEqual(images.dtype, wanted[0].dtype)
                self.assertTrue(torch.equal(images, torch.stack(wanted)))
                self.assertEqual(labels.tolist(), [0] * 10 + [1] * 10 + [2] * 10)

    def test_dataset_folder_with_np_load(self):
        for pipeline in (pipelines.UINT8, pipelines.FLOAT32, pipelines.BICUBIC, pipelines.GREY,
                         pipelines.HALF):
            with self.subTest(pipeline=pipeline.name):
                mount = self.mount(*pipeline.arguments(self.scratch))
                dataset = DatasetFolder(str(mount.path), loader=np.load, extensions=(".npy",))
                self.assertEqual(dataset.classes, ["cat", "dog", "owl"])
                self.agrees(dataset, [torch.from_numpy(pipeline.expected(path))
                                      for path in self.sources])
                mount.close()

    def test_dataset_folder_in_direct_mode(self):
        pipeline = pipelines.FLOAT32
        mount = self.mount(*pipeline.arguments(self.scratch), "--io", "direct")
        dataset = DatasetFolder(str(mount.path), loader=np.load, extensions=(".npy",))
        self.agrees(dataset, [torch.from_numpy(pipeline.expected(path)) for path in self.sources])

    def test_image_folder_unchanged(self):
        """The program opens sample0.jpg as ever and finds the cropped picture in it."""
        tensor = transforms.Compose([transforms.ToTensor(), transforms.Normalize(
            pipelines.IMAGENET_MEAN, pipelines.IMAGENET_STD)])
        whole = transforms.Compose([*pipelines.UINT8.steps, *tensor.transforms])
        wanted = [image for image, _ in ImageFolder(str(self.source), transform=whole)]
        for present in ("ppm", "bmp"):
            with self.subTest(present=present):
                mount = self.mount(*pipelines.UINT8.options, "--present", present,
                                   "--names", "keep")
                dataset = ImageFolder(str(mount.path), transform=tensor)
                self.assertEqual([path.removeprefix(str(mount.path)) for path, _ in dataset.samples],
                                 [str(path).removeprefix(str(self.source))
                                  for path in self.sources])
                self.agrees(dataset, wanted)
                mount.close()

    def test_image_folder_repeating_the_same_transform(self):
        """Resize and CenterCrop of what has that size already change nothing."""
        pipeline = pipelines.Pipeline(
            "square", [transforms.Resize((224, 224))], options=["--resize", "224x224"])
        again = transforms.Compose([*pipeline.steps, transforms.PILToTensor()])
        mount = self.mount(*pipeline.options, "--present", "bmp", "--names", "keep")
        self.agrees(ImageFolder(str(mount.path), transform=again),
                    [image for image, _ in ImageFolder(str(self.source), transform=again)])

    def test_torch_from_file_maps_raw_files(self):
        pipeline = pipelines.FLOAT32
        mount = self.mount(*pipeline.arguments(self.scratch), "--present", "raw")
        for path in self.sources[:5]:
            wanted = torch.from_numpy(pipeline.expected(path))
            shown = (mount / path.relative_to(self.source)).with_suffix(".raw")
            got = torch.from_file(str(shown), shared=False, size=wanted.numel())
            self.assertTrue(torch.equal(got.reshape(wanted.shape), wanted))


if __name__ == "__main__":
    harness.main()
