#include "sbnn/output.h"

#include <stddef.h>
#include <string.h>

#include "sbnn/planes.h"
#include "scaled.h"

void sbnn_zero_planes(const sbnn_output* output, int32_t positions, void* y) {
  if (output->face.kind != SBNN_PLANES) return;
  const int64_t bits = (int64_t)(output->channels - 1) * output->channel_bits +
                       (int64_t)(output->face.planes - 1) * output->plane_bits +
                       positions;
  memset(y, 0, (size_t)((bits + 31) / 32) * sizeof(uint32_t));
}

/* Puts a number into the planes of a channel. */
static void put_number(const sbnn_output* output, int32_t channel,
                       int32_t position, uint32_t number, uint32_t* y) {
  int32_t bit = channel * output->channel_bits + position;
  for (int32_t i = 0; i < output->face.planes; ++i) {
    sbnn_put_bit(y, bit, (number >> i) & 1u);
    bit += output->plane_bits;
  }
}

/* How many of `cuts` thresholds from `at` on a sum reaches. */
#define COUNT_REACHED(name, sum_type, type)                          \
  static uint32_t name(const void* at, int32_t cuts, sum_type sum) { \
    const type* threshold = (const type*)at;                         \
    uint32_t reached = 0;                                            \
    for (const type* const end = threshold + cuts; threshold != end; \
         ++threshold) {                                              \
      reached += (uint32_t)(sum >= *threshold);                      \
    }                                                                \
    return reached;                                                  \
  }

COUNT_REACHED(count_int8, int32_t, int8_t)
COUNT_REACHED(count_int16, int32_t, int16_t)
COUNT_REACHED(count_int32, int32_t, int32_t)
COUNT_REACHED(count_float, float, float)

/* The number that cuts make of `reached` ones. */
static uint32_t number_of(const sbnn_cuts* cuts, int32_t channel,
                          uint32_t reached) {
  return sbnn_get_bit(cuts->flips, channel) != 0u
             ? (uint32_t)cuts->count - reached
             : reached;
}

static uint32_t reached_by_whole(const sbnn_output* output, int32_t channel,
                                 int32_t sum) {
  const sbnn_cuts* cuts = &output->by.cuts;
  const int32_t bytes = cuts->thresholds.bytes, count = cuts->count;
  const void* at =
      (const int8_t*)cuts->thresholds.values + channel * count * bytes;
  const uint32_t reached = bytes == 1   ? count_int8(at, count, sum)
                           : bytes == 2 ? count_int16(at, count, sum)
                                        : count_int32(at, count, sum);
  return number_of(cuts, channel, reached);
}

static uint32_t reached_by_float(const sbnn_output* output, int32_t channel,
                                 float sum) {
  const sbnn_cuts* cuts = &output->by.cuts;
  const float* at = cuts->float_thresholds + channel * cuts->count;
  return number_of(cuts, channel, count_float(at, cuts->count, sum));
}

static uint32_t number_at(const sbnn_output* output, int32_t channel,
                          int32_t position, const uint32_t* x) {
  int32_t bit = channel * output->channel_bits + position;
  uint32_t number = 0;
  for (int32_t i = 0; i < output->face.planes; ++i) {
    number |= sbnn_get_bit(x, bit) << i;
    bit += output->plane_bits;
  }
  return number;
}

static void write_stream(const sbnn_output* output, int32_t channel,
                         int32_t first, const int32_t* sums, int32_t count,
                         uint32_t* y) {
  const sbnn_stream* stream = &output->by.stream;
  const int32_t multiplier = sbnn_integer(stream->multipliers, channel);
  const int32_t offset = sbnn_integer(stream->offsets, channel);
  const int32_t half = 1 << (output->face.planes - 1);
  for (int32_t p = 0; p < count; ++p) {
    int64_t n = half;
    if (stream->before != NULL) {
      n = number_at(output, channel, first + p, stream->before);
    }
    n += ((int64_t)sums[p] * multiplier + offset) >> stream->shift;
    if (n < 0) n = 0;
    if (n > 2 * half - 1) n = 2 * half - 1;
    put_number(output, channel, first + p, (uint32_t)n, y);
  }
}

static void write_bits(const sbnn_output* output, int32_t channel,
                       int32_t first, const int32_t* sums, int32_t count,
                       uint32_t* y) {
  const int32_t threshold = sbnn_integer(output->by.cuts.thresholds, channel);
  const uint32_t flip = sbnn_get_bit(output->by.cuts.flips, channel);
  const int32_t bit = channel * output->channel_bits + first;
  for (int32_t p = 0; p < count; ++p) {
    sbnn_put_bit(y, bit + p, (uint32_t)(sums[p] >= threshold) ^ flip);
  }
}

static int32_t scaled(const sbnn_output* output, int32_t channel, int32_t sum,
                      int32_t limit) {
  const sbnn_scale* scale = &output->by.scale;
  return sbnn_scaled(sum, scale->multipliers[channel], scale->offsets[channel],
                     scale->shift, limit);
}

void sbnn_write_sums(const sbnn_output* output, int32_t channel, int32_t first,
                     const int32_t* sums, int32_t count, void* y) {
  const int32_t step = output->channels;
  const int32_t at = first * step + channel;
  if (output->stage == SBNN_STREAM) {
    write_stream(output, channel, first, sums, count, (uint32_t*)y);
    return;
  }
  switch (output->face.kind) {
    case SBNN_PLANES:
      if (output->by.cuts.count > 1) {
        for (int32_t p = 0; p < count; ++p) {
          put_number(output, channel, first + p,
                     reached_by_whole(output, channel, sums[p]), (uint32_t*)y);
        }
        break;
      }
      write_bits(output, channel, first, sums, count, (uint32_t*)y);
      break;
    case SBNN_FLOAT_NUMBERS:
      for (int32_t p = 0; p < count; ++p) {
        ((float*)y)[at + p * step] =
            (float)sums[p] * output->by.scale.factors[channel] +
            output->by.scale.biases[channel];
      }
      break;
    case SBNN_INT8_NUMBERS:
      for (int32_t p = 0; p < count; ++p) {
        ((int8_t*)y)[at + p * step] =
            (int8_t)scaled(output, channel, sums[p], INT8_MAX);
      }
      break;
    case SBNN_INT16_NUMBERS:
      for (int32_t p = 0; p < count; ++p) {
        ((int16_t*)y)[at + p * step] =
            (int16_t)scaled(output, channel, sums[p], INT16_MAX);
      }
      break;
  }
}

void sbnn_write_float_sums(const sbnn_output* output, int32_t channel,
                           const float* sums, int32_t stride, int32_t positions,
                           void* y) {
  if (output->stage == SBNN_CUTS) {
    for (int32_t p = 0; p < positions; ++p) {
      put_number(output, channel, p,
                 reached_by_float(output, channel, sums[p * stride]),
                 (uint32_t*)y);
    }
  } else {
    float* out = (float*)y + channel;
    for (int32_t p = 0; p < positions; ++p) {
      out[p * output->channels] =
          sums[p * stride] * output->by.scale.factors[channel] +
          output->by.scale.biases[channel];
    }
  }
}
