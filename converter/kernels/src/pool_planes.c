/* A strip of up to 32 columns at a time, as max_pool2d.c: the rows of a window are
 * joined first, then the result with itself moved by 1, 2, 4, ... columns, and what
 * the stride leaves of each plane is moved together.
 *
 * Windows wider than a word join words of 32 columns as if they were rows. */
#include "pool_planes.h"

#include <stddef.h>
#include <string.h>

#include "halving.h"
#include "row_bits.h"
#include "sbnn/average_pool2d.h"
#include "sbnn/face.h"
#include "sbnn/planes.h"

/* Slices of a sum over the largest window. */
enum { MOST_SLICES = SBNN_MAX_PLANES + 8 };

typedef struct {
  const sbnn_pooling* by;
  const sbnn_max_pool2d_params* params;
  sbnn_halves sizes;
} pool;

/* Joins `number` with itself so that bit j holds columns j .. j + width - 1. */
static void join_columns(const sbnn_pooling* by, uint32_t* number,
                         int32_t slices, int32_t width) {
  uint32_t moved[MOST_SLICES];
  for (int32_t reach = 1; reach < width;) {
    const int32_t step = width - reach < reach ? width - reach : reach;
    for (int32_t i = 0; i < slices; ++i) moved[i] = number[i] >> step;
    by->join(number, slices, moved, slices);
    reach += step;
  }
}

/* number / 2^shift, halves up. */
static void divide(uint32_t* number, int32_t planes, int32_t shift) {
  if (shift == 0) return;
  uint32_t carry = number[shift - 1];
  for (int32_t i = 0; i < planes; ++i) {
    const uint32_t bits = number[i + shift];
    number[i] = bits ^ carry;
    carry &= bits;
  }
}

/* Output columns from `ox` on, before what lies between them is left out. */
static void pool_strip_of_planes(const pool* self, const uint32_t* x,
                                 int32_t oy, int32_t ox, uint32_t* number) {
  const sbnn_max_pool2d_params* p = self->params;
  const int32_t planes = self->sizes.planes;
  const int32_t slices = planes + self->by->shift;
  const uint32_t flip = self->sizes.flip;
  const int32_t column = ox * p->stride_width - p->pad_left;
  uint32_t next[SBNN_MAX_PLANES];
  memset(number, 0, MOST_SLICES * sizeof(uint32_t));
  for (int32_t ky = 0; ky < p->pool_height; ++ky) {
    const int32_t y = oy * p->stride_height + ky - p->pad_top;
    if (y < 0 || y >= p->in_height) continue;
    for (int32_t kx = 0; kx < p->pool_width; kx += 32) {
      /* The last word of a wide window ends with it. */
      const int32_t left = p->pool_width - kx;
      const uint32_t inside = p->pool_width > 32 && left < 32
                                  ? 0xFFFFFFFFu >> (32 - left)
                                  : 0xFFFFFFFFu;
      for (int32_t i = 0; i < planes; ++i) {
        const uint32_t* plane = x + i * self->sizes.in_words;
        next[i] = (sbnn_row_bits(plane, y * p->in_width, p->in_width,
                                 column + kx, flip) ^
                   flip) &
                  inside;
      }
      self->by->join(number, slices, next, planes);
    }
  }
  join_columns(self->by, number, slices,
               p->pool_width < 32 ? p->pool_width : 32);
  divide(number, planes, self->by->shift);
}

static void pool_channel(const pool* self, const uint32_t* x, uint32_t* y) {
  const sbnn_max_pool2d_params* p = self->params;
  const int32_t words = self->sizes.out_words;
  const int32_t strip =
      p->pool_width > 32 ? 1 : (32 - p->pool_width) / p->stride_width + 1;
  uint32_t number[MOST_SLICES];
  for (int32_t oy = 0; oy < p->out_height; ++oy) {
    for (int32_t ox = 0; ox < p->out_width; ox += strip) {
      const int32_t count =
          p->out_width - ox < strip ? p->out_width - ox : strip;
      pool_strip_of_planes(self, x, oy, ox, number);
      for (int32_t i = 0; i < self->sizes.planes; ++i) {
        sbnn_put_row_bits(
            y + i * words, words, oy * p->out_width + ox, count,
            sbnn_thin(number[i], p->stride_width) ^ self->sizes.flip);
      }
    }
  }
}

/* The same for 2x2 windows whose rows fill words or parts of them, four words at a time. */
static void halve_channel(const pool* self, const uint32_t* x, uint32_t* y) {
  const sbnn_halves* sizes = &self->sizes;
  for (int32_t left = sbnn_halved_words(self->params); left > 0;
       left -= SBNN_FOUR, x += SBNN_FOUR) {
    self->by->halve(sizes, x, left, y++);
  }
  const uint32_t last = sbnn_last_halved(self->params);
  for (int32_t i = 0; i < sizes->planes; ++i, y += sizes->out_words) {
    y[-1] &= last;
  }
}

void sbnn_pool_planes(const sbnn_pooling* by, const sbnn_max_pool2d_params* p,
                      int32_t planes, const uint32_t* inverted,
                      const uint32_t* x, uint32_t* y) {
  const int32_t out_words = sbnn_plane_words(p->out_height * p->out_width);
  const bool halving = sbnn_is_halving(p);
  pool self = {by,
               p,
               {.planes = planes,
                .in_words = sbnn_plane_words(p->in_height * p->in_width),
                .out_words = out_words,
                .width = p->in_width,
                .upper = halving ? sbnn_upper_rows(p->in_width) : 0u}};
  if (!halving) {
    memset(y, 0, (size_t)(p->channels * planes * out_words) * sizeof(uint32_t));
  }
  for (int32_t c = 0; c < p->channels; ++c) {
    if (inverted != NULL) self.sizes.flip = 0u - sbnn_get_bit(inverted, c);
    if (halving) {
      halve_channel(&self, x, y);
    } else {
      pool_channel(&self, x, y);
    }
    x += planes * self.sizes.in_words;
    y += planes * out_words;
  }
}
