#include "c/exponential.h"
#include "c/net.h"

/* tanh(x) near 0, where the quotient of exponentials would cancel: x + x^3 p(x^2)
 * with the polynomial of Cephes, good to a unit in the last place. */
static float tanh_near_zero(float x) {
  const float z = x * x;
  const float p =
      (((-5.70498872745e-3f * z + 2.06390887954e-2f) * z - 5.37397155531e-2f) *
           z +
       1.33314422036e-1f) *
          z -
      3.33332819422e-1f;
  return x + x * z * p;
}

void sbnn_net_tanh_float(const float* x, float* y, int32_t count) {
  for (int32_t i = 0; i < count; ++i) {
    const float size = x[i] < 0.0f ? -x[i] : x[i];
    if (size < 0.625f) {
      y[i] = tanh_near_zero(x[i]);
      continue;
    }
    const float power = sbnn_net_exp_negative(-2.0f * size);
    const float result = 1.0f - 2.0f * power / (1.0f + power);
    y[i] = x[i] < 0.0f ? -result : result;
  }
}
