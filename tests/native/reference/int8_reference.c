/* Layers on int8 numbers: sums of x - zero_point, in plain loops. */
#include "reference.h"

void reference_dense_int8(const sbnn_dense_params* p, const int8_t* ones,
                          const sbnn_output* output, const int8_t* x, void* y) {
  reference_zero_bits(output, 1, y);
  for (int32_t unit = 0; unit < p->units; ++unit) {
    int32_t sum = 0;
    for (int32_t i = 0; i < p->positions; ++i) {
      sum += (x[i] - p->in_zero_point) *
             (ones[unit * p->positions + i] * (1 << p->domain.shift) +
              p->domain.alpha_steps);
    }
    reference_write_sum(output, unit, 0, sum, y);
  }
}

void reference_conv2d_int8(const sbnn_conv2d_params* p, const int8_t* ones,
                           const sbnn_output* output, const int8_t* x,
                           void* y) {
  const int32_t group_in = p->in_channels / p->groups;
  const int32_t group_out = p->out_channels / p->groups;
  const int32_t positions = p->out_height * p->out_width;
  reference_zero_bits(output, positions, y);
  for (int32_t f = 0; f < p->out_channels; ++f) {
    for (int32_t at = 0; at < positions; ++at) {
      const int8_t* one =
          ones + f * group_in * p->kernel_height * p->kernel_width;
      int32_t sum = 0;
      for (int32_t c = 0; c < group_in; ++c) {
        for (int32_t ky = 0; ky < p->kernel_height; ++ky) {
          for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
            const int32_t iy = at / p->out_width * p->stride_height +
                               ky * p->dilation_height - p->pad_top;
            const int32_t ix = at % p->out_width * p->stride_width +
                               kx * p->dilation_width - p->pad_left;
            const int32_t weight =
                *one++ * (1 << p->domain.shift) + p->domain.alpha_steps;
            if (iy < 0 || iy >= p->in_height || ix < 0 || ix >= p->in_width) {
              continue; /* padding stands for x - zero_point = 0 */
            }
            sum += weight * (x[(iy * p->in_width + ix) * p->in_channels +
                               f / group_out * group_in + c] -
                             p->in_zero_point);
          }
        }
      }
      reference_write_sum(output, f, at, sum, y);
    }
  }
}
