/* Sums as int8 and int16: sbnn/output.h. */
#ifndef SBNN_SCALED_H_
#define SBNN_SCALED_H_

#include <stdint.h>

#include "inline.h"

/* clamp((sum * multiplier + offset) >> shift) to [-limit - 1, limit]. */
SBNN_INLINE int32_t sbnn_scaled(int32_t sum, int32_t multiplier, int32_t offset,
                                int32_t shift, int32_t limit) {
  const int64_t y = ((int64_t)sum * multiplier + offset) >> shift;
  return y > limit ? limit : y < -limit - 1 ? -limit - 1 : (int32_t)y;
}

#endif /* SBNN_SCALED_H_ */
