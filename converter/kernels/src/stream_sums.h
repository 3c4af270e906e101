/* Adds bit-sliced numbers to a stream, 32 positions at a time (docs/format.md).
 *
 * A stream of s planes is n = t + 2^(s - 1), 0 to 2^s - 1. To n comes an update u
 * in two's complement: a ripple of full adders through the planes of n and then
 * through what u has above them. Where the sum is negative n becomes 0, and where
 * it has slices above s, 2^s - 1. */
#ifndef SBNN_STREAM_SUMS_H_
#define SBNN_STREAM_SUMS_H_

#include <stddef.h>
#include <stdint.h>

#include "bit_slices.h"
#include "sbnn/output.h"
#include "whole_numbers.h"

/* What a stream's sums start from: see conv2d_bits_planes.h. */
static inline int32_t sbnn_origin_of_stream(const sbnn_scale* scale,
                                            int32_t channel) {
  const int32_t multiplier = scale->multipliers[channel];
  const uint32_t factor = (uint32_t)sbnn_magnitude(multiplier);
  const uint32_t raised = sbnn_trailing_zeros(factor);
  const int32_t offset = scale->offsets[channel] >> raised;
  return multiplier < 0 ? offset + 1 : -offset;
}

/* How sums less their origin become what is added: `right` slices are dropped, or
 * `left` ones of `low` put below; then all are inverted or not. */
typedef struct {
  int32_t right, left, low;
  uint32_t inverted; /* 1 or 0 */
} sbnn_stream_scale;

static inline sbnn_stream_scale sbnn_scale_of_stream(const sbnn_scale* scale,
                                                     int32_t channel) {
  const int32_t multiplier = scale->multipliers[channel];
  const int32_t raised =
      (int32_t)sbnn_trailing_zeros((uint32_t)sbnn_magnitude(multiplier));
  const int32_t right = scale->shift - raised;
  const sbnn_stream_scale out = {right < 0 ? 0 : right, right < 0 ? -right : 0,
                                 scale->offsets[channel] >> scale->shift,
                                 multiplier < 0 ? 1u : 0u};
  return out;
}

typedef struct {
  int32_t planes; /* of the stream */
  int32_t pitch;  /* words from a plane to the next */
  int32_t left; /* slices of the update below the given ones, those of `low` */
  int32_t low;
  int32_t slices;  /* given, the highest the sign, */
  uint32_t invert; /* XORed with this */
  uint32_t inside; /* positions that there are */
} sbnn_stream_sum;

SBNN_INLINE uint32_t sbnn_update_slice(const sbnn_stream_sum* sum,
                                       const uint32_t* update, int32_t i) {
  if (i < sum->left) return 0u - ((uint32_t)(sum->low >> i) & 1u);
  i -= sum->left;
  return update[i < sum->slices ? i : sum->slices - 1] ^ sum->invert;
}

/* *y = *before + the update, or 2^(s - 1) + it where `before` is NULL. */
SBNN_INLINE void sbnn_add_to_stream(const sbnn_stream_sum* sum,
                                    const uint32_t* update,
                                    const uint32_t* before, uint32_t* y) {
  const int32_t planes = sum->planes;
  const int32_t given = sum->left + sum->slices;
  const int32_t sign_at = given > planes ? given : planes + 1;
  uint32_t carry = 0, above = 0;
  uint32_t* to = y;
  for (int32_t i = 0; i < planes; ++i) {
    uint32_t n = before != NULL ? *before : i == planes - 1 ? 0xFFFFFFFFu : 0u;
    carry = sbnn_full_add(&n, sbnn_update_slice(sum, update, i), carry);
    *to = n;
    to += sum->pitch;
    if (before != NULL) before += sum->pitch;
  }
  for (int32_t i = planes; i < sign_at; ++i) {
    const uint32_t bit = sbnn_update_slice(sum, update, i);
    above |= bit ^ carry;
    carry &= bit;
  }
  const uint32_t negative = sbnn_update_slice(sum, update, sign_at) ^ carry;
  const uint32_t keep = ~negative & sum->inside;
  if ((above | ~keep) != 0u) {
    for (int32_t i = 0; i < planes; ++i, y += sum->pitch) {
      *y = (*y | above) & keep;
    }
  }
}

#endif /* SBNN_STREAM_SUMS_H_ */
