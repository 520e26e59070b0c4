// SPDX-License-Identifier: MIT
// libjpeg's headers, which need <cstdio> before them.
#ifndef TENSORFS_CODEC_LIBJPEG_H_
#define TENSORFS_CODEC_LIBJPEG_H_

// clang-format off
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#endif  // TENSORFS_CODEC_LIBJPEG_H_
