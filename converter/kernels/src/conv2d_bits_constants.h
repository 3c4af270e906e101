/* What the counters of a channel start from, bit-sliced: a number for each kind
 * of position (starts.h, conv2d_borders.h); a part of conv2d_bits.c. */
#ifndef SBNN_CONV2D_BITS_CONSTANTS_H_
#define SBNN_CONV2D_BITS_CONSTANTS_H_

#include <stdbool.h>

#include "conv2d_bits_state.h"
#include "slices_mve.h"
#include "slices_thumb2.h"
#include "starts.h"

/* The same as below where the window is one of 3x3 in the middle of what it is padded by: its
 * upper row, its lower row, its first and last columns are cut off, or nothing is. */
SBNN_INLINE void find_starts_of_3x3(const state* s, sbnn_start_rule rule) {
  const int32_t* c = s->tap_counts;
  int32_t* const out = s->kind_values;
  /* Of each tap row, what the first column sees, the last one, and all others. */
  const int32_t first_1 = c[4] + c[5], last_1 = c[3] + c[4];
  const int32_t all_1 = c[3] + first_1;
  const int32_t first_2 = c[7] + c[8], last_2 = c[6] + c[7];
  const int32_t all_2 = c[6] + first_2;
  const int32_t first_0 = c[1] + c[2], last_0 = c[0] + c[1];
  const int32_t all_0 = c[0] + first_0;
  /* Of the lower two tap rows. */
  const int32_t first = first_1 + first_2, last = last_1 + last_2;
  const int32_t all = all_1 + all_2;
  out[0] = sbnn_start_of(rule, first);
  out[1] = sbnn_start_of(rule, all);
  out[2] = sbnn_start_of(rule, last);
  out[3] = sbnn_start_of(rule, first_0 + first);
  out[4] = sbnn_start_of(rule, all_0 + all);
  out[5] = sbnn_start_of(rule, last_0 + last);
  out[6] = sbnn_start_of(rule, first_0 + first_1);
  out[7] = sbnn_start_of(rule, all_0 + all_1);
  out[8] = sbnn_start_of(rule, last_0 + last_1);
}

/* The start of each kind of position, from the counts of the taps: the taps of a
 * kind are a rectangle. Sums over rows of taps come from a table whose row ky is
 * the sum of the tap rows before ky; sums over their columns are done in place. */
SBNN_HOT static void find_starts(const state* s, int32_t count, bool count_taps,
                                 sbnn_start_rule rule) {
  const sbnn_conv2d_borders* b = &s->borders;
  const int32_t width = s->params->kernel_width;
  int32_t* out = s->kind_values;
  if (!count_taps) {
    *out = sbnn_start_of(rule, count);
    return;
  }
  if (s->is_3x3) {
    find_starts_of_3x3(s, rule);
    return;
  }
  int32_t* sums = s->rectangles;
  const int32_t* counts = s->tap_counts;
  const int32_t* const counts_end = counts + s->layout.taps;
  while (counts != counts_end) {
    sums[width] = sums[0] + *counts++;
    ++sums;
  }
  int32_t* const columns = sums + width;
  const sbnn_tap_range* const rows_end = b->rows + b->row_classes;
  const sbnn_tap_range* const columns_end = b->columns + b->column_classes;
  for (const sbnn_tap_range* r = b->rows; r != rows_end; ++r) {
    const int32_t* above = s->rectangles + r->first * width;
    const int32_t* below = s->rectangles + r->behind * width;
    int32_t* to = columns;
    int32_t sum = 0;
    for (const int32_t* const end = above + width; above != end;) {
      *to++ = sum;
      sum += *below++ - *above++;
    }
    *to = sum;
    for (const sbnn_tap_range* c = b->columns; c != columns_end; ++c) {
      *out++ = sbnn_start_of(rule, columns[c->behind] - columns[c->first]);
    }
  }
}

