#include "c/net.h"

void sbnn_net_prelu_int8(const sbnn_net_prelu_params* p, const int8_t* x,
                         const int8_t* slopes, int32_t period, int8_t* y,
                         int32_t count) {
  for (int32_t i = 0, j = 0; i < count; ++i) {
    const int32_t value = x[i] - p->x_zero;
    const int32_t scaled =
        value >= 0
            ? sbnn_net_scale(value, p->positive)
            : sbnn_net_scale(value * (slopes[j] - p->slope_zero), p->negative);
    y[i] = (int8_t)sbnn_net_limit(scaled + p->y_zero, -128, 127);
    if (++j == period) j = 0;
  }
}

void sbnn_net_prelu_float(const float* x, const float* slopes, int32_t period,
                          float* y, int32_t count) {
  for (int32_t i = 0, j = 0; i < count; ++i) {
    y[i] = x[i] >= 0.0f ? x[i] : x[i] * slopes[j];
    if (++j == period) j = 0;
  }
}
