// SPDX-License-Identifier: MIT
// The codecs there are, one function for each .cc that defines one. They live as long as the
// program. Only codec.cc needs this; use FindCodec.
#ifndef TENSORFS_CODEC_CODEC_TABLE_H_
#define TENSORFS_CODEC_CODEC_TABLE_H_

#include "codec/codec.h"

namespace tensorfs {

const Codec* RawCodec();
const Codec* ZstdCodec();
const Codec* ShuffleZstdCodec();
const Codec* PlanarZstdCodec();
const Codec* PngCodec();

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_CODEC_TABLE_H_
