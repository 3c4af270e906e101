/* Sums of 64 bits times a real factor, as TensorFlow Lite computes it: with the factor's
 * upper 16 bits, rounded once, halves upwards. */
#ifndef SBNN_C_RESCALE_INT64_H_
#define SBNN_C_RESCALE_INT64_H_

#include "c/rescale.h"

static inline int32_t sbnn_net_scale_int64(int64_t x, sbnn_net_factor factor) {
  const int32_t right = 15 - factor.shift;
  const int32_t upper = factor.multiplier < 0x7fff0000
                            ? (factor.multiplier + (1 << 15)) >> 16
                            : 0x7fff;
  return (int32_t)((x * upper + ((int64_t)1 << (right - 1))) >> right);
}

#endif /* SBNN_C_RESCALE_INT64_H_ */
