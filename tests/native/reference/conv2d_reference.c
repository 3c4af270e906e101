/* Convolution in plain loops: for every output position all of the window, weight by
 * weight. Outside the image stands pad_value, in every
 * plane of it. */
#include "reference.h"

typedef struct {
  const sbnn_conv2d_params* p;
  const uint32_t* planes; /* the image as planes of bits, or NULL */
  const float* numbers;   /* or as numbers, channels last */
} image;

/* The place of a value in the image, or -1 outside of it. */
static int32_t place(const sbnn_conv2d_params* p, int32_t row, int32_t column) {
  if (row < 0 || row >= p->in_height || column < 0 || column >= p->in_width) {
    return -1;
  }
  return row * p->in_width + column;
}

static int32_t levels_of(const sbnn_conv2d_params* p) {
  return p->input_bits > 1 ? p->input_bits : 1;
}

static int32_t odd_at(const image* x, int32_t channel, int32_t at) {
  const sbnn_conv2d_params* p = x->p;
  const int32_t levels = levels_of(p);
  if (at < 0) return p->pad_value * ((1 << levels) - 1);
  const int32_t words = reference_words(p->in_height * p->in_width);
  return reference_odd(x->planes + channel * levels * words, words, levels, at);
}

static float number_at(const image* x, int32_t channel, int32_t at) {
  if (at < 0) return (float)x->p->pad_value;
  return x->numbers[at * x->p->in_channels + channel];
}

/* Sums over a window: of all values, and of those that are connected, with their signs.
 * Of planes they are whole numbers, which some cores add a hundred times as fast. */
typedef struct {
  int32_t all, ones;
  float all_numbers, ones_numbers;
} sums;

/* Those of the window at (oy, ox). */
static sums window_sums(const image* x, int32_t group, const int8_t* weights,
                        int32_t oy, int32_t ox) {
  const sbnn_conv2d_params* p = x->p;
  const int32_t channels = p->in_channels / p->groups;
  sums found = {0, 0, 0.0f, 0.0f};
  const int32_t taps = p->kernel_height * p->kernel_width;
  const int32_t next_channel = p->tap_major != 0 ? 1 : taps;
  const int32_t next_tap = p->tap_major != 0 ? channels : 1;
  for (int32_t c = 0; c < channels; ++c) {
    const int32_t channel = group * channels + c;
    for (int32_t ky = 0; ky < p->kernel_height; ++ky) {
      for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
        const int32_t tap = ky * p->kernel_width + kx;
        const int32_t at = place(
            p, oy * p->stride_height + ky * p->dilation_height - p->pad_top,
            ox * p->stride_width + kx * p->dilation_width - p->pad_left);
        const int32_t weight = weights[c * next_channel + tap * next_tap];
        if (x->planes != NULL) {
          const int32_t value = odd_at(x, channel, at);
          found.all += value;
          found.ones += weight * value;
        } else {
          const float value = number_at(x, channel, at);
          found.all_numbers += value;
          found.ones_numbers += (float)weight * value;
        }
      }
    }
  }
  return found;
}

static int32_t fan_in(const sbnn_conv2d_params* p) {
  return p->in_channels / p->groups * p->kernel_height * p->kernel_width;
}

size_t reference_conv2d_scratch_bytes(const sbnn_conv2d_params* p) {
  return (size_t)fan_in(p);
}

static void convolve(const image* x, const sbnn_connections* kernel,
                     const sbnn_output* output, void* y, int8_t* weights) {
  const sbnn_conv2d_params* p = x->p;
  const int32_t group_out = p->out_channels / p->groups;
  reference_weights next = reference_first_weight(kernel);
  reference_zero_bits(output, p->out_height * p->out_width, y);
  for (int32_t f = 0; f < p->out_channels; ++f) {
    for (int32_t i = 0; i < fan_in(p); ++i) {
      weights[i] = (int8_t)reference_next_weight(&next);
    }
    for (int32_t oy = 0; oy < p->out_height; ++oy) {
      for (int32_t ox = 0; ox < p->out_width; ++ox) {
        const int32_t at = oy * p->out_width + ox;
        const sums found = window_sums(x, f / group_out, weights, oy, ox);
        if (x->planes != NULL) {
          reference_write_sum(output, f, at,
                              found.ones * (1 << p->domain.shift) +
                                  found.all * p->domain.alpha_steps,
                              y);
          continue;
        }
        const float alpha =
            (float)p->domain.alpha_steps / (float)(1 << p->domain.shift);
        reference_write_float_sum(
            output, f, at, found.ones_numbers + found.all_numbers * alpha, y);
      }
    }
  }
}

void reference_conv2d_bits(const sbnn_conv2d_params* p,
                           const sbnn_connections* kernel,
                           const sbnn_output* output, const uint32_t* x,
                           void* y, void* scratch) {
  const image planes = {p, x, NULL};
  convolve(&planes, kernel, output, y, (int8_t*)scratch);
}

void reference_conv2d_float(const sbnn_conv2d_params* p,
                            const sbnn_connections* kernel,
                            const sbnn_output* output, const float* x, void* y,
                            void* scratch) {
  const image numbers = {p, NULL, x};
  convolve(&numbers, kernel, output, y, (int8_t*)scratch);
}
