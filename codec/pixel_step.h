// SPDX-License-Identifier: MIT
// What the steps on pixels (Resize, CenterCrop, Pad, Grayscale) do to an image, forwards, and which
// of its pixels they need for that, backwards. Rectangles are in the coordinates of whole images,
// so the result never depends on how much of an image is at hand. Steps on the tensor leave pixels
// as they are. Pure functions.
#ifndef TENSORFS_CODEC_PIXEL_STEP_H_
#define TENSORFS_CODEC_PIXEL_STEP_H_

#include <cstddef>

#include "codec/image.h"
#include "codec/result.h"
#include "codec/step.h"

namespace tensorfs {

bool IsPixelStep(const Step& step);

// Errors: kInvalidArgument if the step cannot be applied to such an image, kTooLarge if its result
// has more than kMaxPixels. REQUIRES: input is not empty.
Result<ImageSize> OutputSize(const Step& step, ImageSize input);

int OutputChannels(const Step& step, int input_channels);

// The input pixels that `window` of the output depends on; never empty, also where the window
// shows nothing but padding. REQUIRES: OutputSize succeeds; window is inside it and not empty.
Rect InputWindow(const Step& step, ImageSize input, const Rect& window);

// The output's `window`. REQUIRES: `pixels`, of an image of size `input`, holds InputWindow.
Image Apply(const Step& step, ImageSize input, Image pixels, const Rect& window);

// Upper bound of the bytes that Apply allocates, its result included.
size_t ApplyMemoryBytes(const Step& step, ImageSize input, int input_channels, const Rect& window);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PIXEL_STEP_H_
