/* Max pooling of planes, a strip of up to 32 columns at a time.
 *
 * The maximum of +1 and -1 is the OR of their bits. Rows of the window are ORed
 * first, then the result with itself moved by 1, 2, ... columns, and what the
 * stride leaves of it is moved together. A minimum is the same on inverted bits:
 * x ^ flip in, and out again. Positions outside the image never win: 0 after the
 * inversion.
 *
 * The pooling that most networks have, 2x2 with stride 2, goes over whole words
 * where rows fill words or halves, quarters or eighths of them. */
#include "sbnn/max_pool2d.h"

#include <stdbool.h>
#include <string.h>

#include "halving.h"
#include "inline.h"
#include "row_bits.h"
#include "sbnn/planes.h"

/* Output columns from `ox` on: as many as whole windows fit into 32 columns. */
static uint32_t pool_strip(const sbnn_max_pool2d_params* p,
                           const uint32_t* plane, int32_t oy, int32_t ox,
                           uint32_t flip) {
  const int32_t column = ox * p->stride_width - p->pad_left;
  uint32_t bits = 0;
  for (int32_t ky = 0; ky < p->pool_height; ++ky) {
    const int32_t y = oy * p->stride_height + ky - p->pad_top;
    if (y < 0 || y >= p->in_height) continue;
    bits |=
        sbnn_row_bits(plane, y * p->in_width, p->in_width, column, flip) ^ flip;
  }
  uint32_t any = bits;
  for (int32_t kx = 1; kx < p->pool_width; ++kx) any |= bits >> kx;
  return sbnn_thin(any, p->stride_width);
}

/* Windows wider than a word, column by column. */
static uint32_t pool_wide(const sbnn_max_pool2d_params* p,
                          const uint32_t* plane, int32_t oy, int32_t ox,
                          uint32_t flip) {
  const int32_t column = ox * p->stride_width - p->pad_left;
  for (int32_t ky = 0; ky < p->pool_height; ++ky) {
    const int32_t y = oy * p->stride_height + ky - p->pad_top;
    if (y < 0 || y >= p->in_height) continue;
    for (int32_t kx = 0; kx < p->pool_width; ++kx) {
      const int32_t x = column + kx;
      if (x < 0 || x >= p->in_width) continue;
      if ((sbnn_get_bit(plane, y * p->in_width + x) ^ (flip & 1u)) != 0u) {
        return 1u;
      }
    }
  }
  return 0u;
}

/* Every second bit, moved together, of a word whose bits 0, 2, ... each hold the
 * maximum of two columns. */
SBNN_INLINE uint32_t halve_columns(uint32_t bits) {
  return sbnn_thin_by_two(bits | (bits >> 1));
}

/* The eight bits that a word of several rows of `width` columns leaves. */
SBNN_INLINE uint32_t halve_word(uint32_t bits, int32_t width) {
  const uint32_t t = halve_columns(bits | (bits >> width));
  if (width == 16) return t & 0xFFu;
  if (width == 8) return (t & 0x0Fu) | ((t >> 4) & 0xF0u);
  return (t & 0x03u) | ((t >> 2) & 0x0Cu) | ((t >> 4) & 0x30u) |
         ((t >> 6) & 0xC0u);
}

/* The words of a plane in halves or quarters. Input words that the last output
 * word lacks are not read. */
SBNN_INLINE void halve_plane(const uint32_t* x, int32_t in_words, uint32_t flip,
                             int32_t width, uint32_t* y, int32_t out_words) {
  const int32_t parts = width == 32 ? 2 : 4;
  const uint32_t* const end = x + in_words;
  for (uint32_t* const behind = y + out_words; y != behind; ++y) {
    uint32_t out = 0;
    for (int32_t i = 0; i < parts && x < end; ++i) {
      if (width == 32) {
        out |= halve_columns((x[0] ^ flip) | (x[1] ^ flip)) << (16 * i);
        x += 2;
      } else {
        out |= halve_word(*x++ ^ flip, width) << (8 * i);
      }
    }
    *y = out ^ flip;
  }
}

static void halve(const sbnn_max_pool2d_params* p, const uint32_t* minimum,
                  const uint32_t* x, uint32_t* y) {
  const int32_t in_words = sbnn_plane_words(p->in_height * p->in_width);
  const int32_t out_words = sbnn_plane_words(p->out_height * p->out_width);
  const int32_t read = sbnn_halved_words(p);
  const uint32_t last = sbnn_last_halved(p);
  for (int32_t c = 0; c < p->channels; ++c) {
    const uint32_t flip = 0u - sbnn_get_bit(minimum, c);
    if (p->in_width == 32) {
      halve_plane(x, read, flip, 32, y, out_words);
    } else {
      halve_plane(x, read, flip, p->in_width, y, out_words);
    }
    y[out_words - 1] &= last;
    x += in_words;
    y += out_words;
  }
}

void sbnn_max_pool2d_bits(const sbnn_max_pool2d_params* p,
                          const uint32_t* minimum, const uint32_t* x,
                          uint32_t* y) {
  if (sbnn_is_halving(p)) {
    halve(p, minimum, x, y);
    return;
  }
  const int32_t in_words = sbnn_plane_words(p->in_height * p->in_width);
  const int32_t out_words = sbnn_plane_words(p->out_height * p->out_width);
  const bool wide = p->pool_width > 32;
  const int32_t strip = wide ? 1 : (32 - p->pool_width) / p->stride_width + 1;
  memset(y, 0, (size_t)(p->channels * out_words) * sizeof(uint32_t));
  for (int32_t c = 0; c < p->channels; ++c) {
    const uint32_t flip = 0u - sbnn_get_bit(minimum, c);
    for (int32_t oy = 0; oy < p->out_height; ++oy) {
      for (int32_t ox = 0; ox < p->out_width; ox += strip) {
        const int32_t count =
            p->out_width - ox < strip ? p->out_width - ox : strip;
        const uint32_t bits = wide ? pool_wide(p, x, oy, ox, flip)
                                   : pool_strip(p, x, oy, ox, flip);
        sbnn_put_row_bits(y, out_words, oy * p->out_width + ox, count,
                          bits ^ flip);
      }
    }
    x += in_words;
    y += out_words;
  }
}
