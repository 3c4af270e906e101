/* What a convolution of bits keeps in scratch memory while it runs, and how many
 * slices its counters take; a part of conv2d_bits.c. */
#ifndef SBNN_CONV2D_BITS_STATE_H_
#define SBNN_CONV2D_BITS_STATE_H_

#include <stdbool.h>
#include <string.h>

#include "bit_slices.h"
#include "connection_stream.h"
#include "conv2d_borders.h"
#include "conv2d_layout.h"
#include "plane_sums.h"
#include "sbnn/conv2d.h"
#include "stream_sums.h"
#include "tap_rows.h"
#include "whole_numbers.h"

/* Slices that constants are cut into together. */
enum { SLICED_AT_ONCE = 8 };

typedef struct {
  const sbnn_conv2d_params* params;
  const sbnn_output* output;
  sbnn_conv2d_layout layout;
  sbnn_conv2d_borders borders;
  int32_t most;        /* connections of a channel */
  int32_t list_room;   /* entries of `list` */
  int32_t slices_room; /* slices of a constant, at most */
  bool bits;           /* sums of one plane are compared with one cut */
  bool whole_window;   /* alpha_steps is not 0 */
  uint32_t last_mask;  /* positions in a plane's last word */
  bool is_3x3;         /* the common window: find_starts_of_3x3 */
  bool is_in_rows;     /* and words are whole rows: conv2d_bits_rows.h */
  bool is_signed;
  bool by_tap; /* connections of a channel stand tap by tap */
  /* A channel's connections, and, of a signed kernel, those that add; what is made of
   * the lists; the program for them, which ends up where the first list was. */
  uint32_t* list;
  uint32_t* others;
  sbnn_plane_lists lists;
  sbnn_sign_reader signs;
  uint32_t* program;
  uint32_t*
      tap_bytes; /* layout.tap_at less what connections tap by tap count more */
  int32_t* tap_counts;  /* a channel's connections of each tap */
  int32_t* rectangles;  /* kernel_height + 1 rows of sums, and one to work in */
  int32_t* kind_values; /* a channel's constant for each kind of position */
  uint32_t* constants;  /* the same, bit-sliced, for each word class */
  uint32_t*
      row_constants[3]; /* those of the first word, inner ones, the last */
  uint32_t* inits;      /* constants + whole window, for each word */
  const uint32_t** word_inits; /* where each word's start is */
  /* Sums of all words, slices_room each, where they are not only compared, and where
   * the counters of each level but the highest start. */
  uint32_t* sums;
  const uint32_t** level_inits;
  int32_t weight;         /* of all planes of an input channel: 2^levels - 1 */
  int32_t largest_window; /* magnitude of A, at most */
  int32_t window_slices;
  uint32_t* window; /* A, window_slices slices for each word */
} state;

/* Slices in which c, from a start of -count - 1 to 0, cannot overflow. */
static int32_t slices_of_signs(int32_t count) {
  return count < 16 ? 5 : 1 + sbnn_bits_below((uint32_t)count + 1u);
}

/* The same for sums over a whole window. */
static int32_t slices_of_sums(int32_t count) {
  const int32_t slices = slices_of_signs(count);
  return slices < SBNN_LONG_SLICES ? SBNN_LONG_SLICES : slices;
}

/* The ones in a window, of which those of level i count 2^i. A channel's list, filled
 * up, is added at a time. */
static int32_t slices_of_ones(const state* s) {
  const int32_t fan_in = s->layout.group_in * s->layout.taps;
  return slices_of_sums((fan_in + s->list_room) * s->weight);
}

/* A sum over `count` connections, at most, in steps. */
static int64_t largest_sum(const state* s, int32_t count) {
  return s->largest_window +
         (((int64_t)s->weight * count) << s->params->domain.shift);
}

/* Slices of a sum less `from`. Counters, whose lowest slice is that of the
 * highest level, have SBNN_LONG_SLICES at least. */
static int32_t slices_of_whole_sums(const state* s, int32_t count,
                                    int64_t from) {
  const int32_t slices =
      sbnn_signed_bits(largest_sum(s, count) + sbnn_magnitude(from) + 1);
  const int32_t least =
      s->params->domain.shift + s->layout.levels + SBNN_LONG_SLICES;
  return slices < least ? least : slices;
}

/* Slices of A - T - 2^shift * v, of which the low shift + 1 are dropped. */
static int32_t slices_with_window(const state* s, int32_t count) {
  const sbnn_domain* d = &s->params->domain;
  const int64_t fan_in = (int64_t)s->layout.group_in * s->layout.taps;
  const int64_t most = 2 * sbnn_magnitude(d->alpha_steps) * fan_in +
                       ((int64_t)(count + 1) << (d->shift + 1)) + 1;
  const int32_t slices = sbnn_signed_bits(most);
  const int32_t least = SBNN_LONG_SLICES + d->shift + 1;
  return slices < least ? least : slices;
}

/* The largest number that sums of any channel start from. */
SBNN_COLD int64_t largest_origin(const state* s) {
  const sbnn_output* output = s->output;
  if (output->stage == SBNN_CUTS) return largest_sum(s, s->most) + 1;
  int64_t largest = 0;
  for (int32_t f = 0; output->stage == SBNN_STREAM && f < output->channels;
       ++f) {
    const int64_t origin =
        sbnn_magnitude(sbnn_shifts_of_stream(&output->by.stream, f).origin);
    if (origin > largest) largest = origin;
  }
  return largest;
}

