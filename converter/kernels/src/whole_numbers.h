/* Arithmetic of whole numbers that plans of kernels share. */
#ifndef SBNN_WHOLE_NUMBERS_H_
#define SBNN_WHOLE_NUMBERS_H_

#include <stdint.h>

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
  int32_t bits = 1;
  while (most > 0) {
    most >>= 1;
    ++bits;
  }
  return bits;
}

#endif /* SBNN_WHOLE_NUMBERS_H_ */