/* Bit-slices the starts of a word class, SLICED_AT_ONCE slices, or only the first three. */
SBNN_INLINE void slice_class(const int32_t* values, const sbnn_kind_bits* kind,
                             const sbnn_kind_bits* end, bool all,
                             uint32_t* out) {
  uint32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0, a6 = 0, a7 = 0;
  do { /* masks do not overlap: sums do for ORs */
    const uint32_t mask = kind->mask;
    const uint32_t bits = (uint32_t)values[kind->kind];
    a0 += mask * (bits & 1u);
    a1 += mask * ((bits >> 1) & 1u);
    a2 += mask * ((bits >> 2) & 1u);
    if (!all) continue;
    a3 += mask * ((bits >> 3) & 1u);
    a4 += mask * ((bits >> 4) & 1u);
    a5 += mask * ((bits >> 5) & 1u);
    a6 += mask * ((bits >> 6) & 1u);
    a7 += mask * ((bits >> 7) & 1u);
  } while (++kind != end);
  out[0] = a0;
  out[1] = a1;
  out[2] = a2;
  if (!all) return;
  out[3] = a3;
  out[4] = a4;
  out[5] = a5;
  out[6] = a6;
  out[7] = a7;
}

SBNN_INLINE void slice_each_class(const state* s, bool all, uint32_t* out) {
  const sbnn_conv2d_borders* b = &s->borders;
  const sbnn_kind_bits* kind = b->kind_bits;
  for (int32_t i = 0; i < b->word_classes; ++i) {
    const sbnn_kind_bits* const end = b->kind_bits + b->class_at[i + 1];
    slice_class(s->kind_values, kind, end, all, out);
    out += s->slices_room;
    kind = end;
  }
}

SBNN_HOT static void slice_classes(const state* s, uint32_t* out) {
#if defined(SBNN_MVE)
  sbnn_slice_classes_mve(s->kind_values, s->borders.kind_bits,
                         s->borders.class_at + 1, out, s->borders.word_classes,
                         4 * s->slices_room);
#elif defined(SBNN_THUMB2)
  const sbnn_conv2d_borders* b = &s->borders;
  sbnn_slice_classes_thumb2(s->kind_values, b->kind_bits, b->class_at + 1, out,
                            b->word_classes, 4 * s->slices_room);
#else
  slice_each_class(s, true, out);
#endif
}

/* Bit-slices the kinds' starts for each word class, `slices` slices each; there is room for as many
 * as are made at once. The top slice is XORed with `flip`. Changes the starts if slices >
 * SLICED_AT_ONCE. */
SBNN_HOT static void slice_constants(const state* s, int32_t slices,
                                     uint32_t flip) {
  const sbnn_conv2d_borders* b = &s->borders;
  const int32_t kinds = b->row_classes * b->column_classes;
  uint32_t* out = s->constants;
  int32_t left = slices;
  for (; left > SLICED_AT_ONCE; left -= SLICED_AT_ONCE) {
    slice_classes(s, out);
    for (int32_t i = 0; i < kinds; ++i) s->kind_values[i] >>= SLICED_AT_ONCE;
    out += SLICED_AT_ONCE;
  }
  if (left <= 3) {
    slice_each_class(s, false, out);
  } else {
    slice_classes(s, out);
  }
  out += left - 1;
  for (int32_t i = 0; i < b->word_classes; ++i) {
    *out ^= flip;
    out += s->slices_room;
  }
}

/* Where the words of a band find what they start from: counters of the highest
 * level, for whole sums, behind the slices below it. */
SBNN_COLD void find_inits(state* s, int32_t words) {
  for (int32_t w = 0; w < words; ++w) {
    s->word_inits[w] =
        s->whole_window
            ? s->inits + w * s->slices_room
            : s->constants + s->borders.word_class[w] * s->slices_room;
    if (s->bits) continue;
    const int32_t lowest = s->params->domain.shift + 1;
    const int32_t levels = s->layout.levels;
    s->word_inits[w] += lowest + levels - 1;
    for (int32_t level = 0; level < levels - 1; ++level) {
      s->level_inits[level * words + w] =
          s->sums + w * s->slices_room + lowest + level;
    }
  }
}

#endif /* SBNN_CONV2D_BITS_CONSTANTS_H_ */
