// SPDX-License-Identifier: MIT
// The project's one non-cryptographic hash, XXH3 with 64 bits. Values are stable across machines
// and releases, so they may be stored. Stateless; thread-safe.
#ifndef TENSORFS_CODEC_HASH_H_
#define TENSORFS_CODEC_HASH_H_

#include <cstdint>
#include <string_view>

namespace tensorfs {

uint64_t Hash64(std::string_view bytes, uint64_t seed = 0);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_HASH_H_