/* Whether three kinds of positions see taps 1 and 2, all, and 0 and 1 along an axis. */
static bool are_common(const sbnn_tap_range* kinds, int32_t count) {
  return count == 3 && kinds[0].first == 1 && kinds[0].behind == 3 &&
         kinds[1].first == 0 && kinds[1].behind == 3 && kinds[2].first == 0 &&
         kinds[2].behind == 2;
}

SBNN_COLD void set_up(state* s, const sbnn_conv2d_params* p,
                      const sbnn_connections* kernel, const sbnn_output* output,
                      bool anywhere, sbnn_carver* carver) {
  memset(s, 0, sizeof(*s));
  s->params = p;
  s->output = output;
  s->bits = output->stage == SBNN_CUTS && output->by.cuts.count == 1 &&
            p->input_bits <= 1;
  s->whole_window = p->domain.alpha_steps != 0;
  const int32_t rest = p->out_height * p->out_width % 32;
  s->last_mask = rest == 0 ? 0xFFFFFFFFu : 0xFFFFFFFFu >> (32 - rest);
  s->most = kernel->most;
  sbnn_conv2d_lay_out(&s->layout, p, anywhere, carver);
  s->is_signed = kernel->is_signed != 0u;
  s->by_tap = p->tap_major != 0 || s->layout.taps == 1;
  s->weight = (1 << s->layout.levels) - 1;
  if (s->whole_window) {
    s->largest_window = (int32_t)sbnn_magnitude(p->domain.alpha_steps) *
                        s->layout.group_in * s->layout.taps * s->weight;
  }
  sbnn_conv2d_find_borders(&s->borders, p, &s->layout, carver);
  s->is_3x3 = carver->memory != NULL && p->kernel_height == 3 &&
              p->kernel_width == 3 &&
              are_common(s->borders.rows, s->borders.row_classes) &&
              are_common(s->borders.columns, s->borders.column_classes);

  s->list_room = (s->most + SBNN_STREAM_SLACK + 3) & ~3;
  const int32_t steps = sbnn_plane_steps(s->list_room, s->is_signed);
  const int32_t behind = 4 + (s->bits ? 0 : SBNN_END_ROOM);
  s->program = (uint32_t*)sbnn_carve(carver, steps + s->list_room + behind, 4u);
  s->list = s->program == NULL ? NULL : s->program + steps;
  s->others =
      (uint32_t*)sbnn_carve(carver, s->is_signed ? s->list_room : 0, 4u);
  s->tap_counts = (int32_t*)sbnn_carve(carver, s->layout.taps, 4u);
  s->rectangles = (int32_t*)sbnn_carve(
      carver, (int64_t)(p->kernel_height + 2) * p->kernel_width + 1, 4u);
  s->kind_values = (int32_t*)sbnn_carve(
      carver, (int64_t)s->borders.row_classes * s->borders.column_classes, 4u);
  /* One behind the last is read, too. */
  s->tap_bytes = (uint32_t*)sbnn_carve(carver, s->layout.taps + 1, 4u);
  s->slices_room =
      s->bits ? slices_of_signs(s->most + 3)
              : slices_of_whole_sums(s, s->most + 3, largest_origin(s));
  if (s->whole_window) {
    const int32_t more = slices_with_window(s, s->most + 3);
    const int32_t ones = slices_of_ones(s) + p->domain.shift + s->layout.levels;
    if (more > s->slices_room) s->slices_room = more;
    if (ones > s->slices_room) s->slices_room = ones;
  }
  s->slices_room =
      (s->slices_room + SLICED_AT_ONCE - 1) / SLICED_AT_ONCE * SLICED_AT_ONCE;
  if (s->whole_window) {
    s->window_slices = sbnn_signed_bits(s->largest_window);
    s->window = (uint32_t*)sbnn_carve(
        carver, (int64_t)s->layout.band_words * s->window_slices, 4u);
    s->inits = (uint32_t*)sbnn_carve(
        carver, (int64_t)s->layout.band_words * s->slices_room, 4u);
  }
  /* Of what has no place in a band, one more. */
  s->is_in_rows = (s->layout.way == SBNN_COPY_SHORT_ROWS ||
                   s->layout.way == SBNN_COPY_WORD_ROWS) &&
                  sbnn_is_3x3_in_the_middle(p) && p->pad_value == 0 &&
                  p->out_height > 2 && s->layout.words > 1;
  const int64_t classes = s->borders.word_classes + (s->is_in_rows ? 1 : 0);
  s->constants = (uint32_t*)sbnn_carve(carver, classes * s->slices_room, 4u);
  const int64_t summed = s->bits ? 0 : s->layout.band_words;
  s->sums = (uint32_t*)sbnn_carve(carver, summed * s->slices_room, 4u);
  s->level_inits = (const uint32_t**)sbnn_carve(
      carver, summed * (s->layout.levels - 1), SBNN_POINTER_BYTES);
  s->word_inits = (const uint32_t**)sbnn_carve(carver, s->layout.band_words,
                                               SBNN_POINTER_BYTES);
}

#endif /* SBNN_CONV2D_BITS_STATE_H_ */
