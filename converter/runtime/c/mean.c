#include "c/net.h"

void sbnn_net_mean_int8(sbnn_net_factor factor, int32_t x_zero, int32_t y_zero,
                        const int8_t* x, int32_t positions, int32_t channels,
                        int8_t* y) {
  for (int32_t c = 0; c < channels; ++c) {
    int32_t sum = 0;
    for (int32_t p = 0; p < positions; ++p) sum += x[p * channels + c];
    sum = sbnn_net_scale(sum - x_zero * positions, factor) + y_zero;
    y[c] = (int8_t)sbnn_net_limit(sum, -128, 127);
  }
}

void sbnn_net_mean_int16(sbnn_net_factor factor, const int16_t* x,
                         int32_t positions, int32_t channels, int16_t* y) {
  for (int32_t c = 0; c < channels; ++c) {
    int32_t sum = 0;
    for (int32_t p = 0; p < positions; ++p) sum += x[p * channels + c];
    y[c] = (int16_t)sbnn_net_limit(sbnn_net_scale(sum, factor), -32768, 32767);
  }
}

void sbnn_net_mean_float(const float* x, int32_t positions, int32_t channels,
                         float* y) {
  for (int32_t c = 0; c < channels; ++c) {
    float sum = 0.0f;
    for (int32_t p = 0; p < positions; ++p) sum += x[p * channels + c];
    y[c] = sum / (float)positions;
  }
}
