#include <stddef.h>

#include "c/rescale_int64.h"
#include "c/window.h"

static int16_t finish_int16(const sbnn_net_weights_int16* w, int32_t channel,
                            int64_t sum) {
  const sbnn_net_factor factor = {w->multipliers[channel], w->shifts[channel]};
  if (w->bias != NULL) sum += w->bias[channel];
  return (int16_t)sbnn_net_limit(sbnn_net_scale_int64(sum, factor),
                                 w->limits.low, w->limits.high);
}

static int64_t dot_int16(const int16_t* x, const int8_t* weights,
                         int32_t count) {
  int64_t sum = 0;
  for (int32_t i = 0; i < count; ++i) sum += x[i] * weights[i];
  return sum;
}

void sbnn_net_conv2d_int16(const sbnn_net_window* w, int32_t groups,
                           const sbnn_net_weights_int16* weights,
                           const int16_t* x, int16_t* y) {
  const int32_t channels = w->in_channels / groups;
  const int32_t filters = w->out_channels / groups;
  for (int32_t oy = 0; oy < w->out_height; ++oy) {
    const sbnn_net_span rows = sbnn_net_rows(w, oy);
    for (int32_t ox = 0; ox < w->out_width; ++ox) {
      const sbnn_net_span columns = sbnn_net_columns(w, ox);
      for (int32_t f = 0; f < w->out_channels; ++f) {
        const int32_t first = f / filters * channels;
        int64_t sum = 0;
        for (int32_t ky = rows.from; ky < rows.to; ++ky) {
          for (int32_t kx = columns.from; kx < columns.to; ++kx) {
            sum += dot_int16(
                x + sbnn_net_under(w, rows, ky, columns, kx) + first,
                weights->weights +
                    ((f * w->kernel_height + ky) * w->kernel_width + kx) *
                        channels,
                channels);
          }
        }
        *y++ = finish_int16(weights, f, sum);
      }
    }
  }
}

void sbnn_net_depthwise_int16(const sbnn_net_window* w,
                              const sbnn_net_weights_int16* weights,
                              const int16_t* x, int16_t* y) {
  const int32_t multiple = w->out_channels / w->in_channels;
  for (int32_t oy = 0; oy < w->out_height; ++oy) {
    const sbnn_net_span rows = sbnn_net_rows(w, oy);
    for (int32_t ox = 0; ox < w->out_width; ++ox) {
      const sbnn_net_span columns = sbnn_net_columns(w, ox);
      for (int32_t f = 0; f < w->out_channels; ++f) {
        int64_t sum = 0;
        for (int32_t ky = rows.from; ky < rows.to; ++ky) {
          for (int32_t kx = columns.from; kx < columns.to; ++kx) {
            sum +=
                x[sbnn_net_under(w, rows, ky, columns, kx) + f / multiple] *
                weights->weights[(ky * w->kernel_width + kx) * w->out_channels +
                                 f];
          }
        }
        *y++ = finish_int16(weights, f, sum);
      }
    }
  }
}

void sbnn_net_dense_int16(const sbnn_net_weights_int16* weights, int32_t inputs,
                          int32_t units, const int16_t* x, int16_t* y) {
  for (int32_t u = 0; u < units; ++u) {
    y[u] = finish_int16(weights, u,
                        dot_int16(x, weights->weights + u * inputs, inputs));
  }
}
