#include "sbnn/quantize.h"

#include <string.h>

#include "collect.h"
#include "inline.h"
#include "sbnn/planes.h"

/* Up to 32 bits of channel `c`, from position `first` on: 1 where a value reaches the
 * channel's threshold, `whole` if it is a whole number. One function a type of values;
 * what surrounds them is shared. */
typedef uint32_t gather_bits(const sbnn_output* output, int32_t c,
                             int32_t whole, const void* values, int32_t first,
                             int32_t count);

#define GATHER(kind, type, threshold)                                   \
  static uint32_t gather_##kind(const sbnn_output* output, int32_t c,   \
                                int32_t whole, const void* values,      \
                                int32_t first, int32_t count) {         \
    const int32_t channels = output->channels;                          \
    (void)whole;                                                        \
    return sbnn_collect_##kind(                                         \
        (const type*)values + (first + count) * channels + c, channels, \
        threshold, count);                                              \
  }

GATHER(float, float, output->by.cuts.float_thresholds[c])
GATHER(int8, int8_t, whole)
GATHER(int16, int16_t, whole)

/* Collects the bits of one channel after another, 32 at a time where its plane
 * starts at a word, else (a vector, whose channels are bits) one by one. */
static void quantize_by_channel(const sbnn_output* output, int32_t positions,
                                const void* x, uint32_t* y,
                                gather_bits* collect) {
  const int32_t channels = output->channels;
  const int32_t last_bit = (channels - 1) * output->channel_bits + positions;
  memset(y, 0, (size_t)sbnn_plane_words(last_bit) * sizeof(uint32_t));
  int32_t first = 0;
  for (int32_t c = 0; c < channels; ++c, first += output->channel_bits) {
    const uint32_t flips = 0u - sbnn_get_bit(output->by.cuts.flips, c);
    const int32_t whole = collect == gather_float
                              ? 0
                              : sbnn_integer(output->by.cuts.thresholds, c);
    for (int32_t p = 0; p < positions; p += 32) {
      const int32_t count = positions - p < 32 ? positions - p : 32;
      const uint32_t bits =
          collect(output, c, whole, x, p, count) ^ (flips >> (32 - count));
      y[(first + p) >> 5] |= bits << (first & 31);
    }
  }
}

void sbnn_quantize(const sbnn_output* output, int32_t positions, const float* x,
                   uint32_t* y) {
  quantize_by_channel(output, positions, x, y, gather_float);
}

void sbnn_quantize_int8(const sbnn_output* output, int32_t positions,
                        const int8_t* x, uint32_t* y) {
  quantize_by_channel(output, positions, x, y, gather_int8);
}

void sbnn_quantize_int16(const sbnn_output* output, int32_t positions,
                         const int16_t* x, uint32_t* y) {
  quantize_by_channel(output, positions, x, y, gather_int16);
}

/* -1.0f; without its highest bit it is 1.0f. */
#define MINUS_ONE 0xBF800000u

void sbnn_dequantize(int32_t channels, int32_t channel_bits, int32_t positions,
                     const uint32_t* x, float* y) {
  for (int32_t c = 0; c < channels; ++c) {
    float* to = y + c;
    for (int32_t p = 0; p < positions; ++p, to += channels) {
      const uint32_t bit = sbnn_get_bit(x, c * channel_bits + p);
      const uint32_t word = MINUS_ONE ^ (bit << 31);
      memcpy(to, &word, sizeof word);
    }
  }
}

void sbnn_dequantize_int8(int32_t channels, int32_t channel_bits,
                          int32_t positions, int8_t plus, int8_t minus,
                          const uint32_t* x, int8_t* y) {
  for (int32_t c = 0; c < channels; ++c) {
    int8_t* to = y + c;
    for (int32_t p = 0; p < positions; ++p, to += channels) {
      *to = sbnn_get_bit(x, c * channel_bits + p) != 0u ? plus : minus;
    }
  }
}
