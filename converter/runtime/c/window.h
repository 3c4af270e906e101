/* The part of a window that lies in the image. */
#ifndef SBNN_C_WINDOW_H_
#define SBNN_C_WINDOW_H_

#include "c/net.h"

typedef struct {
  int32_t from, to; /* taps [from, to) are inside */
  int32_t origin;   /* of tap 0; may be negative */
} sbnn_net_span;

static inline sbnn_net_span sbnn_net_inside(int32_t out, int32_t stride,
                                            int32_t pad, int32_t dilation,
                                            int32_t kernel, int32_t size) {
  sbnn_net_span span = {0, kernel, out * stride - pad};
  while (span.from < kernel && span.origin + span.from * dilation < 0) {
    ++span.from;
  }
  while (span.to > span.from &&
         span.origin + (span.to - 1) * dilation >= size) {
    --span.to;
  }
  return span;
}

static inline sbnn_net_span sbnn_net_rows(const sbnn_net_window* w, int32_t y) {
  return sbnn_net_inside(y, w->stride_height, w->pad_top, w->dilation_height,
                         w->kernel_height, w->in_height);
}

static inline sbnn_net_span sbnn_net_columns(const sbnn_net_window* w,
                                             int32_t x) {
  return sbnn_net_inside(x, w->stride_width, w->pad_left, w->dilation_width,
                         w->kernel_width, w->in_width);
}

/* Index of the input's channel 0 under tap (ky, kx). */
static inline int32_t sbnn_net_under(const sbnn_net_window* w,
                                     sbnn_net_span rows, int32_t ky,
                                     sbnn_net_span columns, int32_t kx) {
  return ((rows.origin + ky * w->dilation_height) * w->in_width +
          columns.origin + kx * w->dilation_width) *
         w->in_channels;
}

#endif /* SBNN_C_WINDOW_H_ */
