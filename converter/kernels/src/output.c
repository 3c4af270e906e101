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

/* How many cuts are reached, or not if `flip` is 1. */
#define COUNT_REACHED(name, type, field)                                       \
  static uint32_t name(const sbnn_output* output, int32_t channel, type sum) { \
    const int32_t cuts = output->by.cuts.count;                                \
    const type* at = output->by.cuts.field + channel * cuts;                   \
    uint32_t reached = 0;                                                      \
    for (const type* const end = at + cuts; at != end; ++at) {                 \
      reached += (uint32_t)(sum >= *at);                                       \
    }                                                                          \
    return sbnn_get_bit(output->by.cuts.flips, channel) != 0u                  \
               ? (uint32_t)cuts - reached                                      \
               : reached;                                                      \
  }

COUNT_REACHED(reached_by_whole, int32_t, thresholds)
COUNT_REACHED(reached_by_float, float, float_thresholds)

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
  const sbnn_scale* scale = &output->by.scale;
  const int32_t half = 1 << (output->face.planes - 1);
  for (int32_t p = 0; p < count; ++p) {
    int64_t n = half;
    if (scale->stream != NULL) {
      n = number_at(output, channel, first + p, scale->stream);
    }
    n += ((int64_t)sums[p] * scale->multipliers[channel] +
          scale->offsets[channel]) >>
         scale->shift;
    if (n < 0) n = 0;
    if (n > 2 * half - 1) n = 2 * half - 1;
    put_number(output, channel, first + p, (uint32_t)n, y);
  }
}

static void write_bits(const sbnn_output* output, int32_t channel,
                       int32_t first, const int32_t* sums, int32_t count,
                       uint32_t* y) {
  const int32_t threshold = output->by.cuts.thresholds[channel];
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
