#include "c/net.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2") /* inner loops, also where the rest is for size */
#endif

enum { HEADROOM = 20 };

void sbnn_net_subtract_int8(const sbnn_net_add_params* p, const int8_t* a,
                            int32_t a_period, const int8_t* b, int32_t b_period,
                            int8_t* y, int32_t count) {
  for (int32_t i = 0, j = 0, k = 0; i < count; ++i) {
    const int32_t wide_a = (a[j] - p->a_zero) * (1 << HEADROOM);
    const int32_t wide_b = (b[k] - p->b_zero) * (1 << HEADROOM);
    const int32_t difference =
        sbnn_net_scale(wide_a, p->a) - sbnn_net_scale(wide_b, p->b);
    y[i] = (int8_t)sbnn_net_limit(sbnn_net_scale(difference, p->y) + p->y_zero,
                                  p->limits.low, p->limits.high);
    if (++j == a_period) j = 0;
    if (++k == b_period) k = 0;
  }
}

void sbnn_net_subtract_float(sbnn_net_float_limits limits, const float* a,
                             int32_t a_period, const float* b, int32_t b_period,
                             float* y, int32_t count) {
  for (int32_t i = 0, j = 0, k = 0; i < count; ++i) {
    y[i] = sbnn_net_limit_to(a[j] - b[k], limits);
    if (++j == a_period) j = 0;
    if (++k == b_period) k = 0;
  }
}
