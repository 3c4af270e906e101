#include "reference.h"

#include <string.h>

#include "sbnn/planes.h"

/* Whether any bit of the window at output (oy, ox) equals `wanted`. */
static uint32_t window_has(const sbnn_max_pool2d_params* p,
                           const uint32_t* plane, int32_t oy, int32_t ox,
                           uint32_t wanted) {
  for (int32_t ky = 0; ky < p->pool_height; ++ky) {
    const int32_t y = oy * p->stride_height + ky - p->pad_top;
    if (y < 0 || y >= p->in_height) continue;
    for (int32_t kx = 0; kx < p->pool_width; ++kx) {
      const int32_t x = ox * p->stride_width + kx - p->pad_left;
      if (x < 0 || x >= p->in_width) continue;
      if (sbnn_get_bit(plane, y * p->in_width + x) == wanted) return 1u;
    }
  }
  return 0u;
}

void reference_max_pool2d_bits(const sbnn_max_pool2d_params* p,
                          const uint32_t* minimum, const uint32_t* x,
                          uint32_t* y) {
  const int32_t in_words = sbnn_plane_words(p->in_height * p->in_width);
  const int32_t out_words = sbnn_plane_words(p->out_height * p->out_width);
  memset(y, 0, (size_t)(p->channels * out_words) * sizeof(uint32_t));
  for (int32_t c = 0; c < p->channels; ++c) {
    /* A maximum is 1 if a 1 is there; a minimum is 0 if a 0 is there. */
    const uint32_t is_minimum = sbnn_get_bit(minimum, c);
    const uint32_t wanted = is_minimum ^ 1u;
    for (int32_t oy = 0; oy < p->out_height; ++oy) {
      for (int32_t ox = 0; ox < p->out_width; ++ox) {
        const uint32_t found =
            window_has(p, x + c * in_words, oy, ox, wanted);
        sbnn_put_bit(y + c * out_words, oy * p->out_width + ox,
                     found ^ is_minimum);
      }
    }
  }
}
