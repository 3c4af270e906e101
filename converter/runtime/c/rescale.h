/* From one integer scale to another, as TensorFlow Lite computes it.
 *
 * A real factor is multiplier * 2^(shift - 31) with a multiplier of 31 bits. The
 * product is rounded twice, once when its high half is taken and once when it is
 * shifted right: results agree with TensorFlow Lite's only if both are done. */
#ifndef SBNN_C_RESCALE_H_
#define SBNN_C_RESCALE_H_

#include <stdint.h>

typedef struct {
  int32_t multiplier;
  int32_t shift; /* positive: to the left */
} sbnn_net_factor;

static inline int32_t sbnn_net_scale(int32_t x, sbnn_net_factor factor) {
  const int32_t left = factor.shift > 0 ? factor.shift : 0;
  const int32_t right = factor.shift > 0 ? 0 : -factor.shift;
  const int64_t product =
      (int64_t)(int32_t)((uint32_t)x << left) * factor.multiplier;
  /* Rounded to nearest, halves upwards. */
  const int32_t high = (int32_t)((product + ((int64_t)1 << 30)) >> 31);
  const int32_t mask = (int32_t)(((uint32_t)1 << right) - 1u);
  const int32_t rest = high & mask;
  const int32_t half = (mask >> 1) + (high < 0 ? 1 : 0);
  return (high >> right) + (rest > half ? 1 : 0);
}

static inline int32_t sbnn_net_limit(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : x > high ? high : x;
}

#endif /* SBNN_C_RESCALE_H_ */
