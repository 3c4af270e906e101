#include "reference.h"

void reference_quantize_levels(const sbnn_output* output, int32_t positions,
                               const double* x, uint32_t* y) {
  const bool vector = output->channel_bits == 1;
  const int32_t channels = output->channels, planes = output->face.planes;
  const int32_t words = reference_words(vector ? channels : positions);
  const int64_t most = ((int64_t)1 << planes) - 1;
  for (int32_t i = 0; i < (vector ? 1 : channels) * planes * words; ++i) {
    y[i] = 0u;
  }
  for (int32_t c = 0; c < channels; ++c) {
    for (int32_t p = 0; p < positions; ++p) {
      int64_t number = 0;
      for (int64_t cut = 0; cut < most; ++cut) {
        const int32_t threshold =
            reference_integer(output->by.cuts.thresholds, c * most + cut);
        if (x[p * channels + c] >= threshold) ++number;
      }
      if (reference_bit(output->by.cuts.flips, c)) number = most - number;
      reference_put_number(y, words, vector ? 0 : c * planes, planes,
                           vector ? c : p, number);
    }
  }
}

void reference_dequantize_planes(int32_t channels, int32_t channel_bits,
                                 int32_t positions, int32_t planes,
                                 const uint32_t* x, float* y) {
  const bool vector = channel_bits == 1;
  const int32_t words = reference_words(vector ? channels : positions);
  for (int32_t c = 0; c < channels; ++c) {
    for (int32_t p = 0; p < positions; ++p) {
      const int64_t number = reference_number(x, words, vector ? 0 : c * planes,
                                              planes, vector ? c : p);
      y[p * channels + c] = (float)(2 * number - ((int64_t)1 << planes) + 1);
    }
  }
}
