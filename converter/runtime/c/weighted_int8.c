#include <stddef.h>

#include "c/window.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2") /* inner loops, also where the rest is for size */
#endif

static int8_t finish_int8(const sbnn_net_weights_int8* w, int32_t channel,
                          int32_t sum) {
  const sbnn_net_factor factor = {w->multipliers[channel], w->shifts[channel]};
  if (w->bias != NULL) sum += w->bias[channel];
  return (int8_t)sbnn_net_limit(sbnn_net_scale(sum, factor) + w->y_zero,
                                w->limits.low, w->limits.high);
}

static int32_t dot_int8(const int8_t* x, int32_t x_zero, const int8_t* weights,
                        int32_t count) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; ++i) sum += (x[i] - x_zero) * weights[i];
  return sum;
}

void sbnn_net_conv2d_int8(const sbnn_net_window* w, int32_t groups,
                          const sbnn_net_weights_int8* weights, const int8_t* x,
                          int8_t* y) {
  const int32_t channels = w->in_channels / groups;
  const int32_t filters = w->out_channels / groups;
  /* Without gaps, a row of taps is one run of numbers. */
  const int32_t whole_rows = w->dilation_width == 1 && groups == 1;
  for (int32_t oy = 0; oy < w->out_height; ++oy) {
    const sbnn_net_span rows = sbnn_net_rows(w, oy);
    for (int32_t ox = 0; ox < w->out_width; ++ox) {
      const sbnn_net_span columns = sbnn_net_columns(w, ox);
      const int32_t run = whole_rows ? columns.to - columns.from : 1;
      for (int32_t f = 0; f < w->out_channels; ++f) {
        const int32_t first = f / filters * channels;
        int32_t sum = 0;
        for (int32_t ky = rows.from; ky < rows.to; ++ky) {
          for (int32_t kx = columns.from; kx < columns.to; kx += run) {
            sum += dot_int8(
                x + sbnn_net_under(w, rows, ky, columns, kx) + first,
                weights->x_zero,
                weights->weights +
                    ((f * w->kernel_height + ky) * w->kernel_width + kx) *
                        channels,
                run * channels);
          }
        }
        *y++ = finish_int8(weights, f, sum);
      }
    }
  }
}

void sbnn_net_depthwise_int8(const sbnn_net_window* w,
                             const sbnn_net_weights_int8* weights,
                             const int8_t* x, int8_t* y) {
  const int32_t multiple = w->out_channels / w->in_channels;
  for (int32_t oy = 0; oy < w->out_height; ++oy) {
    const sbnn_net_span rows = sbnn_net_rows(w, oy);
    for (int32_t ox = 0; ox < w->out_width; ++ox) {
      const sbnn_net_span columns = sbnn_net_columns(w, ox);
      for (int32_t f = 0; f < w->out_channels; ++f) {
        int32_t sum = 0;
        for (int32_t ky = rows.from; ky < rows.to; ++ky) {
          for (int32_t kx = columns.from; kx < columns.to; ++kx) {
            sum +=
                (x[sbnn_net_under(w, rows, ky, columns, kx) + f / multiple] -
                 weights->x_zero) *
                weights->weights[(ky * w->kernel_width + kx) * w->out_channels +
                                 f];
          }
        }
        *y++ = finish_int8(weights, f, sum);
      }
    }
  }
}

void sbnn_net_dense_int8(const sbnn_net_weights_int8* weights, int32_t inputs,
                         int32_t units, const int8_t* x, int8_t* y) {
  for (int32_t u = 0; u < units; ++u) {
    y[u] = finish_int8(
        weights, u,
        dot_int8(x, weights->x_zero, weights->weights + u * inputs, inputs));
  }
}
