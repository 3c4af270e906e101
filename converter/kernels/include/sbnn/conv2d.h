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
} sbnn_conv2d_params;

/* Bytes of scratch, 4-byte aligned, that one call needs. */
size_t sbnn_conv2d_scratch_bytes(const sbnn_conv2d_params* params);

/* `x` is bit planes (see planes.h), in_channels of them. */
void sbnn_conv2d_bits(const sbnn_conv2d_params* params,
                      const sbnn_connections* kernel,
                      const sbnn_output* output, const uint32_t* x, void* y,
                      void* scratch);

/* `x` is float, height x width x channels. Sums are float32, added in the order
 * of the connections. */
void sbnn_conv2d_float(const sbnn_conv2d_params* params,
                       const sbnn_connections* kernel,
                       const sbnn_output* output, const float* x, void* y,
                       void* scratch);

#endif /* SBNN_CONV2D_H_ */
