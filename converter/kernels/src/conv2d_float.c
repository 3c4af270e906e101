/* Convolution of float input, one connection at a time.
 *
 * The sums of one output channel, an array with a number for every output
 * position, start at 0. Each connection (channel, ky, kx) adds the input plane
 * `channel`, moved by (ky, kx), to that array. A weight of 0 has no connection
 * and is never met.
 *
 * Outside the image stands pad_value. A connection contributes it at every
 * position that its move takes outside; here it is added at all positions first
 * and taken off again at those inside. Sums are float32 in the order of the
 * connections: the same on every machine. */
#include <stdbool.h>

#include "sbnn/conv2d.h"
#include "sbnn/planes.h"

/* Where one kernel tap (ky, kx) reads: output rows [y0, y1) and columns
 * [x0, x1) fall inside the image, at input row y * stride + dy. */
typedef struct {
  int32_t dy, dx;
  int32_t y0, y1, x0, x1;
} tap_window;

/* The smallest i >= 0 with i * stride + shift >= bound. */
static int32_t first_reaching(int32_t bound, int32_t shift, int32_t stride) {
  const int32_t distance = bound - shift;
  return distance <= 0 ? 0 : (distance + stride - 1) / stride;
}

static int32_t at_most(int32_t value, int32_t limit) {
  return value < limit ? value : limit;
}

static tap_window window_of_tap(const sbnn_conv2d_params* p, int32_t tap) {
  tap_window w;
  w.dy = tap / p->kernel_width * p->dilation_height - p->pad_top;
  w.dx = tap % p->kernel_width * p->dilation_width - p->pad_left;
  w.y1 = at_most(first_reaching(p->in_height, w.dy, p->stride_height),
                 p->out_height);
  w.x1 =
      at_most(first_reaching(p->in_width, w.dx, p->stride_width), p->out_width);
  w.y0 = at_most(first_reaching(0, w.dy, p->stride_height), w.y1);
  w.x0 = at_most(first_reaching(0, w.dx, p->stride_width), w.x1);
  return w;
}

/* Adds the plane `channel`, or takes it off: a product with the sign would be one more
 * call a number where floats are software. */
static void add_floats(const sbnn_conv2d_params* p, const float* channel,
                       int32_t tap, bool subtract, float* sums,
                       float* pad_total) {
  const tap_window w = window_of_tap(p, tap);
  const float pad = (float)p->pad_value;
  *pad_total += subtract ? -pad : pad;
  for (int32_t oy = w.y0; oy < w.y1; ++oy) {
    const int32_t row = (oy * p->stride_height + w.dy) * p->in_width + w.dx;
    float* out = sums + oy * p->out_width;
    for (int32_t ox = w.x0; ox < w.x1; ++ox) {
      const float x =
          channel[(row + ox * p->stride_width) * p->in_channels] - pad;
      out[ox] = subtract ? out[ox] - x : out[ox] + x;
    }
  }
}

static int32_t positions_out(const sbnn_conv2d_params* p) {
  return p->out_height * p->out_width;
}

size_t sbnn_conv2d_float_scratch_bytes(const sbnn_conv2d_params* p) {
  const size_t sums = (size_t)positions_out(p) * sizeof(int32_t);
  return p->domain.alpha_steps == 0 ? sums : 2u * sums;
}

void sbnn_conv2d_float(const sbnn_conv2d_params* p,
                       const sbnn_connections* kernel,
                       const sbnn_output* output, const float* x, void* y,
                       void* scratch) {
  const int32_t positions = positions_out(p);
  const int32_t taps = p->kernel_height * p->kernel_width;
  const int32_t group_in = p->in_channels / p->groups;
  const int32_t group_out = p->out_channels / p->groups;
  const float alpha =
      (float)p->domain.alpha_steps / (float)(1 << p->domain.shift);
  float* sums = (float*)scratch;
  float* window_sums = sums + positions;

  sbnn_connection_reader reader;
  sbnn_open_connections(&reader, kernel);
  int32_t next = sbnn_next_connection(&reader);
  int32_t first_weight = 0, number = 0;
  sbnn_zero_planes(output, positions, y);

  for (int32_t f = 0; f < p->out_channels; ++f) {
    const float* group = x + f / group_out * group_in;
    if (p->domain.alpha_steps != 0 && f % group_out == 0) {
      float pad_total = 0.0f;
      for (int32_t i = 0; i < positions; ++i) window_sums[i] = 0.0f;
      for (int32_t c = 0; c < group_in; ++c) {
        for (int32_t tap = 0; tap < taps; ++tap) {
          add_floats(p, group + c, tap, false, window_sums, &pad_total);
        }
      }
      for (int32_t i = 0; i < positions; ++i) {
        window_sums[i] = (window_sums[i] + pad_total) * alpha;
      }
    }

    float pad_total = 0.0f;
    for (int32_t i = 0; i < positions; ++i) sums[i] = 0.0f;
    for (; next < first_weight + group_in * taps;
         next = sbnn_next_connection(&reader)) {
      const int32_t c = (next - first_weight) / taps;
      add_floats(p, group + c, (next - first_weight) % taps,
                 sbnn_is_negative(kernel, number++), sums, &pad_total);
    }
    first_weight += group_in * taps;
    for (int32_t i = 0; i < positions; ++i) {
      sums[i] += pad_total;
      if (p->domain.alpha_steps != 0) sums[i] += window_sums[i];
    }
    sbnn_write_float_sums(output, f, sums, 1, positions, y);
  }
}
