/* Softmax of int8 in whole numbers.
 *
 * Numbers are 32 bits of which the first after the sign stand in front of the
 * point: "Q5" has 5 of them, "Q0" none. exp(-d) is taken apart: d is a multiple of
 * 1/4, whose exponential is a product of constants, one for each bit that is set,
 * and a rest, for which a polynomial of degree 4 around -1/8 does. The division by
 * the sum is a multiplication by its reciprocal, found by Newton's method. Every
 * rounding is that of TensorFlow Lite's reference kernel. */
#include <stddef.h>

#include "c/net.h"

/* The product of two Q0, or the rounded high half. */
static int32_t times(int32_t a, int32_t b) {
  const sbnn_net_factor factor = {b, 0};
  return sbnn_net_scale(a, factor);
}

static int32_t divide_by_power(int32_t x, int32_t exponent) {
  const int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1u);
  const int32_t half = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > half ? 1 : 0);
}

static int32_t multiply_by_power(int32_t x, int32_t exponent) {
  const int64_t wide = (int64_t)x * ((int64_t)1 << exponent);
  return wide > INT32_MAX   ? INT32_MAX
         : wide < INT32_MIN ? INT32_MIN
                            : (int32_t)wide;
}

/* exp(x) in Q0 for x in Q0 from -1/4 up to, not including, 0. */
static int32_t exp_near_zero(int32_t x) {
  const int32_t exp_eighth = 1895147668, third = 715827883;
  const int32_t x1 = x + (1 << 28); /* distance from -1/8 */
  const int32_t x2 = times(x1, x1);
  const int32_t x3 = times(x2, x1);
  const int32_t x4 = times(x2, x2);
  const int32_t upper =
      divide_by_power(times(divide_by_power(x4, 2) + x3, third) + x2, 1);
  return exp_eighth + times(exp_eighth, x1 + upper);
}

/* exp(x) in Q0 for x <= 0 in Q5. */
static int32_t exp_negative(int32_t x) {
  static const int32_t kPowers[] = {
      1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242,
  }; /* of e: -1/4, -1/2, -1, ..., -16 */
  enum { QUARTER = 1 << 24 };
  if (x == 0) return INT32_MAX;
  const int32_t rest = (x & (QUARTER - 1)) - QUARTER;
  const int32_t quarters = rest - x;
  int32_t result = exp_near_zero(multiply_by_power(rest, 5));
  for (int i = 0; i < 7; ++i) {
    if ((quarters & ((int32_t)QUARTER << i)) != 0) {
      result = times(result, kPowers[i]);
    }
  }
  return result;
}

/* 1 / (1 + x) in Q0 for x in Q0 from 0 to 1. */
static int32_t reciprocal_of_one_plus(int32_t x) {
  const int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
  int32_t y =
      1515870810 + times(half, -1010580540); /* 48/17 - 32/17 half, Q2 */
  for (int i = 0; i < 3; ++i) {
    const int32_t error = (1 << 29) - times(half, y);
    y += multiply_by_power(times(y, error), 2);
  }
  return multiply_by_power(y, 1);
}

void sbnn_net_softmax_int8(sbnn_net_factor factor, int32_t least,
                           const int8_t* x, int8_t* y, int32_t rows,
                           int32_t count) {
  enum { SUM_BITS = 12 };
  for (int32_t row = 0; row < rows; ++row, x += count, y += count) {
    int32_t most = -128;
    for (int32_t i = 0; i < count; ++i) {
      if (x[i] > most) most = x[i];
    }
    int32_t sum = 0; /* Q12 */
    for (int32_t i = 0; i < count; ++i) {
      if (x[i] - most < least) continue;
      sum += divide_by_power(exp_negative(sbnn_net_scale(x[i] - most, factor)),
                             SUM_BITS);
    }
    int32_t zeros = 0;
    while (((uint32_t)sum << zeros) < 0x80000000u) ++zeros;
    const int32_t scale = reciprocal_of_one_plus(
        (int32_t)(((uint32_t)sum << zeros) - 0x80000000u));
    for (int32_t i = 0; i < count; ++i) {
      int32_t result = -128;
      if (x[i] - most >= least) {
        const int32_t share =
            times(scale, exp_negative(sbnn_net_scale(x[i] - most, factor)));
        result += divide_by_power(share, SUM_BITS - zeros + 31 - 8);
      }
      y[i] = (int8_t)sbnn_net_limit(result, -128, 127);
    }
  }
}
