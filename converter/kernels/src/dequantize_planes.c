#include "channel_planes.h"
#include "inline.h"
#include "sbnn/planes.h"
#include "sbnn/quantize.h"

void sbnn_dequantize_planes(int32_t channels, int32_t channel_bits,
                            int32_t positions, int32_t planes,
                            const uint32_t* x, float* y) {
  const sbnn_channel_planes places =
      sbnn_place_planes(channel_bits == 1, channels, positions, planes);
  const int32_t middle = (1 << planes) - 1;
  for (int32_t c = 0; c < channels; ++c) {
    const uint32_t* from = x + sbnn_first_word(&places, c);
    const int32_t bit = sbnn_first_bit(&places, c);
    for (int32_t p = 0; p < positions; ++p) {
      int32_t n = 0;
      for (int32_t i = planes - 1; i >= 0; --i) {
        n = 2 * n + (int32_t)sbnn_get_bit(from + i * places.words, bit + p);
      }
      y[p * channels + c] = (float)(2 * n - middle);
    }
  }
}
