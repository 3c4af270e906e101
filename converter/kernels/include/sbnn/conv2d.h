/* 2-D convolution with binary weights. */
#ifndef SBNN_CONV2D_H_
#define SBNN_CONV2D_H_

#include <stddef.h>
#include <stdint.h>

#include "sbnn/connections.h"
#include "sbnn/domain.h"
#include "sbnn/option_list.h"
#include "sbnn/output.h"

#define SBNN_CONV2D_OPTIONS(X)                                                \
  X(in_height, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "rows of the input")            \
  X(in_width, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "columns of the input")          \
  X(in_channels, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "channels of the input")      \
  X(out_height, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "rows of the output")          \
  X(out_width, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "columns of the output")        \
  X(out_channels, 1, SBNN_MAX_SIDE, SBNN_ALWAYS, "filters")                   \
  X(kernel_height, 1, 255, SBNN_ALWAYS, "rows of the window")                 \
  X(kernel_width, 1, 255, SBNN_ALWAYS, "columns of the window")               \
  X(stride_height, 1, 255, SBNN_ALWAYS, "rows from one window to the next")   \
  X(stride_width, 1, 255, SBNN_ALWAYS, "columns from one window to the next") \
  X(dilation_height, 1, 255, SBNN_ALWAYS, "rows from one tap to the next")    \
  X(dilation_width, 1, 255, SBNN_ALWAYS, "columns from one tap to the next")  \
  X(pad_top, 0, SBNN_MAX_SIDE, SBNN_ALWAYS, "rows above the image")           \
  X(pad_left, 0, SBNN_MAX_SIDE, SBNN_ALWAYS, "columns left of the image")     \
  X(pad_value, -1, 1, SBNN_ALWAYS,                                            \
    "what stands outside the image; 0 if the input is int8")                  \
  X(groups, 1, SBNN_MAX_SIDE, SBNN_ALWAYS,                                    \
    "parts that the channels of input and output are divided into")           \
  X(band_bytes, 1, INT32_MAX, SBNN_MAY_MISS,                                  \
    "scratch memory that copies of the input take at most")                   \
  X(in_zero_point, -128, 127, SBNN_WITH_INT8_INPUT,                           \
    "what stands for 0 in the input")                                         \
  X(tap_major, 0, 1, SBNN_MAY_MISS,                                           \
    "1: weights of a filter lie tap by tap; 0 if the input is numbers")

typedef struct {
  /* Output channel f reads the input channels of group
   * f / (out_channels / groups); a kernel spans in_channels / groups.
   *
   * band_bytes is how much memory copies of the input may take at a time; the
   * layer is run in as many passes as that needs, at least a word of each plane
   * in one. Each pass decodes the weights anew. 0: SBNN_DEFAULT_BAND_BYTES.
   *
   * tap_major: the order of the weights in the code (connections.h). */
  SBNN_CONV2D_OPTIONS(SBNN_OPTION_FIELD)
  sbnn_domain domain;
  int32_t input_bits; /* planes of an input channel; 0 is as good as 1 */
} sbnn_conv2d_params;

enum { SBNN_DEFAULT_BAND_BYTES = 20480 };

/* Each kernel tells the bytes of scratch, aligned for pointers, that a call needs. */

/* `x` is bit planes (see planes.h), in_channels of them. */
size_t sbnn_conv2d_bits_scratch_bytes(const sbnn_conv2d_params* params,
                                      const sbnn_connections* kernel,
                                      const sbnn_output* output);
void sbnn_conv2d_bits(const sbnn_conv2d_params* params,
                      const sbnn_connections* kernel, const sbnn_output* output,
                      const uint32_t* x, void* y, void* scratch);

/* `x` is int8, height x width x channels; pad_value is 0 and a padded position
 * stands for x - in_zero_point = 0. */
size_t sbnn_conv2d_int8_scratch_bytes(const sbnn_conv2d_params* params,
                                      const sbnn_connections* kernel);
void sbnn_conv2d_int8(const sbnn_conv2d_params* params,
                      const sbnn_connections* kernel, const sbnn_output* output,
                      const int8_t* x, void* y, void* scratch);

/* `x` is float, height x width x channels. Sums are float32, added in the order
 * of the connections. */
size_t sbnn_conv2d_float_scratch_bytes(const sbnn_conv2d_params* params);
void sbnn_conv2d_float(const sbnn_conv2d_params* params,
                       const sbnn_connections* kernel,
                       const sbnn_output* output, const float* x, void* y,
                       void* scratch);

#endif /* SBNN_CONV2D_H_ */
