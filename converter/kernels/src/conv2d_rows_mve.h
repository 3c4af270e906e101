/* Copies of planes whose words are whole rows with the vectors of Armv8.1-M: four channels at once,
 * one a lane, since planes are a few words; a part of conv2d_copies.c. */
#ifndef SBNN_CONV2D_ROWS_MVE_H_
#define SBNN_CONV2D_ROWS_MVE_H_

#include "conv2d_layout.h"
#include "inline.h"
#include "vectors_mve.h"

#ifdef SBNN_MVE

/* Where a word of each of four channels is, in bytes from the first one's. Where there are less, the
 * first one is meant again: it is the same word. */
SBNN_INLINE uint32x4_t lanes_of(uint32_t channel_words, int32_t channels) {
  const uint32x4_t lanes = vmulq_n_u32(vidupq_n_u32(0u, 4), channel_words);
  return vpselq_u32(lanes, vdupq_n_u32(0u), vctp32q((uint32_t)channels));
}

/* One tap column of short rows (conv2d_short_rows.h). */
SBNN_INLINE void copy_column_mve(const sbnn_conv2d_layout* layout,
                                 const uint32_t* plane, uint32x4_t from,
                                 uint32_t* out, uint32x4_t to, int32_t first,
                                 int32_t words, uint32_t pad, int32_t width,
                                 int32_t kx) {
  const uint32_t edge = width == 8 ? 0x01010101u : 0x00010001u;
  const sbnn_row_copies* copies = layout->row_copies;
  const uint32_t* at = plane + first;
  const uint32_t* const end = at + words;
  const uint32_t moved_in = kx == 0 ? edge : edge << (width - 1);
  const uint32x4_t keep = vdupq_n_u32(kx == 1 ? 0xFFFFFFFFu : ~moved_in);
  const uint32x4_t fill = vdupq_n_u32(kx == 1 ? 0u : pad & moved_in);
#define SBNN_MOVED(word)                                 \
  vorrq_u32(vandq_u32(kx == 0   ? vshlq_n_u32((word), 1) \
                      : kx == 2 ? vshrq_n_u32((word), 1) \
                                : (word),                \
                      keep),                             \
            fill)
#define SBNN_ROW_UP(low, high)                                            \
  (width == 8 ? vorrq_u32(vshrq_n_u32((low), 8), vshlq_n_u32((high), 24)) \
              : vorrq_u32(vshrq_n_u32((low), 16), vshlq_n_u32((high), 16)))
#define SBNN_ROW_DOWN(low, high)                                          \
  (width == 8 ? vorrq_u32(vshrq_n_u32((low), 24), vshlq_n_u32((high), 8)) \
              : SBNN_ROW_UP(low, high))
  uint32_t* above = out + kx * copies[0].words;
  uint32_t* here = out + copies[1].at + kx * copies[1].words;
  uint32_t* below =
      width == 8 ? out + copies[2].at + kx * copies[2].words : NULL;
  const uint32x4_t outside = vdupq_n_u32(pad);
  uint32x4_t before = outside;
  if (first > 0) {
    const uint32x4_t word = vldrwq_gather_offset_u32(at - 1, from);
    before = SBNN_MOVED(word);
  }
  uint32x4_t next = vldrwq_gather_offset_u32(at, from);
  uint32x4_t word = SBNN_MOVED(next);
  for (;;) {
    const uint32x4_t up = SBNN_ROW_DOWN(before, word);
    vstrwq_scatter_offset_u32(above++, to, up);
    vstrwq_scatter_offset_u32(here++, to, word);
    before = word;
    if (++at == end) break;
    next = vldrwq_gather_offset_u32(at, from);
    word = SBNN_MOVED(next);
    if (width == 8) {
      const uint32x4_t down = SBNN_ROW_UP(before, word);
      vstrwq_scatter_offset_u32(below++, to, down);
    }
  }
  uint32x4_t behind = outside;
  if (first + words < layout->in_words) {
    next = vldrwq_gather_offset_u32(end, from);
    behind = SBNN_MOVED(next);
  }
  const uint32x4_t last = SBNN_ROW_UP(before, behind);
  /* In 16 columns tap row 2 is row 0 one word further on. */
  vstrwq_scatter_offset_u32(width == 8 ? below : above, to, last);
#undef SBNN_ROW_DOWN
#undef SBNN_ROW_UP
#undef SBNN_MOVED
}

