/* Where the tap rows of a window read.
 *
 * A stream is the input with the output's pitch: its row r is the input's row
 * r * stride + rho - pad_top. Tap row ky reads the stream of its rho, moved by
 * whole rows of the output. */
#ifndef SBNN_TAP_ROWS_H_
#define SBNN_TAP_ROWS_H_

#include <stdbool.h>
#include <stdint.h>

#include "sbnn/conv2d.h"

/* The stream of tap row `ky`. */
static inline int32_t sbnn_rho_of(const sbnn_conv2d_params* p, int32_t ky) {
  return ky * p->dilation_height % p->stride_height;
}

/* The bits by which it is moved there. */
static inline uint32_t sbnn_moved_bits(const sbnn_conv2d_params* p,
                                       int32_t ky) {
  return (uint32_t)(ky * p->dilation_height / p->stride_height) *
         (uint32_t)p->out_width;
}

/* Whether the window is one of 3x3 whose middle sees, without strides, each row and column. */
static inline bool sbnn_is_3x3_in_the_middle(const sbnn_conv2d_params* p) {
  return p->kernel_height == 3 && p->kernel_width == 3 && p->pad_top == 1 &&
         p->pad_left == 1 && p->dilation_height == 1 &&
         p->dilation_width == 1 && p->out_height == p->in_height &&
         p->out_width == p->in_width;
}

/* The half of `x`, rounded down. */
static inline int32_t sbnn_half_down(int32_t x) { return (x - (x & 1)) / 2; }

#endif /* SBNN_TAP_ROWS_H_ */
