/* How sums become updates of a stream (docs/format.md): see conv2d_bits_planes.h. */
#ifndef SBNN_STREAM_SUMS_H_
#define SBNN_STREAM_SUMS_H_

#include <stdint.h>

#include "inline.h"
#include "sbnn/output.h"

/* Sums start from `origin`. How they become, less their origin, what is added: `right`
 * slices are dropped, or `left` ones of `low` put below; then all are inverted or not. */
typedef struct {
  int32_t origin;
  int32_t right, left, low;
  uint32_t inverted; /* 1 or 0 */
} sbnn_stream_shifts;

SBNN_INLINE sbnn_stream_shifts sbnn_shifts_of_stream(const sbnn_stream* stream,
                                                     int32_t channel) {
  const int32_t multiplier = sbnn_integer_inline(stream->multipliers, channel);
  const int32_t offset = sbnn_integer_inline(stream->offsets, channel);
  /* Minus a power of two ends in as many zeros. */
  const int32_t raised = (int32_t)sbnn_trailing_zeros((uint32_t)multiplier);
  const int32_t right = stream->shift - raised;
  const int32_t steps = offset >> raised;
  const sbnn_stream_shifts out = {multiplier < 0 ? steps + 1 : -steps,
                                  right < 0 ? 0 : right, right < 0 ? -right : 0,
                                  offset >> stream->shift,
                                  multiplier < 0 ? 1u : 0u};
  return out;
}

#endif /* SBNN_STREAM_SUMS_H_ */