SBNN_INLINE void copy_short_rows_of_mve(const sbnn_conv2d_layout* layout,
                                        const uint32_t* plane, uint32_t* out,
                                        int32_t first, int32_t words,
                                        uint32_t pad, int32_t width) {
  const uint32_t in_words = (uint32_t)(layout->levels * layout->in_words);
  const uint32_t out_words = (uint32_t)layout->channel_words;
  for (int32_t c = 0; c < layout->group_in; c += 4) {
    const uint32x4_t from = lanes_of(in_words, layout->group_in - c);
    const uint32x4_t to = lanes_of(out_words, layout->group_in - c);
    copy_column_mve(layout, plane, from, out, to, first, words, pad, width, 0);
    copy_column_mve(layout, plane, from, out, to, first, words, pad, width, 1);
    copy_column_mve(layout, plane, from, out, to, first, words, pad, width, 2);
    plane += 4 * in_words;
    out += 4 * out_words;
  }
}

/* Rows of one word: tap rows share a copy, which is the plane with what it is padded by. */
static void copy_word_rows_mve(const sbnn_conv2d_layout* layout,
                               const sbnn_conv2d_params* p,
                               const uint32_t* plane, uint32_t* out,
                               int32_t first, int32_t words, uint32_t pad) {
  const uint32_t in_words = (uint32_t)(layout->levels * layout->in_words);
  const uint32_t out_words = (uint32_t)layout->channel_words;
  const uint32x4_t outside = vdupq_n_u32(pad);
  const int32_t start = first - p->pad_top;
  for (int32_t c = 0; c < layout->group_in; c += 4) {
    const uint32x4_t from = lanes_of(in_words, layout->group_in - c);
    const uint32x4_t to = lanes_of(out_words, layout->group_in - c);
    for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
      const int32_t moved = kx * p->dilation_width - p->pad_left;
      const uint32x4_t fill =
          vdupq_n_u32(pad & (moved < 0 ? ~(0xFFFFFFFFu << -moved)
                                       : ~(0xFFFFFFFFu >> moved)));
      uint32_t* at = out + kx * layout->row_copies[0].words;
      int32_t row = start;
      const int32_t end = start + words;
      const int32_t behind = end < p->in_height ? end : p->in_height;
      for (; row < end && row < 0; ++row)
        vstrwq_scatter_offset_u32(at++, to, outside);
      const uint32_t* in = plane + row;
      for (; row < behind; ++row) {
        const uint32x4_t word =
            vshlq_r_u32(vldrwq_gather_offset_u32(in++, from), -moved);
        vstrwq_scatter_offset_u32(at++, to, vorrq_u32(word, fill));
      }
      for (; row < end; ++row) vstrwq_scatter_offset_u32(at++, to, outside);
    }
    plane += 4 * in_words;
    out += 4 * out_words;
  }
}

/* All channels of a level. */
static void copy_short_rows_mve(const sbnn_conv2d_layout* layout,
                                const uint32_t* plane, uint32_t* out,
                                int32_t first, int32_t words, uint32_t pad,
                                int32_t width) {
  if (width == 8) {
    copy_short_rows_of_mve(layout, plane, out, first, words, pad, 8);
  } else {
    copy_short_rows_of_mve(layout, plane, out, first, words, pad, 16);
  }
}

#endif /* SBNN_MVE */
#endif /* SBNN_CONV2D_ROWS_MVE_H_ */
