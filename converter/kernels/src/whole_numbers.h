/* Arithmetic of whole numbers that plans of kernels share. */
#ifndef SBNN_WHOLE_NUMBERS_H_
#define SBNN_WHOLE_NUMBERS_H_

#include <stdint.h>

#include "inline.h"

static inline int64_t sbnn_magnitude(int64_t x) { return x < 0 ? -x : x; }

static inline int32_t sbnn_limit(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : x > high ? high : x;
}

static inline int64_t sbnn_divide_up(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

static inline int64_t sbnn_divide_down(int64_t a, int64_t b) {
  return a >= 0 ? a / b : -sbnn_divide_up(-a, b);
}

/* Bits of a two's complement number of magnitude <= `most`. */
static inline int32_t sbnn_signed_bits(int64_t most) {
  const uint32_t high = (uint32_t)(most >> 32);
  if (most <= 0) return 1;
  return high != 0u ? 65 - (int32_t)sbnn_leading_zeros(high)
                    : 33 - (int32_t)sbnn_leading_zeros((uint32_t)most);
}

#endif /* SBNN_WHOLE_NUMBERS_H_ */
