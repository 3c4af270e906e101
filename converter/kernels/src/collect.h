/* Numbers that reach a threshold, as bits. */
#ifndef SBNN_COLLECT_H_
#define SBNN_COLLECT_H_

#include <stdint.h>

#include "inline.h"

/* A function of up to 32 values that lie `step` apart and end in front of `end`: bit i is
 * 1 where value i reaches the threshold. */
#define SBNN_COLLECT(name, type, threshold_type)                       \
  SBNN_INLINE uint32_t name(const type* end, int32_t step,             \
                            threshold_type threshold, int32_t count) { \
    uint32_t bits = 0;                                                 \
    for (int32_t i = 0; i < count; ++i) {                              \
      end -= step;                                                     \
      bits = (bits << 1) | (uint32_t)(*end >= threshold);              \
    }                                                                  \
    return bits;                                                       \
  }

SBNN_COLLECT(sbnn_collect_float, float, float)
SBNN_COLLECT(sbnn_collect_int8, int8_t, int32_t)
SBNN_COLLECT(sbnn_collect_int16, int16_t, int32_t)

#endif /* SBNN_COLLECT_H_ */
