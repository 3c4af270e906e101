/* The ops around the binary ones in a network exported as standalone C: the
 * arithmetic of TensorFlow Lite's reference kernels, bit for bit where it is
 * whole numbers, on one sample, channels last. */
#ifndef SBNN_C_NET_H_
#define SBNN_C_NET_H_

#include <stdint.h>

#include "c/rescale.h"

/* Limits of a result: a fused ReLU, or the range of the type. */
typedef struct {
  int32_t low, high;
} sbnn_net_limits;

typedef struct {
  float low, high;
} sbnn_net_float_limits;

static inline float sbnn_net_limit_to(float x, sbnn_net_float_limits limits) {
  return x < limits.low ? limits.low : x > limits.high ? limits.high : x;
}

/* ---- element by element ---- */

/* y = a + b, three scales; a and b are brought to a common one first, shifted 20
 * bits to the left, int16 15. `b` is repeated every `period` elements. */
typedef struct {
  int32_t a_zero, b_zero, y_zero;
  sbnn_net_factor a, b, y;
  sbnn_net_limits limits;
} sbnn_net_add_params;
void sbnn_net_add_int8(const sbnn_net_add_params* params, const int8_t* a,
                       const int8_t* b, int32_t period, int8_t* y,
                       int32_t count);
void sbnn_net_add_int16(const sbnn_net_add_params* params, const int16_t* a,
                        const int16_t* b, int32_t period, int16_t* y,
                        int32_t count);
void sbnn_net_add_float(sbnn_net_float_limits limits, const float* a,
                        const float* b, int32_t period, float* y,
                        int32_t count);
/* y = a - b in the same way. Either may be the one that is repeated. */
void sbnn_net_subtract_int8(const sbnn_net_add_params* params, const int8_t* a,
                            int32_t a_period, const int8_t* b, int32_t b_period,
                            int8_t* y, int32_t count);
void sbnn_net_subtract_float(sbnn_net_float_limits limits, const float* a,
                             int32_t a_period, const float* b, int32_t b_period,
                             float* y, int32_t count);

/* y = a * b, three scales in one factor. */
typedef struct {
  int32_t a_zero, b_zero, y_zero;
  sbnn_net_factor factor;
  sbnn_net_limits limits;
} sbnn_net_multiply_params;
void sbnn_net_multiply_int8(const sbnn_net_multiply_params* params,
                            const int8_t* a, const int8_t* b, int32_t period,
                            int8_t* y, int32_t count);
void sbnn_net_multiply_float(sbnn_net_float_limits limits, const float* a,
                             const float* b, int32_t period, float* y,
                             int32_t count);

/* Between scales, and between types; with limits these are ReLUs, too. */
typedef struct {
  int32_t x_zero, y_zero;
  sbnn_net_factor factor;
  sbnn_net_limits limits;
} sbnn_net_requantize_params;
void sbnn_net_requantize_int8(const sbnn_net_requantize_params* params,
                              const int8_t* x, int8_t* y, int32_t count);
void sbnn_net_requantize_uint8_int8(const sbnn_net_requantize_params* params,
                                    const uint8_t* x, int8_t* y, int32_t count);
void sbnn_net_requantize_int8_uint8(const sbnn_net_requantize_params* params,
                                    const int8_t* x, uint8_t* y, int32_t count);
void sbnn_net_requantize_int8_int16(const sbnn_net_requantize_params* params,
                                    const int8_t* x, int16_t* y, int32_t count);
void sbnn_net_requantize_int16_int8(const sbnn_net_requantize_params* params,
                                    const int16_t* x, int8_t* y, int32_t count);
void sbnn_net_requantize_int16(const sbnn_net_requantize_params* params,
                               const int16_t* x, int16_t* y, int32_t count);
void sbnn_net_limit_float(sbnn_net_float_limits limits, const float* x,
                          float* y, int32_t count);
void sbnn_net_quantize_int8(float scale, int32_t zero, const float* x,
                            int8_t* y, int32_t count);
void sbnn_net_dequantize_int8(float scale, int32_t zero, const int8_t* x,
                              float* y, int32_t count);

/* y = x where it is positive, else x * slope, one slope a channel. */
typedef struct {
  int32_t x_zero, slope_zero, y_zero;
  sbnn_net_factor positive, negative;
} sbnn_net_prelu_params;
void sbnn_net_prelu_int8(const sbnn_net_prelu_params* params, const int8_t* x,
                         const int8_t* slopes, int32_t period, int8_t* y,
                         int32_t count);
void sbnn_net_prelu_float(const float* x, const float* slopes, int32_t period,
                          float* y, int32_t count);

/* Any function of int8: `table` has its values from -128 on. */
void sbnn_net_look_up_int8(const int8_t* table, const int8_t* x, int8_t* y,
                           int32_t count);
void sbnn_net_logistic_float(const float* x, float* y, int32_t count);
void sbnn_net_tanh_float(const float* x, float* y, int32_t count);

/* ---- windows over an image ---- */

typedef struct {
  int32_t in_height, in_width, in_channels;
  int32_t out_height, out_width, out_channels;
  int32_t kernel_height, kernel_width;
  int32_t stride_height, stride_width;
  int32_t dilation_height, dilation_width;
  int32_t pad_top, pad_left;
} sbnn_net_window;

