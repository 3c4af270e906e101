/* Copies of planes of 8 or 16 columns for a 3x3 window that stands in the middle of
 * its padding; a part of conv2d_copies.c.
 *
 * A word is whole rows: a column moves within its word, a row to the same place of the next
 * row or out of the word. The copy of each tap column is then one pass over the plane,
 * which writes the row above, the row itself and, where these are not the same copy,
 * the row below. */
#ifndef SBNN_CONV2D_SHORT_ROWS_H_
#define SBNN_CONV2D_SHORT_ROWS_H_

#include "conv2d_layout.h"
#include "inline.h"

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

static void copy_rows_of_8(const sbnn_conv2d_layout* layout,
                           const uint32_t* plane, uint32_t* out, int32_t first,
                           int32_t words, uint32_t pad) {
  copy_rows_of(layout, plane, out, first, words, pad, 8);
}

static void copy_rows_of_16(const sbnn_conv2d_layout* layout,
                            const uint32_t* plane, uint32_t* out, int32_t first,
                            int32_t words, uint32_t pad) {
  copy_rows_of(layout, plane, out, first, words, pad, 16);
}

#endif /* SBNN_CONV2D_SHORT_ROWS_H_ */
