#include "reference.h"

void reference_quantize(const sbnn_output* output, int32_t positions,
                        const float* x, uint32_t* y) {
  reference_zero_bits(output, positions, y);
  for (int32_t c = 0; c < output->channels; ++c) {
    for (int32_t p = 0; p < positions; ++p) {
      reference_write_float_sum(output, c, p, x[p * output->channels + c], y);
    }
  }
}

void reference_dequantize(int32_t channels, int32_t channel_bits,
                          int32_t positions, const uint32_t* x, float* y) {
  for (int32_t c = 0; c < channels; ++c) {
    for (int32_t p = 0; p < positions; ++p) {
      y[p * channels + c] =
          reference_bit(x, c * channel_bits + p) ? 1.0f : -1.0f;
    }
  }
}
