/* Max pooling of bit planes. */
#ifndef SBNN_MAX_POOL2D_H_
#define SBNN_MAX_POOL2D_H_

#include <stdint.h>

typedef struct {
  int32_t channels;
  int32_t in_height, in_width;
  int32_t out_height, out_width;
  int32_t pool_height, pool_width;
  int32_t stride_height, stride_width;
  int32_t pad_top, pad_left; /* padded positions never win */
} sbnn_max_pool2d_params;

/* The maximum of +1 and -1 is the OR of their bits. Channels whose bit is set
 * in `minimum` take the minimum, an AND: that is what max pooling in front of a
 * batch normalization with negative gamma becomes once the sign has moved in
 * front of the pooling. */
void sbnn_max_pool2d_bits(const sbnn_max_pool2d_params* params,
                          const uint32_t* minimum, const uint32_t* x,
                          uint32_t* y);

#endif /* SBNN_MAX_POOL2D_H_ */
