/* 2-D convolution with binary weights. */
#ifndef SBNN_CONV2D_H_
#define SBNN_CONV2D_H_

#include <stddef.h>
#include <stdint.h>

#include "sbnn/connections.h"
#include "sbnn/domain.h"
#include "sbnn/output.h"

typedef struct {
  int32_t in_height, in_width, in_channels;
  int32_t out_height, out_width, out_channels;
  int32_t kernel_height, kernel_width;
  int32_t stride_height, stride_width;
  int32_t dilation_height, dilation_width;
  int32_t pad_top, pad_left;
  /* What stands outside the image: 0, +1 or -1. */
  int32_t pad_value;
  /* Output channel f reads the input channels of group
   * f / (out_channels / groups); a kernel spans in_channels / groups. */
  int32_t groups;
  sbnn_domain domain;
  /* How much memory copies of the input may take at a time; the layer is run in
   * as many passes as that needs, at least a word of each plane in one. Each
   * pass decodes the weights anew. 0: SBNN_DEFAULT_BAND_BYTES. */
  int32_t band_bytes;
  int32_t in_zero_point; /* int8 input stands for x - in_zero_point */
} sbnn_conv2d_params;

enum { SBNN_DEFAULT_BAND_BYTES = 20480 };

/* Each kernel tells the bytes of scratch, aligned for pointers, that a call needs. */

/* `x` is bit planes (see planes.h), in_channels of them. */
size_t sbnn_conv2d_bits_scratch_bytes(const sbnn_conv2d_params* params,
                                      const sbnn_connections* kernel,
                                      const sbnn_output* output);
void sbnn_conv2d_bits(const sbnn_conv2d_params* params,
                      const sbnn_connections* kernel,
                      const sbnn_output* output, const uint32_t* x, void* y,
                      void* scratch);

/* `x` is int8, height x width x channels; pad_value is 0 and a padded position
 * stands for x - in_zero_point = 0. */
size_t sbnn_conv2d_int8_scratch_bytes(const sbnn_conv2d_params* params,
                                      const sbnn_connections* kernel);
void sbnn_conv2d_int8(const sbnn_conv2d_params* params,
                      const sbnn_connections* kernel,
                      const sbnn_output* output, const int8_t* x, void* y,
                      void* scratch);

/* `x` is float, height x width x channels. Sums are float32, added in the order
 * of the connections. */
size_t sbnn_conv2d_float_scratch_bytes(const sbnn_conv2d_params* params);
void sbnn_conv2d_float(const sbnn_conv2d_params* params,
                       const sbnn_connections* kernel,
                       const sbnn_output* output, const float* x, void* y,
                       void* scratch);

#endif /* SBNN_CONV2D_H_ */
