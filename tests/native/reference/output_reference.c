#include "reference.h"

#include "sbnn/planes.h"

void reference_write_sums(const sbnn_output* output, int32_t channel,
                     const int32_t* sums, int32_t positions, void* y) {
  if (output->kind == SBNN_TO_BITS) {
    const int32_t threshold = output->thresholds[channel];
    const uint32_t flip = sbnn_get_bit(output->flips, channel);
    const int32_t first = channel * output->channel_bits;
    for (int32_t p = 0; p < positions; ++p) {
      sbnn_put_bit((uint32_t*)y, first + p,
                   (uint32_t)(sums[p] >= threshold) ^ flip);
    }
  } else if (output->kind == SBNN_TO_INT8 || output->kind == SBNN_TO_INT16) {
    const int64_t limit = output->kind == SBNN_TO_INT8 ? 127 : 32767;
    for (int32_t p = 0; p < positions; ++p) {
      int64_t value = (int64_t)sums[p] * output->multipliers[channel];
      value = (value + output->offsets[channel]) >> output->shift;
      if (value > limit) value = limit;
      if (value < -limit - 1) value = -limit - 1;
      if (output->kind == SBNN_TO_INT8) {
        ((int8_t*)y)[p * output->channels + channel] = (int8_t)value;
      } else {
        ((int16_t*)y)[p * output->channels + channel] = (int16_t)value;
      }
    }
  } else {
    float* out = (float*)y + channel;
    for (int32_t p = 0; p < positions; ++p) {
      out[p * output->channels] =
          (float)sums[p] * output->scale[channel] + output->bias[channel];
    }
  }
}

void reference_write_float_sums(const sbnn_output* output, int32_t channel,
                           const float* sums, int32_t stride,
                           int32_t positions, void* y) {
  if (output->kind == SBNN_TO_BITS) {
    const float threshold = output->float_thresholds[channel];
    const uint32_t flip = sbnn_get_bit(output->flips, channel);
    const int32_t first = channel * output->channel_bits;
    for (int32_t p = 0; p < positions; ++p) {
      sbnn_put_bit((uint32_t*)y, first + p,
                   (uint32_t)(sums[p * stride] >= threshold) ^ flip);
    }
  } else {
    float* out = (float*)y + channel;
    for (int32_t p = 0; p < positions; ++p) {
      out[p * output->channels] =
          sums[p * stride] * output->scale[channel] + output->bias[channel];
    }
  }
}