/* Padded positions take no part. */
void sbnn_net_max_pool_int8(const sbnn_net_window* window,
                            sbnn_net_limits limits, const int8_t* x, int8_t* y);
void sbnn_net_max_pool_float(const sbnn_net_window* window,
                             sbnn_net_float_limits limits, const float* x,
                             float* y);
void sbnn_net_max_pool_int16(const sbnn_net_window* window,
                             sbnn_net_limits limits, const int16_t* x,
                             int16_t* y);
void sbnn_net_average_pool_int8(const sbnn_net_window* window,
                                sbnn_net_limits limits, const int8_t* x,
                                int8_t* y);
void sbnn_net_average_pool_float(const sbnn_net_window* window,
                                 sbnn_net_float_limits limits, const float* x,
                                 float* y);

/* The mean over all positions; `factor` contains their number. */
void sbnn_net_mean_int8(sbnn_net_factor factor, int32_t x_zero, int32_t y_zero,
                        const int8_t* x, int32_t positions, int32_t channels,
                        int8_t* y);
void sbnn_net_mean_int16(sbnn_net_factor factor, const int16_t* x,
                         int32_t positions, int32_t channels, int16_t* y);
void sbnn_net_mean_float(const float* x, int32_t positions, int32_t channels,
                         float* y);

/* ---- weighted sums ---- */

/* int8 weights with a factor for each output channel. */
typedef struct {
  int32_t x_zero, y_zero;
  const int8_t* weights;
  const int32_t* bias; /* or NULL */
  const int32_t* multipliers;
  const int8_t* shifts;
  sbnn_net_limits limits;
} sbnn_net_weights_int8;

/* The same on int16 numbers, whose zero points are 0. */
typedef struct {
  const int8_t* weights;
  const int64_t* bias; /* or NULL */
  const int32_t* multipliers;
  const int8_t* shifts;
  sbnn_net_limits limits;
} sbnn_net_weights_int16;

typedef struct {
  const float* weights;
  const float* bias; /* or NULL */
  sbnn_net_float_limits limits;
} sbnn_net_weights_float;

/* Weights [out_channels, kernel_height, kernel_width, in_channels / groups]. */
void sbnn_net_conv2d_int8(const sbnn_net_window* window, int32_t groups,
                          const sbnn_net_weights_int8* weights, const int8_t* x,
                          int8_t* y);
void sbnn_net_conv2d_int16(const sbnn_net_window* window, int32_t groups,
                           const sbnn_net_weights_int16* weights,
                           const int16_t* x, int16_t* y);
void sbnn_net_conv2d_float(const sbnn_net_window* window, int32_t groups,
                           const sbnn_net_weights_float* weights,
                           const float* x, float* y);

/* Weights [kernel_height, kernel_width, out_channels]; output channel c reads
 * input channel c / (out_channels / in_channels). */
void sbnn_net_depthwise_int8(const sbnn_net_window* window,
                             const sbnn_net_weights_int8* weights,
                             const int8_t* x, int8_t* y);
void sbnn_net_depthwise_int16(const sbnn_net_window* window,
                              const sbnn_net_weights_int16* weights,
                              const int16_t* x, int16_t* y);
void sbnn_net_depthwise_float(const sbnn_net_window* window,
                              const sbnn_net_weights_float* weights,
                              const float* x, float* y);

/* Weights [units, inputs]. */
void sbnn_net_dense_int8(const sbnn_net_weights_int8* weights, int32_t inputs,
                         int32_t units, const int8_t* x, int8_t* y);
void sbnn_net_dense_int16(const sbnn_net_weights_int16* weights, int32_t inputs,
                          int32_t units, const int16_t* x, int16_t* y);
void sbnn_net_dense_float(const sbnn_net_weights_float* weights, int32_t inputs,
                          int32_t units, const float* x, float* y);

/* ---- softmax over the last axis ---- */

/* `factor` turns differences to the row's largest number into Q5; what lies below
 * it by more than -`least` counts as 0. Output: scale 1/256, zero point -128. */
void sbnn_net_softmax_int8(sbnn_net_factor factor, int32_t least,
                           const int8_t* x, int8_t* y, int32_t rows,
                           int32_t count);
void sbnn_net_softmax_float(float beta, const float* x, float* y, int32_t rows,
                            int32_t count);

/* ---- moving things ---- */

/* Copies `rows` rows of `bytes` bytes, from and to different pitches: that is
 * concatenation, and the inside of a padded image. */
void sbnn_net_copy_rows(const void* x, int32_t x_pitch, void* y,
                        int32_t y_pitch, int32_t bytes, int32_t rows);
/* Fills `count` elements. */
void sbnn_net_fill_float(float value, float* y, int32_t count);

/* A way through a tensor on four nested axes, in bytes: at each place of the
 * innermost one a run of `bytes` is taken. Slices and transpositions. */
typedef struct {
  int32_t start, bytes;
  int32_t counts[4];
  int32_t steps[4]; /* may be negative */
} sbnn_net_walk;
/* Writes what lies on the way, one run behind the other. */
void sbnn_net_pick(const sbnn_net_walk* walk, const void* x, void* y);

/* An image of other sides: output row i is input row rows[i], columns likewise. */
void sbnn_net_resize(const uint16_t* rows, int32_t height,
                     const uint16_t* columns, int32_t width, int32_t in_width,
                     int32_t pixel_bytes, const void* x, void* y);

#endif /* SBNN_C_NET_H_ */
