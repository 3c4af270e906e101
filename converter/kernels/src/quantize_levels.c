/* Cuts to activations of several bits, 32 positions of a channel at a time.
 *
 * The number is how many cuts a value reaches. They ascend, so that bit i of the
 * number changes at every 2^i-th of them: each cut's bits are added, without a
 * carry, to the planes whose 2^i divides its place. */
#include <string.h>

#include "channel_planes.h"
#include "collect.h"
#include "hot.h"
#include "inline.h"
#include "sbnn/quantize.h"

typedef struct {
  const sbnn_output* output;
  const void* values;
  sbnn_channel_planes places; /* of values that are planes */
  /* Of the channel at hand: the first of its cuts, and these if they are whole numbers. */
  int32_t first_cut;
  int32_t cuts[SBNN_MAX_CUTS];
} source;

/* Bits of channel `c` from position `first` on: 1 where a value reaches its threshold
 * number `cut`. Behind `count` of them are any. */
typedef uint32_t collect_bits(const source* from, int32_t c, int32_t cut,
                              int32_t first, int32_t count);

#define COLLECT(kind, type, threshold)                                        \
  static uint32_t collect_##kind(const source* from, int32_t c, int32_t cut,  \
                                 int32_t first, int32_t count) {              \
    const int32_t channels = from->output->channels;                          \
    return sbnn_collect_##kind(                                               \
        (const type*)from->values + (first + count) * channels + c, channels, \
        threshold, count);                                                    \
  }

COLLECT(float, float,
        from->output->by.cuts.float_thresholds[from->first_cut + cut])
COLLECT(int8, int8_t, from->cuts[cut])
COLLECT(int16, int16_t, from->cuts[cut])

/* Numbers that are planes are compared with one that is the same everywhere: from
 * its lowest 1 up, a bit of it is 1 and wanted, or 0 and enough. */
SBNN_HOT static uint32_t collect_planes(const source* from, int32_t c,
                                        int32_t cut, int32_t first,
                                        int32_t count) {
  const sbnn_channel_planes* places = &from->places;
  const int32_t threshold = from->cuts[cut];
  const uint32_t* plane =
      (const uint32_t*)from->values + sbnn_first_word(places, c) + (first >> 5);
  (void)count;
  if (threshold <= 0) return 0xFFFFFFFFu;
  if (threshold >> places->planes != 0) return 0u;
  const int32_t lowest = (int32_t)sbnn_trailing_zeros((uint32_t)threshold);
  plane += lowest * places->words;
  uint32_t reached = *plane;
  for (int32_t i = lowest + 1; i < places->planes; ++i) {
    plane += places->words;
    reached = ((threshold >> i) & 1) != 0 ? reached & *plane : reached | *plane;
  }
  return reached >> sbnn_first_bit(places, c);
}

SBNN_HOT static void quantize(source* from, int32_t positions, uint32_t* y,
                              collect_bits* collect) {
  const sbnn_output* output = from->output;
  const int32_t count = output->by.cuts.count;
  const int32_t planes = output->face.planes;
  const sbnn_channel_planes places = sbnn_place_planes(
      output->channel_bits == 1, output->channels, positions, planes);
  const int32_t all = planes * places.words;
  memset(y, 0,
         (size_t)(places.vector ? all : output->channels * all) *
             sizeof(uint32_t));
  for (int32_t c = 0; c < output->channels; ++c) {
    const uint32_t flips = 0u - sbnn_get_bit(output->by.cuts.flips, c);
    if (c == 0 || !output->by.cuts.shared) {
      from->first_cut = c * count;
      if (collect != collect_float) {
        sbnn_copy_integers(output->by.cuts.thresholds, c * count, count,
                           from->cuts);
      }
    }
    const int32_t bit = sbnn_first_bit(&places, c);
    uint32_t* to = y + sbnn_first_word(&places, c);
    for (int32_t p = 0; p < positions; p += 32, ++to) {
      const int32_t some = positions - p < 32 ? positions - p : 32;
      uint32_t number[SBNN_MAX_ACTIVATION_BITS];
      for (int32_t i = 0; i < planes; ++i) number[i] = flips;
      for (int32_t cut = 1; cut <= count; ++cut) {
        const uint32_t bits = collect(from, c, cut - 1, p, some);
        int32_t i = 0;
        do { number[i] ^= bits; } while (((cut >> i++) & 1) == 0);
      }
      for (int32_t i = 0; i < planes; ++i) {
        to[i * places.words] |= (number[i] & (0xFFFFFFFFu >> (32 - some)))
                                << bit;
      }
    }
  }
}

static void quantize_numbers(const sbnn_output* output, int32_t positions,
                             const void* x, uint32_t* y,
                             collect_bits* collect) {
  source from = {.output = output, .values = x};
  quantize(&from, positions, y, collect);
}

void sbnn_quantize_levels(const sbnn_output* output, int32_t positions,
                          const float* x, uint32_t* y) {
  quantize_numbers(output, positions, x, y, collect_float);
}

void sbnn_quantize_levels_int8(const sbnn_output* output, int32_t positions,
                               const int8_t* x, uint32_t* y) {
  quantize_numbers(output, positions, x, y, collect_int8);
}

void sbnn_quantize_levels_int16(const sbnn_output* output, int32_t positions,
                                const int16_t* x, uint32_t* y) {
  quantize_numbers(output, positions, x, y, collect_int16);
}

void sbnn_quantize_planes(const sbnn_output* output, int32_t positions,
                          int32_t planes, const uint32_t* x, uint32_t* y) {
  source from = {.output = output, .values = x};
  from.places = sbnn_place_planes(output->channel_bits == 1, output->channels,
                                  positions, planes);
  quantize(&from, positions, y, collect_planes);
}
