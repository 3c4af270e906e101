#include "c/net.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2") /* inner loops, also where the rest is for size */
#endif

enum { HEADROOM_INT8 = 20, HEADROOM_INT16 = 15 };

static int32_t add(const sbnn_net_add_params* p, int32_t headroom, int32_t a,
                   int32_t b) {
  const int32_t wide_a = (a - p->a_zero) * (1 << headroom);
  const int32_t wide_b = (b - p->b_zero) * (1 << headroom);
  const int32_t sum =
      sbnn_net_scale(wide_a, p->a) + sbnn_net_scale(wide_b, p->b);
  return sbnn_net_limit(sbnn_net_scale(sum, p->y) + p->y_zero, p->limits.low,
                        p->limits.high);
}

void sbnn_net_add_int8(const sbnn_net_add_params* p, const int8_t* a,
                       const int8_t* b, int32_t period, int8_t* y,
                       int32_t count) {
  for (int32_t i = 0, j = 0; i < count; ++i) {
    y[i] = (int8_t)add(p, HEADROOM_INT8, a[i], b[j]);
    if (++j == period) j = 0;
  }
}

void sbnn_net_add_int16(const sbnn_net_add_params* p, const int16_t* a,
                        const int16_t* b, int32_t period, int16_t* y,
                        int32_t count) {
  for (int32_t i = 0, j = 0; i < count; ++i) {
    y[i] = (int16_t)add(p, HEADROOM_INT16, a[i], b[j]);
    if (++j == period) j = 0;
  }
}

void sbnn_net_add_float(sbnn_net_float_limits limits, const float* a,
                        const float* b, int32_t period, float* y,
                        int32_t count) {
  for (int32_t i = 0, j = 0; i < count; ++i) {
    y[i] = sbnn_net_limit_to(a[i] + b[j], limits);
    if (++j == period) j = 0;
  }
}
