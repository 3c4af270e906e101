/* What the counters of a channel start from where words are whole rows of 8, 16 or 32 columns
 * and the window is the common one of 3x3, without the lists of kinds (conv2d_borders.h); a part of
 * conv2d_bits.c.
 *
 * There are three kinds of rows, the first, inner ones and the last, and three kinds of columns
 * likewise. Bytes of a row's starts stand side by side in a word in such a way that few
 * instructions make a slice of the row of it. */
#ifndef SBNN_CONV2D_BITS_ROWS_H_
#define SBNN_CONV2D_BITS_ROWS_H_

#include "conv2d_bits_constants.h"
#include "conv2d_bits_state.h"
#include "rows_thumb2.h"

#ifndef SBNN_MVE
/* Where the bytes of the starts of inner columns and of the last one stand; that of the first
 * one begins at bit 0. Those of 32 columns stand like those of 8. */
enum { INNER_OF_8 = 8, LAST_OF_8 = 16, INNER_OF_16 = 23, LAST_OF_16 = 15 };

SBNN_INLINE void put_side_by_side(const int32_t* starts, int32_t inner,
                                  int32_t last, uint32_t rows[3]) {
  SBNN_UNROLLED_BY_4
  for (int32_t i = 0; i < 3; ++i, starts += 3) {
    rows[i] = (uint32_t)(uint8_t)starts[0] |
              (uint32_t)(uint8_t)starts[1] << inner |
              (uint32_t)(uint8_t)starts[2] << last;
  }
}

#ifdef SBNN_THUMB2
#define slice_rows_of_8 sbnn_slice_rows_of_8_thumb2
#define slice_rows_of_16 sbnn_slice_rows_of_16_thumb2
#define slice_rows_of_32 sbnn_slice_rows_of_32_thumb2
#else

/* Slice `i` of rows whose bytes of starts stand so. */
SBNN_INLINE uint32_t slice_of_row(uint32_t row, int32_t i, int32_t width,
                                  int32_t inner, int32_t last) {
  row >>= i;
  return (row & 1u) | ((row >> inner) & 1u) * ((1u << (width - 1)) - 2u) |
         ((row >> last) & 1u) << (width - 1);
}

SBNN_INLINE void slice_rows_of(const uint32_t rows[3], uint32_t* first,
                               uint32_t* inner, uint32_t* last, int32_t slices,
                               int32_t width, int32_t inner_at,
                               int32_t last_at) {
  const uint32_t each = width == 8    ? 0x01010101u
                        : width == 16 ? 0x00010001u
                                      : 1u;
  for (int32_t i = 0; i < slices; ++i) {
    const uint32_t top = slice_of_row(rows[0], i, width, inner_at, last_at);
    const uint32_t middle = slice_of_row(rows[1], i, width, inner_at, last_at);
    const uint32_t bottom = slice_of_row(rows[2], i, width, inner_at, last_at);
    const uint32_t word = middle * each;
    inner[i] = word;
    first[i] = word - middle + top;
    last[i] = word + ((bottom - middle) << (32 - width));
  }
}

static void slice_rows_of_8(const uint32_t rows[3], uint32_t* first,
                            uint32_t* inner, uint32_t* last, int32_t slices) {
  slice_rows_of(rows, first, inner, last, slices, 8, INNER_OF_8, LAST_OF_8);
}

static void slice_rows_of_16(const uint32_t rows[3], uint32_t* first,
                             uint32_t* inner, uint32_t* last, int32_t slices) {
  slice_rows_of(rows, first, inner, last, slices, 16, INNER_OF_16, LAST_OF_16);
}

static void slice_rows_of_32(const uint32_t rows[3], uint32_t* first,
                             uint32_t* inner, uint32_t* last, int32_t slices) {
  slice_rows_of(rows, first, inner, last, slices, 32, INNER_OF_8, LAST_OF_8);
}
#endif

/* Where a band's words find their starts. */
SBNN_COLD void find_row_constants(state* s, int32_t first, int32_t words) {
  uint32_t* const nowhere =
      s->constants + s->borders.word_classes * s->slices_room;
  for (int32_t i = 0; i < 3; ++i) s->row_constants[i] = nowhere;
  for (int32_t w = 0; w < words; ++w) {
    const int32_t word = first + w;
    const int32_t place = word == 0 ? 0 : word < s->layout.words - 1 ? 1 : 2;
    s->row_constants[place] =
        s->constants + s->borders.word_class[w] * s->slices_room;
  }
}

/* The starts of each kind of position, bit-sliced for each class of words. The top one of
 * `slices` slices is XORed with `flip`. */
SBNN_HOT static void slice_whole_rows(const state* s, sbnn_start_rule rule,
                                      int32_t slices, uint32_t flip) {
  int32_t* const starts = s->kind_values;
  uint32_t* const* const out = s->row_constants;
  find_starts_of_3x3(s, rule);
  for (int32_t done = 0;; done += 8) {
    const int32_t left = slices - done;
    const int32_t some = left < 8 ? left : 8;
    uint32_t* const first = out[0] + done;
    uint32_t* const inner = out[1] + done;
    uint32_t* const last = out[2] + done;
    uint32_t rows[3];
    if (s->params->out_width != 16) {
      put_side_by_side(starts, INNER_OF_8, LAST_OF_8, rows);
      if (s->params->out_width == 8) {
        slice_rows_of_8(rows, first, inner, last, some);
      } else {
        slice_rows_of_32(rows, first, inner, last, some);
      }
    } else {
      put_side_by_side(starts, INNER_OF_16, LAST_OF_16, rows);
      slice_rows_of_16(rows, first, inner, last, some);
    }
    if (left <= 8) break;
    for (int32_t i = 0; i < 9; ++i) starts[i] >>= 8;
  }
  if (flip != 0u) {
    out[0][slices - 1] ^= flip;
    out[1][slices - 1] ^= flip;
    out[2][slices - 1] ^= flip;
  }
}
#endif /* !SBNN_MVE: vectors slice any kinds faster (slices_mve.h) */

/* The starts of a channel for each class of words, sliced; of `count` connections in all. */
SBNN_INLINE void find_sliced_starts(const state* s, int32_t count,
                                    bool count_taps, sbnn_start_rule rule,
                                    int32_t slices, uint32_t flip) {
#ifndef SBNN_MVE
  if (s->is_in_rows) {
    slice_whole_rows(s, rule, slices, flip);
    return;
  }
#endif
  find_starts(s, count, count_taps, rule);
  slice_constants(s, slices, flip);
}

#endif /* SBNN_CONV2D_BITS_ROWS_H_ */
