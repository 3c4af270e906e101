/* exp of floats, without a mathematical library. */
#ifndef SBNN_C_EXPONENTIAL_H_
#define SBNN_C_EXPONENTIAL_H_

#include <stdint.h>
#include <string.h>

/* 2^k for k from -126 to 127. */
static inline float sbnn_net_power_of_two(int32_t k) {
  const uint32_t bits = (uint32_t)(k + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return power;
}

/* exp(x) for x <= 0, to about two units in the last place: 2^k e^r with |r| at most
 * half of ln 2, e^r as its series up to the sixth power. */
static inline float sbnn_net_exp_negative(float x) {
  if (!(x >= -104.0f)) return x < 0.0f ? 0.0f : x; /* x: not a number */
  const int32_t k = (int32_t)(x * 1.44269504f - 0.5f);
  /* ln 2 in two parts, the first of few bits, so that k times it is exact. */
  const float r = (x - (float)k * 0.693145752f) - (float)k * 1.42860677e-6f;
  const float series =
      1.0f +
      r * (1.0f + r * (0.5f + r * (1.0f / 6.0f +
                                   r * (1.0f / 24.0f +
                                        r * (1.0f / 120.0f + r / 720.0f)))));
  if (k >= -126) return series * sbnn_net_power_of_two(k);
  /* Too small for a power of two of its own: rounded once, at the end. */
  return series * sbnn_net_power_of_two(k + 64) * sbnn_net_power_of_two(-64);
}

#endif /* SBNN_C_EXPONENTIAL_H_ */
