#include "reference.h"

typedef struct {
  int64_t least, most, sum;
} window;

/* What there is of the window at output (oy, ox) inside the image. */
static window look(const sbnn_max_pool2d_params* p, int32_t planes, int32_t c,
                   int32_t oy, int32_t ox, const uint32_t* x) {
  const int32_t words = reference_words(p->in_height * p->in_width);
  window found = {((int64_t)1 << planes) - 1, 0, 0};
  for (int32_t ky = 0; ky < p->pool_height; ++ky) {
    for (int32_t kx = 0; kx < p->pool_width; ++kx) {
      const int32_t row = oy * p->stride_height + ky - p->pad_top;
      const int32_t column = ox * p->stride_width + kx - p->pad_left;
      if (row < 0 || row >= p->in_height || column < 0 ||
          column >= p->in_width) {
        continue;
      }
      const int64_t number = reference_number(x, words, c * planes, planes,
                                              row * p->in_width + column);
      if (number < found.least) found.least = number;
      if (number > found.most) found.most = number;
      found.sum += number;
    }
  }
  return found;
}

/* `minimum` NULL: the mean, to the nearest, halves up. */
static void pool(const sbnn_max_pool2d_params* p, int32_t planes,
                 const uint32_t* minimum, const uint32_t* x, uint32_t* y) {
  const int32_t words = reference_words(p->out_height * p->out_width);
  const int64_t area = (int64_t)p->pool_height * p->pool_width;
  for (int32_t i = 0; i < p->channels * planes * words; ++i) y[i] = 0u;
  for (int32_t c = 0; c < p->channels; ++c) {
    for (int32_t oy = 0; oy < p->out_height; ++oy) {
      for (int32_t ox = 0; ox < p->out_width; ++ox) {
        const window found = look(p, planes, c, oy, ox, x);
        const int64_t number = minimum == NULL
                                   ? (2 * found.sum + area) / (2 * area)
                               : reference_bit(minimum, c) ? found.least
                                                           : found.most;
        reference_put_number(y, words, c * planes, planes,
                             oy * p->out_width + ox, number);
      }
    }
  }
}

void reference_max_pool2d_planes(const sbnn_max_pool2d_params* p,
                                 int32_t planes, const uint32_t* minimum,
                                 const uint32_t* x, uint32_t* y) {
  pool(p, planes, minimum, x, y);
}

void reference_average_pool2d(const sbnn_average_pool2d_params* p,
                              int32_t planes, const uint32_t* x, uint32_t* y) {
  const sbnn_max_pool2d_params windows = {p->channels,
                                          p->in_height,
                                          p->in_width,
                                          p->out_height,
                                          p->out_width,
                                          p->pool_height,
                                          p->pool_width,
                                          p->stride_height,
                                          p->stride_width,
                                          0,
                                          0};
  pool(&windows, planes, NULL, x, y);
}
