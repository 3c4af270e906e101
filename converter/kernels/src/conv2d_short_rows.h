/* Copies of planes of 8 or 16 columns for a 3x3 window that stands in the middle of
 * its padding; a part of conv2d_copies.c.
 *
 * A word is whole rows: a column moves within its word, a row to the same place of the next
 * row or out of the word. The copy of each tap column is then one pass over the plane,
 * which writes the row above, the row itself and, where these are not the same copy,
 * the row below. Where words are loaded from anywhere there is one copy for all three: the row
 * above, the rows, the row below. */
#ifndef SBNN_CONV2D_SHORT_ROWS_H_
#define SBNN_CONV2D_SHORT_ROWS_H_

#include <string.h>

#include "conv2d_layout.h"
#include "inline.h"

/* The columns of a word moved to those of tap column `kx`, with what is moved in. */
SBNN_INLINE uint32_t columns_moved(uint32_t word, uint32_t kx, uint32_t edge,
                                   uint32_t pad) {
  if (kx == 1u) return word;
  return ((kx == 0u ? word << 1 : word >> 1) & ~edge) | (pad & edge);
}

/* One copy for all tap rows; `width` is 8 or 16. */
SBNN_INLINE void copy_rows_once(const sbnn_conv2d_layout* layout,
                                const uint32_t* plane, uint32_t* out,
                                int32_t first, int32_t words, uint32_t pad,
                                size_t width, uint32_t kx) {
  const uint32_t left = width == 8u ? 0x01010101u : 0x00010001u;
  const uint32_t edge = kx == 0u ? left : left << (width - 1u);
  const size_t row_bytes = width / 8u;
  const uint32_t* from = plane + first;
  const uint32_t* const end = from + words;
  uint8_t* to = (uint8_t*)(out + (int32_t)kx * layout->row_copies[0].words);
  uint32_t row = pad; /* in its highest bits; behind the plane, in its lowest */
  if (first > 0) row = columns_moved(from[-1], kx, edge, pad);
  row >>= 32u - width;
  memcpy(to, &row, row_bytes);
  to += row_bytes;
  do {
    const uint32_t word = columns_moved(*from, kx, edge, pad);
    ++from;
    memcpy(to, &word, 4u);
    to += 4;
  } while (from != end);
  row = pad;
  if (first + words < layout->in_words) {
    row = columns_moved(*end, kx, edge, pad);
  }
  memcpy(to, &row, row_bytes);
}

SBNN_INLINE void copy_rows_of(const sbnn_conv2d_layout* layout,
                              const uint32_t* plane, uint32_t* out,
                              int32_t first, int32_t words, uint32_t pad,
                              int32_t width) {
  const uint32_t edge = width == 8 ? 0x01010101u : 0x00010001u;
  const sbnn_row_copies* copies = layout->row_copies;
  const uint32_t* const begin = plane + first;
  const uint32_t* const end = begin + words;
  for (uint32_t kx = 0; kx < 3u; ++kx) {
    const uint32_t left = kx == 0u ? 1u : 0u;
    const uint32_t right = kx == 2u ? 1u : 0u;
    const uint32_t moved_in = kx == 0u ? edge : edge << (width - 1);
    const uint32_t keep = kx == 1u ? 0xFFFFFFFFu : ~moved_in;
    const uint32_t fill = pad & ~keep;
#define SBNN_MOVED(word) (((((word) << left) >> right) & keep) | fill)
    uint32_t* above = out + (int32_t)kx * copies[0].words;
    uint32_t* here = out + copies[1].at + (int32_t)kx * copies[1].words;
    uint32_t* below = here; /* never written before its first word is known */
    if (width == 8) {
      below = out + copies[2].at + (int32_t)kx * copies[2].words - 1;
    }
    uint32_t before = first > 0 ? SBNN_MOVED(begin[-1]) : pad;
    const uint32_t* from = begin;
    uint32_t* const first_below = below;
    do {
      const uint32_t word = SBNN_MOVED(*from);
      ++from;
      *above++ = (before >> (32 - width)) | (word << width);
      *here++ = word;
      if (width == 8) {
        if (below != first_below) *below = (before >> 8) | (word << 24);
        ++below;
      }
      before = word;
    } while (from != end);
    const uint32_t behind =
        first + words < layout->in_words ? SBNN_MOVED(*end) : pad;
    if (width == 8) {
      *below = (before >> 8) | (behind << 24);
    } else {
      *above =
          (before >> 16) | (behind << 16); /* tap row 2 reads one further */
    }
#undef SBNN_MOVED
  }
}

SBNN_INLINE void copy_short_rows(const sbnn_conv2d_layout* layout,
                                 const uint32_t* plane, uint32_t* out,
                                 int32_t first, int32_t words, uint32_t pad,
                                 int32_t width) {
  if (SBNN_LOADS_ANYWHERE) {
    copy_rows_once(layout, plane, out, first, words, pad, (size_t)width, 0u);
    copy_rows_once(layout, plane, out, first, words, pad, (size_t)width, 1u);
    copy_rows_once(layout, plane, out, first, words, pad, (size_t)width, 2u);
  } else {
    copy_rows_of(layout, plane, out, first, words, pad, width);
  }
}

static void copy_rows_of_8(const sbnn_conv2d_layout* layout,
                           const uint32_t* plane, uint32_t* out, int32_t first,
                           int32_t words, uint32_t pad) {
  copy_short_rows(layout, plane, out, first, words, pad, 8);
}

static void copy_rows_of_16(const sbnn_conv2d_layout* layout,
                            const uint32_t* plane, uint32_t* out, int32_t first,
                            int32_t words, uint32_t pad) {
  copy_short_rows(layout, plane, out, first, words, pad, 16);
}

#endif /* SBNN_CONV2D_SHORT_ROWS_H_ */
