// SPDX-License-Identifier: MIT
// What --help says beside the options themselves.
#ifndef TENSORFS_TOOLS_HELP_TEXT_H_
#define TENSORFS_TOOLS_HELP_TEXT_H_

namespace tensorfs {

inline constexpr const char* kToolDescription =
    "Shows a directory of training images as their final preprocessed tensor files.\n"
    "The source is never written.";

inline constexpr const char* kToolExamples =
    "\nExamples:\n"
    "  tensorfs mount ~/photos ~/tensors --resize 256 --center-crop 224\n"
    "  python3 -c 'import numpy; print(numpy.load(\"tensors/cat/001.npy\").shape)'\n"
    "  tensorfs policy status ~/tensors\n"
    "  tensorfs profile ~/photos --resize 256 --center-crop 224\n"
    "  tensorfs umount ~/tensors\n"
    "\n"
    "`tensorfs COMMAND --help` tells more. Exit status: 0 done, 1 the work failed,\n"
    "2 the command line is wrong.";

inline constexpr const char* kMountDescription =
    "Mount SOURCE so that MOUNTPOINT shows each image as its tensor: a/x.jpg as\n"
    "a/x.npy. Returns when the mount answers; a process in the background serves it.";

inline constexpr const char* kMountExamples =
    "\nSteps have torchvision's meaning and run in this order: Resize, CenterCrop,\n"
    "Grayscale, ToTensor (for a float type), Normalize. Without any, images are only\n"
    "decoded. SIZE is a number of bytes with an optional unit: K, M, G, T (or KiB, …)\n"
    "are powers of 1024; KB, … are powers of 1000.\n"
    "\n"
    "Examples:\n"
    "  uint8 tensors of 224 x 224 x 3:\n"
    "    tensorfs mount train /mnt/train --resize 256 --center-crop 224\n"
    "  float32 tensors as torchvision's ImageNet recipe gives them:\n"
    "    tensorfs mount train /mnt/train --resize 256 --center-crop 224 \\\n"
    "        --dtype float32 --normalize imagenet --layout chw\n"
    "  images under their own names, for programs that open x.jpg with PIL or OpenCV:\n"
    "    tensorfs mount train /mnt/train --resize 256 --present bmp --names keep\n"
    "  in /etc/fstab:\n"
    "    /data/train /mnt/train fuse.tensorfs resize=256,center_crop=224 0 0";

inline constexpr const char* kMountHelperHelp =
    "Usage: mount.fuse.tensorfs SOURCE MOUNTPOINT [-sfnv] [-o OPT,...]\n"
    "\n"
    "What mount(8) runs for the type fuse.tensorfs, also from /etc/fstab. OPT is one of\n"
    "fstab's or a long option of `tensorfs mount` without its dashes.\n"
    "\n"
    "  -s                      Ignore options that are not known\n"
    "  -f                      Check the options, and do not mount\n"
    "  -n, -v                  No effect\n"
    "\n"
    "Example:\n"
    "  mount -t fuse.tensorfs -o resize=256,center_crop=224 /data/train /mnt/train\n"
    "\n"
    "`tensorfs mount --help` lists the options.\n";

inline constexpr const char* kUmountDescription =
    "Unmount, and wait until the process that served the mount has gone.";

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_HELP_TEXT_H_
