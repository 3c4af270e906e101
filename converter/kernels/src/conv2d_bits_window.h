/* The sum over the whole window, times alpha_steps, for weights other than {0, 1};
 * a part of conv2d_bits.c. */
#ifndef SBNN_CONV2D_BITS_WINDOW_H_
#define SBNN_CONV2D_BITS_WINDOW_H_

#include <stdbool.h>
#include <string.h>

#include "conv2d_bits_constants.h"
#include "conv2d_bits_list.h"
#include "conv2d_bits_state.h"

/* inits = (window + constants) >> dropped, for each word; the last slice of a window is
 * its sign, and stands for all further ones. */
SBNN_HOT static void add_window(state* s, int32_t words, int32_t slices,
                                int32_t dropped) {
  const int32_t sign = s->window_slices - 1;
  const uint32_t* window = s->window;
  uint32_t* out = s->inits;
  for (int32_t w = 0; w < words; ++w) {
    const uint32_t* constant =
        s->constants + s->borders.word_class[w] * s->slices_room;
    const uint32_t* const last = window + sign;
    const uint32_t* from = window;
    uint32_t* to = out;
    uint32_t carry = 0;
    for (int32_t k = dropped; k > 0; --k) {
      carry = sbnn_full_add(&carry, *from, *constant++);
      if (from != last) ++from;
    }
    for (int32_t k = slices - dropped; k > 0; --k) {
      const uint32_t next = sbnn_full_add(&carry, *from, *constant++);
      if (from != last) ++from;
      *to++ = carry;
      carry = next;
    }
    window += s->window_slices;
    out += s->slices_room;
  }
}

/* The ones in the windows of the words of a band, where counters start. */
SBNN_HOT static void count_ones(state* s, const uint32_t* planes, int32_t words,
                                int32_t slices) {
  const int32_t fan_in = s->layout.group_in * s->layout.taps;
  uint32_t* const ones = s->inits + (s->word_inits[0] - s->inits);
  sbnn_plane_sums sums = {s->program, s->word_inits, slices};
  for (int32_t w = 0; w < words; ++w) {
    memset(ones + w * s->slices_room, 0, (size_t)slices * 4u);
  }
  for (int32_t level = s->layout.levels - 1; level >= 0; --level) {
    for (int32_t w = 0; w < words; ++w) {
      sbnn_double(ones + w * s->slices_room, slices);
    }
    for (int32_t done = 0; done < fan_in; done += s->list_room) {
      int32_t count = fan_in - done;
      if (count > s->list_room) count = s->list_room;
      for (int32_t i = 0; i < count; ++i) s->list[i] = (uint32_t)(done + i);
      place_connections(s, count, false);
      sbnn_plane_program(s->program, s->lists, slices, true);
      sbnn_plane_sums_of_words(&sums, planes + level * s->layout.level_words,
                               words, ones, s->slices_room);
    }
  }
}

/* The sums over the whole window, times alpha_steps, for the words of a band. With o
 * ones in a window of which v positions meet the image they are
 * alpha_steps * (2 o - v): o is multiplied by one addition for each bit of
 * alpha_steps, and taken off what it starts from if that is negative. Of several
 * levels, o are all of them and v is multiplied by what a channel weighs. */
SBNN_HOT static void sum_window(state* s, const uint32_t* planes,
                                int32_t words) {
  const sbnn_conv2d_borders* b = &s->borders;
  const int32_t alpha = s->params->domain.alpha_steps;
  const uint32_t factor = (uint32_t)sbnn_magnitude(alpha);
  const uint32_t flip = alpha < 0 ? ~0u : 0u; /* x - y = ~(~x + y) */
  const int32_t slices = slices_of_ones(s);

  int32_t* start = s->kind_values;
  for (int32_t i = 0; i < b->row_classes; ++i) {
    const int32_t rows = b->rows[i].behind - b->rows[i].first;
    for (int32_t j = 0; j < b->column_classes; ++j) {
      const int32_t columns = b->columns[j].behind - b->columns[j].first;
      *start++ = -alpha * s->weight * s->layout.group_in * rows * columns;
    }
  }
  slice_constants(s, s->window_slices, 0u);

  count_ones(s, planes, words, slices);
  uint32_t* out = s->window;
  for (int32_t w = 0; w < words; ++w) {
    const uint32_t* ones = s->word_inits[w];
    const uint32_t* from = s->constants + b->word_class[w] * s->slices_room;
    uint32_t* const end = out + s->window_slices;
    for (uint32_t* to = out; to != end; ++to) *to = *from++ ^ flip;
    uint32_t* lowest = out;
    for (uint32_t bits = factor; bits != 0u; bits >>= 1) {
      if (++lowest >= end) break;
      if ((bits & 1u) == 0u) continue;
      uint32_t carry = 0;
      for (uint32_t* to = lowest; to != end; ++to) {
        const int32_t k = (int32_t)(to - lowest);
        carry = sbnn_full_add(to, k < slices ? ones[k] : 0u, carry);
      }
    }
    for (uint32_t* to = out; to != end; ++to) *to ^= flip;
    out = end;
  }
}

#endif /* SBNN_CONV2D_BITS_WINDOW_H_ */
