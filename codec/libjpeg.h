// SPDX-License-Identifier: MIT
// libjpeg's headers, which need <cstdio> before them, and the declarations of its modules.
#ifndef TENSORFS_CODEC_LIBJPEG_H_
#define TENSORFS_CODEC_LIBJPEG_H_

// clang-format off
#include <cstdio>
#define JPEG_INTERNALS  // so that jpeglib.h includes jpegint.h
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#endif  // TENSORFS_CODEC_LIBJPEG_H_
