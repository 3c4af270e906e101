#include "c/window.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2") /* inner loops, also where the rest is for size */
#endif

#define MAX_POOL(type, least)                                       \
  for (int32_t oy = 0; oy < w->out_height; ++oy) {                  \
    const sbnn_net_span rows = sbnn_net_rows(w, oy);                \
    for (int32_t ox = 0; ox < w->out_width; ++ox) {                 \
      const sbnn_net_span columns = sbnn_net_columns(w, ox);        \
      for (int32_t c = 0; c < w->in_channels; ++c) {                \
        int32_t most = least;                                       \
        for (int32_t ky = rows.from; ky < rows.to; ++ky) {          \
          for (int32_t kx = columns.from; kx < columns.to; ++kx) {  \
            const int32_t value =                                   \
                x[sbnn_net_under(w, rows, ky, columns, kx) + c];    \
            if (value > most) most = value;                         \
          }                                                         \
        }                                                           \
        *y++ = (type)sbnn_net_limit(most, limits.low, limits.high); \
      }                                                             \
    }                                                               \
  }

void sbnn_net_max_pool_int8(const sbnn_net_window* w, sbnn_net_limits limits,
                            const int8_t* x, int8_t* y) {
  MAX_POOL(int8_t, INT8_MIN)
}

void sbnn_net_max_pool_int16(const sbnn_net_window* w, sbnn_net_limits limits,
                             const int16_t* x, int16_t* y) {
  MAX_POOL(int16_t, INT16_MIN)
}

void sbnn_net_average_pool_int8(const sbnn_net_window* w,
                                sbnn_net_limits limits, const int8_t* x,
                                int8_t* y) {
  for (int32_t oy = 0; oy < w->out_height; ++oy) {
    const sbnn_net_span rows = sbnn_net_rows(w, oy);
    for (int32_t ox = 0; ox < w->out_width; ++ox) {
      const sbnn_net_span columns = sbnn_net_columns(w, ox);
      const int32_t taps = (rows.to - rows.from) * (columns.to - columns.from);
      for (int32_t c = 0; c < w->in_channels; ++c) {
        int32_t sum = 0;
        for (int32_t ky = rows.from; ky < rows.to; ++ky) {
          for (int32_t kx = columns.from; kx < columns.to; ++kx) {
            sum += x[sbnn_net_under(w, rows, ky, columns, kx) + c];
          }
        }
        /* To nearest, halves away from zero. */
        sum = (sum > 0 ? sum + taps / 2 : sum - taps / 2) / taps;
        *y++ = (int8_t)sbnn_net_limit(sum, limits.low, limits.high);
      }
    }
  }
}
