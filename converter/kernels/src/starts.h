/* What counters start from, so that their sign answers a comparison.
 *
 * Let c be the ones among the connections that meet the image and v the number of
 * these. In steps of 2^-shift (domain.h) the sum over the connections is
 * 2^shift * (2 c - v). With A, alpha_steps times the sum over the whole window, a
 * threshold T is reached if
 *
 *     2^shift * (2 c - v) + A >= T
 *     c + floor((A - T - 2^shift * v) / 2^(shift + 1)) >= 0
 *
 * The counters start at the second term. Where a sum is compared with a sliced A,
 * the constant -T - 2^shift * v is added to it and the low shift + 1 slices are
 * dropped instead. A start above 0 is as good as 0.
 *
 * Pixels, numbers of several bits u that stand for u - zero, are the same with
 * shift for shift + 1 and zero times the number of connections for v. */
#ifndef SBNN_STARTS_H_
#define SBNN_STARTS_H_

#include <stdint.h>

#include "inline.h"

/* (from - v * 2^shift) >> drop, and 0 if that is positive and `any_sign` is 0;
 * `any_sign` is 0 or -1. */
typedef struct {
  int32_t from, shift, drop, any_sign;
} sbnn_start_rule;

SBNN_INLINE int32_t sbnn_start_of(sbnn_start_rule rule, int32_t v) {
  const int32_t value = (rule.from - v * (1 << rule.shift)) >> rule.drop;
  return value & ((value >> 31) | rule.any_sign);
}

#endif /* SBNN_STARTS_H_ */
