/* Average pooling of planes. */
#ifndef SBNN_AVERAGE_POOL2D_H_
#define SBNN_AVERAGE_POOL2D_H_

#include <stdint.h>

#include "sbnn/option_list.h"

#define SBNN_AVERAGE_POOL2D_OPTIONS(X)                                       \
  X(channels, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "channels of input and output") \
  X(in_height, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "rows of the input")           \
  X(in_width, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "columns of the input")         \
  X(out_height, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "rows of the output")         \
  X(out_width, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "columns of the output")       \
  X(pool_height, 1, SBNN_MAX_POOL_AREA, SBNN_ALWAYS, "rows of the window")   \
  X(pool_width, 1, SBNN_MAX_POOL_AREA, SBNN_ALWAYS, "columns of the window") \
  X(stride_height, 1, SBNN_MAX_SIDE, SBNN_ALWAYS,                            \
    "rows from one window to the next")                                      \
  X(stride_width, 1, SBNN_MAX_SIDE, SBNN_ALWAYS,                             \
    "columns from one window to the next")

/* Positions in a window, at most. */
enum { SBNN_MAX_POOL_AREA = 256 };

typedef struct {
  SBNN_AVERAGE_POOL2D_OPTIONS(SBNN_OPTION_FIELD)
} sbnn_average_pool2d_params;

/* Of the unsigned numbers that the `planes` planes of a channel are: their mean
 * over each window, to the nearest whole number, halves up. Windows lie inside the
 * image and have 1, 2, 4 .. SBNN_MAX_POOL_AREA positions. */
void sbnn_average_pool2d(const sbnn_average_pool2d_params* params,
                         int32_t planes, const uint32_t* x, uint32_t* y);

#endif /* SBNN_AVERAGE_POOL2D_H_ */
