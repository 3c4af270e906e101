#include "reference.h"

#include <string.h>

#include "sbnn/planes.h"

void reference_quantize(const sbnn_output* output, int32_t positions,
                   const float* x, uint32_t* y) {
  const int32_t last_bit =
      (output->channels - 1) * output->channel_bits + positions;
  memset(y, 0, (size_t)sbnn_plane_words(last_bit) * sizeof(uint32_t));
  for (int32_t c = 0; c < output->channels; ++c) {
    reference_write_float_sums(output, c, x + c, output->channels, positions, y);
  }
}

void reference_dequantize(int32_t channels, int32_t channel_bits,
                     int32_t positions, const uint32_t* x, float* y) {
  for (int32_t c = 0; c < channels; ++c) {
    for (int32_t p = 0; p < positions; ++p) {
      y[p * channels + c] =
          sbnn_get_bit(x, c * channel_bits + p) != 0u ? 1.0f : -1.0f;
    }
  }
}
