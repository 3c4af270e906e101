#include "sbnn/output.h"

#include "sbnn/planes.h"
#include "scaled.h"

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
  switch (output->face.kind) {
    case SBNN_PLANES:
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
    const float threshold = output->by.cuts.float_thresholds[channel];
    const uint32_t flip = sbnn_get_bit(output->by.cuts.flips, channel);
    const int32_t first = channel * output->channel_bits;
    for (int32_t p = 0; p < positions; ++p) {
      sbnn_put_bit((uint32_t*)y, first + p,
                   (uint32_t)(sums[p * stride] >= threshold) ^ flip);
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
