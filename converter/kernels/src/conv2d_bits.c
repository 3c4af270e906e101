/* Convolution of bit planes in bit-sliced arithmetic.
 *
 * For each band of output words the input planes are copied so that each tap
 * reads whole words (conv2d_layout.h). Then, for one output channel after
 * another, its connections are decoded into a list of byte offsets, and the
 * listed words are added up, 32 positions at a time (plane_sums.h).
 *
 * What counters start from is told in starts.h. For weights {0, 1} it takes one
 * value for each kind of position (conv2d_borders.h). Otherwise A, alpha_steps
 * times the sum over the whole window, is bit-sliced once for all channels of a
 * group, and added to the constants of each.
 *
 * Where more is wanted than whether a sum reaches one cut, the slices of the whole
 * sum are made (conv2d_bits_planes.h). */
#include "hot.h"

#include <stdbool.h>
#include <string.h>

#include "connection_stream.h"
#include "conv2d_bits_constants.h"
#include "conv2d_bits_list.h"
#include "conv2d_bits_planes.h"
#include "conv2d_bits_rows.h"
#include "conv2d_bits_state.h"
#include "conv2d_bits_window.h"
#include "plane_sums.h"
#include "sbnn/conv2d.h"
#include "sbnn/planes.h"

size_t sbnn_conv2d_bits_scratch_bytes(const sbnn_conv2d_params* params,
                                      const sbnn_connections* kernel,
                                      const sbnn_output* output) {
  size_t most = 0;
  state s;
  for (int32_t anywhere = 0; anywhere < 2; ++anywhere) {
    sbnn_carver carver = {NULL, 0};
    set_up(&s, params, kernel, output, anywhere != 0, &carver);
    if (sbnn_carved(&carver) > most) most = sbnn_carved(&carver);
  }
  return most;
}

/* Compares the sums of a channel with its threshold. Of `count` connections `net` are
 * left when those that subtract are taken from those that add. */
SBNN_HOT static void write_channel_bits(state* s, int32_t channel,
                                        int32_t count, int32_t net,
                                        bool count_taps, const uint32_t* planes,
                                        int32_t words, uint32_t* y) {
  const sbnn_domain* d = &s->params->domain;
  const uint32_t invert = sbnn_get_bit(s->output->by.cuts.flips, channel) - 1u;
  const int32_t most = s->largest_window + ((count + 1) << d->shift);
  const int32_t length = (count + 3) & ~3;
  const int32_t threshold = sbnn_limit(
      sbnn_integer(s->output->by.cuts.thresholds, channel), -most, most);
  const int32_t dropped = d->shift + 1;
  int32_t slices;
  if (s->whole_window) {
    slices = slices_with_window(s, length) - dropped;
  } else {
    slices = slices_of_signs(length);
  }
  const int32_t lower = sbnn_plane_program(s->program, s->lists, slices, false)
                        << dropped;
  sbnn_start_rule rule = {-threshold - lower, d->shift, 0, -1};
  if (s->whole_window) {
    find_starts(s, net, count_taps, rule);
    slice_constants(s, slices + dropped, invert);
    add_window(s, words, slices + dropped, dropped);
  } else {
    rule.drop = dropped;
    if (!s->is_signed) rule.any_sign = 0;
    find_sliced_starts(s, net, count_taps, rule, slices, invert);
  }
  const sbnn_plane_sums sums = {s->program, s->word_inits, slices};
  sbnn_plane_signs(&sums, planes, words, y);
}

/* The channel whose connections stand in `s->list`, for the words of a band. */
SBNN_HOT static void write_channel(state* s, int32_t f, int32_t count,
                                   bool count_taps, int32_t first,
                                   int32_t words, void* y) {
  const sbnn_conv2d_layout* layout = &s->layout;
  const int32_t net = place_connections(s, count, count_taps);
  uint32_t* const planes =
      (uint32_t*)y + f * s->output->face.planes * layout->words;
  if (s->bits) {
    write_channel_bits(s, f, count, net, count_taps, layout->copies, words,
                       planes + first);
  } else {
    if (s->weight > 1 && count_taps) {
      for (int32_t i = 0; i < layout->taps; ++i) s->tap_counts[i] *= s->weight;
    }
    switch (s->output->stage) {
      case SBNN_CUTS:
        write_cuts(s, f, count, net, count_taps, first, words, (uint32_t*)y);
        break;
      case SBNN_STREAM:
        write_stream_words(s, f, count, net, count_taps, first, words,
                           (uint32_t*)y);
        break;
      default:
        write_numbers(s, f, count, net, count_taps, first, words, y);
        return;
    }
  }
  if (first + words == layout->words && s->last_mask != 0xFFFFFFFFu) {
    for (int32_t i = 1; i <= s->output->face.planes; ++i) {
      planes[i * layout->words - 1] &= s->last_mask;
    }
  }
}

void sbnn_conv2d_bits(const sbnn_conv2d_params* p,
                      const sbnn_connections* kernel, const sbnn_output* output,
                      const uint32_t* x, void* y, void* scratch) {
  sbnn_carver carver = {(uint8_t*)scratch, 0};
  state s;
  set_up(&s, p, kernel, output, SBNN_LOADS_ANYWHERE != 0, &carver);
  const sbnn_conv2d_layout* layout = &s.layout;
  const sbnn_conv2d_borders* b = &s.borders;
  const bool count_taps =
      b->row_classes > 1 || b->column_classes > 1 ||
      b->rows[0].behind - b->rows[0].first < p->kernel_height ||
      b->columns[0].behind - b->columns[0].first < p->kernel_width;
  memset(s.rectangles, 0, (size_t)p->kernel_width * sizeof(int32_t));
  for (int32_t i = 0; i < layout->taps; ++i) {
    const uint32_t before = s.by_tap ? (uint32_t)(i * layout->group_in) : 0u;
    s.tap_bytes[i] =
        layout->tap_at[i] - 4u * before * (uint32_t)layout->channel_words;
  }
  for (int32_t first = 0; first < layout->words; first += layout->band_words) {
    const int32_t words = layout->words - first < layout->band_words
                              ? layout->words - first
                              : layout->band_words;
    sbnn_conv2d_sort_words(&s.borders, p, first, words);
    find_inits(&s, words);
#ifndef SBNN_MVE
    if (s.is_in_rows) find_row_constants(&s, first, words);
#else
    s.lists.words = words;
    s.lists.planes =
        layout->copies + (layout->levels - 1) * layout->level_words;
#endif
    sbnn_connection_stream stream;
    sbnn_open_stream(&stream, kernel);
    sbnn_open_signs(&s.signs, kernel);
    for (int32_t f = 0; f < p->out_channels; ++f) {
      const int32_t group = f / layout->group_out;
      if (f % layout->group_out == 0) {
        sbnn_conv2d_copy_planes(layout, p, x, group, first, words);
        if (s.whole_window) sum_window(&s, layout->copies, words);
      }
      if (count_taps && !s.by_tap) {
        memset(s.tap_counts, 0, (size_t)layout->taps * sizeof(int32_t));
      }
      const int32_t count = sbnn_stream_places(
          &stream, (uint32_t)(layout->group_in * layout->taps), s.list);
      write_channel(&s, f, count, count_taps, first, words, y);
    }
  }
}
