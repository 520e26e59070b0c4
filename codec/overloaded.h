// SPDX-License-Identifier: MIT
// A visitor made of lambdas, one for each alternative of a variant.
#ifndef TENSORFS_CODEC_OVERLOADED_H_
#define TENSORFS_CODEC_OVERLOADED_H_

namespace tensorfs {

template <typename... Lambdas>
struct Overloaded : Lambdas... {
  using Lambdas::operator()...;
};
template <typename... Lambdas>
Overloaded(Lambdas...) -> Overloaded<Lambdas...>;

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_OVERLOADED_H_
