#include "sbnn/quantize.h"

#include <string.h>

#include "inline.h"
#include "sbnn/planes.h"

/* Collects the bits of one channel, 32 at a time where its plane starts at a
 * word, else (a vector, whose channels are bits) one by one. */
#define QUANTIZE(thresholds)                                          \
  const int32_t channels = output->channels;                          \
  const int32_t last_bit =                                            \
      (channels - 1) * output->channel_bits + positions;              \
  memset(y, 0, (size_t)sbnn_plane_words(last_bit) * sizeof(uint32_t)); \
  for (int32_t c = 0; c < channels; ++c) {                            \
    const uint32_t flip = sbnn_get_bit(output->flips, c);             \
    const int32_t first = c * output->channel_bits;                   \
    for (int32_t p = 0; p < positions; p += 32) {                     \
      const int32_t count = positions - p < 32 ? positions - p : 32;  \
      uint32_t bits = 0;                                              \
      for (int32_t i = count - 1; i >= 0; --i) {                      \
        bits = (bits << 1) |                                          \
               ((uint32_t)(x[(p + i) * channels + c] >=               \
                           (thresholds)[c]) ^                         \
                flip);                                                \
      }                                                               \
      y[(first + p) >> 5] |= bits << ((first + p) & 31);              \
    }                                                                 \
  }

void sbnn_quantize(const sbnn_output* output, int32_t positions,
                   const float* x, uint32_t* y) {
  QUANTIZE(output->float_thresholds)
}

void sbnn_quantize_int8(const sbnn_output* output, int32_t positions,
                        const int8_t* x, uint32_t* y) {
  QUANTIZE(output->thresholds)
}

void sbnn_quantize_int16(const sbnn_output* output, int32_t positions,
                         const int16_t* x, uint32_t* y) {
  QUANTIZE(output->thresholds)
}

void sbnn_dequantize(int32_t channels, int32_t channel_bits,
                     int32_t positions, const uint32_t* x, float* y) {
  for (int32_t c = 0; c < channels; ++c) {
    const int32_t first = c * channel_bits;
    for (int32_t p = 0; p < positions; ++p) {
      y[p * channels + c] =
          sbnn_get_bit(x, first + p) != 0u ? 1.0f : -1.0f;
    }
  }
}

void sbnn_dequantize_int8(int32_t channels, int32_t channel_bits,
                          int32_t positions, int8_t plus, int8_t minus,
                          const uint32_t* x, int8_t* y) {
  for (int32_t c = 0; c < channels; ++c) {
    const int32_t first = c * channel_bits;
    for (int32_t p = 0; p < positions; ++p) {
      y[p * channels + c] = sbnn_get_bit(x, first + p) != 0u ? plus : minus;
    }
  }
}
