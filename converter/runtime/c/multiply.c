#include "c/net.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2") /* inner loops, also where the rest is for size */
#endif

void sbnn_net_multiply_int8(const sbnn_net_multiply_params* p, const int8_t* a,
                            const int8_t* b, int32_t period, int8_t* y,
                            int32_t count) {
  for (int32_t i = 0, j = 0; i < count; ++i) {
    const int32_t product = (a[i] - p->a_zero) * (b[j] - p->b_zero);
    y[i] =
        (int8_t)sbnn_net_limit(sbnn_net_scale(product, p->factor) + p->y_zero,
                               p->limits.low, p->limits.high);
    if (++j == period) j = 0;
  }
}

void sbnn_net_multiply_float(sbnn_net_float_limits limits, const float* a,
                             const float* b, int32_t period, float* y,
                             int32_t count) {
  for (int32_t i = 0, j = 0; i < count; ++i) {
    y[i] = sbnn_net_limit_to(a[i] * b[j], limits);
    if (++j == period) j = 0;
  }
}
