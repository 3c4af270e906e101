/* Max pooling of planes. */
#ifndef SBNN_MAX_POOL2D_H_
#define SBNN_MAX_POOL2D_H_

#include <stdint.h>

#include "sbnn/option_list.h"

#define SBNN_MAX_POOL2D_OPTIONS(X)                                           \
  X(channels, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "channels of input and output") \
  X(in_height, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "rows of the input")           \
  X(in_width, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "columns of the input")         \
  X(out_height, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "rows of the output")         \
  X(out_width, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "columns of the output")       \
  X(pool_height, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "rows of the window")        \
  X(pool_width, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "columns of the window")      \
  X(stride_height, 1, SBNN_MAX_SIDE, SBNN_ALWAYS,                            \
    "rows from one window to the next")                                      \
  X(stride_width, 1, SBNN_MAX_SIDE, SBNN_ALWAYS,                             \
    "columns from one window to the next")                                   \
  X(pad_top, 0, SBNN_MAX_SIDE, SBNN_ALWAYS, "rows above the image")          \
  X(pad_left, 0, SBNN_MAX_SIDE, SBNN_ALWAYS, "columns left of the image")

typedef struct {
  SBNN_MAX_POOL2D_OPTIONS(SBNN_OPTION_FIELD) /* padded positions never win */
} sbnn_max_pool2d_params;

/* The maximum of +1 and -1 is the OR of their bits. Channels whose bit is set
 * in `minimum` take the minimum, an AND: that is what max pooling in front of a
 * batch normalization with negative gamma becomes once the sign has moved in
 * front of the pooling. */
void sbnn_max_pool2d_bits(const sbnn_max_pool2d_params* params,
                          const uint32_t* minimum, const uint32_t* x,
                          uint32_t* y);

/* The same where a channel has several planes, 1 .. 16: the largest of the
 * unsigned numbers that they are, or the smallest. */
void sbnn_max_pool2d_planes(const sbnn_max_pool2d_params* params,
                            int32_t planes, const uint32_t* minimum,
                            const uint32_t* x, uint32_t* y);

#endif /* SBNN_MAX_POOL2D_H_ */
