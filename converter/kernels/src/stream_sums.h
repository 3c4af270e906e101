/* How sums become updates of a stream (docs/format.md): see conv2d_bits_planes.h. */
#ifndef SBNN_STREAM_SUMS_H_
#define SBNN_STREAM_SUMS_H_

#include <stdint.h>

#include "inline.h"
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

#endif /* SBNN_STREAM_SUMS_H_ */
