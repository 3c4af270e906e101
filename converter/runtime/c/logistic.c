#include "c/exponential.h"
#include "c/net.h"

void sbnn_net_logistic_float(const float* x, float* y, int32_t count) {
  for (int32_t i = 0; i < count; ++i) {
    /* Of the negative size, so that nothing overflows and nothing cancels. */
    const float power = sbnn_net_exp_negative(x[i] < 0.0f ? x[i] : -x[i]);
    /* The reference kernel takes the exponential alone from here on. */
    const float rest = x[i] < -9.0f ? 0.0f : power;
    y[i] = (x[i] < 0.0f ? power : 1.0f) / (1.0f + rest);
  }
}
