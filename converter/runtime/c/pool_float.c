#include "c/window.h"

void sbnn_net_max_pool_float(const sbnn_net_window* w,
                             sbnn_net_float_limits limits, const float* x,
                             float* y) {
  for (int32_t oy = 0; oy < w->out_height; ++oy) {
    const sbnn_net_span rows = sbnn_net_rows(w, oy);
    for (int32_t ox = 0; ox < w->out_width; ++ox) {
      const sbnn_net_span columns = sbnn_net_columns(w, ox);
      for (int32_t c = 0; c < w->in_channels; ++c) {
        float most =
            x[sbnn_net_under(w, rows, rows.from, columns, columns.from) + c];
        for (int32_t ky = rows.from; ky < rows.to; ++ky) {
          for (int32_t kx = columns.from; kx < columns.to; ++kx) {
            const float value = x[sbnn_net_under(w, rows, ky, columns, kx) + c];
            if (value > most) most = value;
          }
        }
        *y++ = sbnn_net_limit_to(most, limits);
      }
    }
  }
}

void sbnn_net_average_pool_float(const sbnn_net_window* w,
                                 sbnn_net_float_limits limits, const float* x,
                                 float* y) {
  for (int32_t oy = 0; oy < w->out_height; ++oy) {
    const sbnn_net_span rows = sbnn_net_rows(w, oy);
    for (int32_t ox = 0; ox < w->out_width; ++ox) {
      const sbnn_net_span columns = sbnn_net_columns(w, ox);
      const int32_t taps = (rows.to - rows.from) * (columns.to - columns.from);
      for (int32_t c = 0; c < w->in_channels; ++c) {
        float sum = 0.0f;
        for (int32_t ky = rows.from; ky < rows.to; ++ky) {
          for (int32_t kx = columns.from; kx < columns.to; ++kx) {
            sum += x[sbnn_net_under(w, rows, ky, columns, kx) + c];
          }
        }
        *y++ = sbnn_net_limit_to(sum / (float)taps, limits);
      }
    }
  }
}
