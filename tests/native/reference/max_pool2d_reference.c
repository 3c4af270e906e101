#include "reference.h"

/* Whether any bit of the window at output (oy, ox) equals `wanted`. */
static bool window_has(const sbnn_max_pool2d_params* p, const uint32_t* plane,
                       int32_t oy, int32_t ox, bool wanted) {
  for (int32_t ky = 0; ky < p->pool_height; ++ky) {
    const int32_t y = oy * p->stride_height + ky - p->pad_top;
    if (y < 0 || y >= p->in_height) continue;
    for (int32_t kx = 0; kx < p->pool_width; ++kx) {
      const int32_t x = ox * p->stride_width + kx - p->pad_left;
      if (x < 0 || x >= p->in_width) continue;
      if (reference_bit(plane, y * p->in_width + x) == wanted) return true;
    }
  }
  return false;
}

void reference_max_pool2d_bits(const sbnn_max_pool2d_params* p,
                               const uint32_t* minimum, const uint32_t* x,
                               uint32_t* y) {
  const int32_t in_words = reference_words(p->in_height * p->in_width);
  const int32_t out_words = reference_words(p->out_height * p->out_width);
  for (int32_t i = 0; i < p->channels * out_words; ++i) y[i] = 0u;
  for (int32_t c = 0; c < p->channels; ++c) {
    /* A maximum is 1 if a 1 is there; a minimum is 0 if a 0 is there. */
    const bool is_minimum = reference_bit(minimum, c);
    for (int32_t oy = 0; oy < p->out_height; ++oy) {
      for (int32_t ox = 0; ox < p->out_width; ++ox) {
        const int32_t at = oy * p->out_width + ox;
        if (window_has(p, x + c * in_words, oy, ox, !is_minimum) !=
            is_minimum) {
          y[c * out_words + at / 32] |= 1u << at % 32;
        }
      }
    }
  }
}
