/* Softmax of floats, without a mathematical library. */
#include <string.h>

#include "c/net.h"

/* exp(x) for x <= 0, to about two units in the last place: 2^k e^r with |r| at most
 * half of ln 2, e^r as its series up to the sixth power. */
static float exp_negative(float x) {
  if (x < -87.0f) return 0.0f;
  const int32_t k = (int32_t)(x * 1.44269504f - 0.5f);
  /* ln 2 in two parts, the first of few bits, so that k times it is exact. */
  const float r = (x - (float)k * 0.693145752f) - (float)k * 1.42860677e-6f;
  const float series =
      1.0f +
      r * (1.0f +
           r * (0.5f +
                r * (1.0f / 6.0f +
                     r * (1.0f / 24.0f + r * (1.0f / 120.0f + r / 720.0f)))));
  const uint32_t bits = (uint32_t)(k + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return series * power;
}

void sbnn_net_softmax_float(float beta, const float* x, float* y, int32_t rows,
                            int32_t count) {
  for (int32_t row = 0; row < rows; ++row, x += count, y += count) {
    float most = x[0], sum = 0.0f;
    for (int32_t i = 1; i < count; ++i) most = x[i] > most ? x[i] : most;
    for (int32_t i = 0; i < count; ++i) {
      y[i] = exp_negative((x[i] - most) * beta);
      sum += y[i];
    }
    for (int32_t i = 0; i < count; ++i) y[i] /= sum;
  }
}
