#include <stddef.h>

#include "c/window.h"

static float finish_float(const sbnn_net_weights_float* w, int32_t channel,
                          float sum) {
  if (w->bias != NULL) sum += w->bias[channel];
  return sum < w->limits.low    ? w->limits.low
         : sum > w->limits.high ? w->limits.high
                                : sum;
}

void sbnn_net_conv2d_float(const sbnn_net_window* w, int32_t groups,
                           const sbnn_net_weights_float* weights,
                           const float* x, float* y) {
  const int32_t channels = w->in_channels / groups;
  const int32_t filters = w->out_channels / groups;
  for (int32_t oy = 0; oy < w->out_height; ++oy) {
    const sbnn_net_span rows = sbnn_net_rows(w, oy);
    for (int32_t ox = 0; ox < w->out_width; ++ox) {
      const sbnn_net_span columns = sbnn_net_columns(w, ox);
      for (int32_t f = 0; f < w->out_channels; ++f) {
        const int32_t first = f / filters * channels;
        float sum = 0.0f;
        for (int32_t ky = rows.from; ky < rows.to; ++ky) {
          for (int32_t kx = columns.from; kx < columns.to; ++kx) {
            const float* from =
                x + sbnn_net_under(w, rows, ky, columns, kx) + first;
            const float* weight =
                weights->weights +
                ((f * w->kernel_height + ky) * w->kernel_width + kx) * channels;
            for (int32_t c = 0; c < channels; ++c) sum += from[c] * weight[c];
          }
        }
        *y++ = finish_float(weights, f, sum);
      }
    }
  }
}

void sbnn_net_depthwise_float(const sbnn_net_window* w,
                              const sbnn_net_weights_float* weights,
                              const float* x, float* y) {
  const int32_t multiple = w->out_channels / w->in_channels;
  for (int32_t oy = 0; oy < w->out_height; ++oy) {
    const sbnn_net_span rows = sbnn_net_rows(w, oy);
    for (int32_t ox = 0; ox < w->out_width; ++ox) {
      const sbnn_net_span columns = sbnn_net_columns(w, ox);
      for (int32_t f = 0; f < w->out_channels; ++f) {
        float sum = 0.0f;
        for (int32_t ky = rows.from; ky < rows.to; ++ky) {
          for (int32_t kx = columns.from; kx < columns.to; ++kx) {
            sum +=
                x[sbnn_net_under(w, rows, ky, columns, kx) + f / multiple] *
                weights->weights[(ky * w->kernel_width + kx) * w->out_channels +
                                 f];
          }
        }
        *y++ = finish_float(weights, f, sum);
      }
    }
  }
}

void sbnn_net_dense_float(const sbnn_net_weights_float* weights, int32_t inputs,
                          int32_t units, const float* x, float* y) {
  for (int32_t u = 0; u < units; ++u) {
    const float* weight = weights->weights + u * inputs;
    float sum = 0.0f;
    for (int32_t i = 0; i < inputs; ++i) sum += x[i] * weight[i];
    y[u] = finish_float(weights, u, sum);
  }
}
