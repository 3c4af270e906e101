/* Whole sums of a convolution of bits, and what is made of them: activations of
 * several bits, streams, numbers; a part of conv2d_bits.c.
 *
 * With c_i ones among the connections on level i, M = 2^levels - 1, v and A as in
 * starts.h, a sum less what it is compared with is
 *
 *     D = sum - T = 2^(shift + 1) * (c_0 + 2 c_1 + 4 c_2 + ...)
 *                   + (A - T - 2^shift * M * v).
 *
 * The last term is sliced for each kind of position. Its low shift + 1 slices are
 * those of D; the counters start from the others. The highest level is added
 * first, from its own slice on, then each lower one a slice below: the same list
 * of connections serves all.
 *
 * Cuts: T is the middle one, so that D's sign answers it; D is compared with the
 * distances of the others. The bits of the number of cuts that are reached are
 * XORs of the answers: bit i of it changes at every 2^i-th cut.
 *
 * Streams: with a multiplier 2^a and f = output_shift - a >= 0,
 *
 *     (sum * 2^a + offset) >> output_shift = (sum + (offset >> a)) >> f,
 *
 * the slices of D from f on, where T = -(offset >> a). For -2^a it is
 * -(sum - (offset >> a)), and -x = ~(x - 1): T = (offset >> a) + 1, and all slices
 * are inverted. If f < 0, sums go up by -f slices instead, and the low ones are
 * those of offset >> output_shift. */
#ifndef SBNN_CONV2D_BITS_PLANES_H_
#define SBNN_CONV2D_BITS_PLANES_H_

#include "conv2d_bits_constants.h"
#include "conv2d_bits_ends_mve.h"
#include "conv2d_bits_rows.h"
#include "conv2d_bits_state.h"
#include "conv2d_bits_stream.h"
#include "conv2d_bits_window.h"
#include "plane_sums.h"
#include "sbnn/planes.h"
#include "stream_sums.h"
#include "unslice.h"

/* The slices of D, the sums of a channel less `origin`, for the words of a band, in
 * s->sums; their number is returned. If there is a program for `end`, that is done
 * instead, and 0 is returned. Of `count` connections `net` are left when those that
 * subtract are taken from those that add. */
SBNN_HOT static int32_t sum_words(state* s, int32_t count, int32_t net,
                                  bool count_taps, int32_t words,
                                  int32_t origin, sbnn_plane_end* end) {
  const sbnn_conv2d_layout* layout = &s->layout;
  const int32_t lowest = s->params->domain.shift + 1;
  const int32_t slices = slices_of_whole_sums(s, count, origin);
  int32_t level = layout->levels - 1;
  const int32_t below = lowest + level;
  const uint32_t* planes = layout->copies + level * layout->level_words;
  sbnn_plane_sums sums = {s->program, s->word_inits, slices - below};
  bool ends = false;
  if (end != NULL && lowest == 1) {
    end->levels = layout->levels;
    end->slices = slices;
    ends = sbnn_plane_ends(end, s->lists);
  }
  const int32_t lower =
      (ends ? sbnn_plane_end_program(s->program, s->lists, end, planes)
            : sbnn_plane_program(s->program, s->lists, sums.slices, true)) *
      s->weight;
  const sbnn_start_rule rule = {-origin - (lower << lowest),
                                s->params->domain.shift, 0, -1};
  find_sliced_starts(s, net * s->weight, count_taps, rule, slices, 0u);
  if (s->whole_window) add_window(s, words, slices, 0);
  if (ends) {
    sbnn_plane_run(&sums, planes, words, layout->level_words);
    return 0;
  }

  uint32_t* to = s->sums;
  for (int32_t w = 0; w < words; ++w, to += s->slices_room) {
    const uint32_t* from = s->word_inits[w] - below;
    for (int32_t i = 0; i < below; ++i) to[i] = from[i];
  }
  for (;;) {
    sbnn_plane_sums_of_words(&sums, planes, words, s->sums + lowest + level,
                             s->slices_room);
    if (level == 0) return slices;
    --level;
    sums.init = s->level_inits + level * words;
    ++sums.slices;
    planes -= layout->level_words;
  }
}

#ifndef SBNN_MVE
/* Where sliced numbers are at least `least`, which is 1 or more; slices are XORed with
 * `invert`, and the sign is not looked at. */
SBNN_INLINE uint32_t reaches(const uint32_t* sum, const uint32_t* sign,
                             uint32_t least, uint32_t invert) {
  const uint32_t lowest = sbnn_trailing_zeros(least);
  sum += lowest;
  least >>= lowest;
  uint32_t out = *sum++ ^ invert;
  while (sum != sign) {
    const uint32_t slice = *sum++ ^ invert;
    least >>= 1;
    out = (least & 1u) != 0u ? out & slice : out | slice;
  }
  return out;
}

/* Where D, whose sign slice is *sign, is at least `distance`, which is not 0. */
SBNN_INLINE uint32_t compare(const uint32_t* sum, const uint32_t* sign,
                             int32_t distance) {
  if (distance > 0) return ~*sign & reaches(sum, sign, (uint32_t)distance, 0u);
  /* D >= -d unless ~D = -D - 1 >= d. */
  return ~(*sign & reaches(sum, sign, (uint32_t)-distance, 0xFFFFFFFFu));
}
#endif

SBNN_HOT static void write_cuts(state* s, int32_t f, int32_t count, int32_t net,
                                bool count_taps, int32_t first, int32_t words,
                                uint32_t* y) {
  const sbnn_output* output = s->output;
  const int32_t cuts = output->by.cuts.count, planes = output->face.planes;
  const uint32_t flip = 0u - sbnn_get_bit(output->by.cuts.flips, f);
  const int32_t most = (int32_t)largest_sum(s, count) + 1;
  const int32_t pitch = s->layout.words;
  int32_t distances[1 << SBNN_MAX_ACTIVATION_BITS];
  sbnn_copy_integers(output->by.cuts.thresholds, f * cuts, cuts, distances);
  const int32_t origin = sbnn_limit(distances[cuts / 2], -most, most);
  for (int32_t i = 0; i < cuts; ++i) {
    distances[i] = sbnn_limit(distances[i], -most, most) - origin;
  }
  y += f * planes * pitch + first;
  sbnn_plane_end end = {.y = y,
                        .planes = planes,
                        .pitch = pitch,
                        .up = distances[cuts - 1],
                        .down = -distances[0],
                        .flip = flip};
  const int32_t slices =
      sum_words(s, count, net, count_taps, words, origin, &end);
  if (slices == 0) return;
#ifdef SBNN_MVE
  sbnn_cut_words_mve(s->sums, slices, s->slices_room, distances, cuts, planes,
                     flip, y, pitch, words);
#else
  const uint32_t* sum = s->sums;
  for (int32_t w = 0; w < words; ++w, ++y, sum += s->slices_room) {
    const uint32_t* sign = sum + slices - 1;
    if (planes == 2 && end.up == end.down && end.up != 0) {
      /* The lower bit is that of the magnitude, turned below the middle. */
      y[0] = reaches(sum, sign, (uint32_t)end.up, *sign) ^ *sign ^ flip;
      y[pitch] = ~*sign ^ flip;
      continue;
    }
    uint32_t bits[SBNN_MAX_ACTIVATION_BITS] = {flip, flip, flip, flip};
    for (int32_t i = 0; i < cuts; ++i) {
      const uint32_t there =
          distances[i] == 0 ? ~*sign : compare(sum, sign, distances[i]);
      for (int32_t k = 0; k < planes && ((i + 1) & ((1 << k) - 1)) == 0; ++k) {
        bits[k] ^= there;
      }
    }
    for (int32_t k = 0; k < planes; ++k) y[k * pitch] = bits[k];
  }
#endif
}

SBNN_HOT static void write_stream_words(state* s, int32_t f, int32_t count,
                                        int32_t net, bool count_taps,
                                        int32_t first, int32_t words,
                                        uint32_t* y) {
  const sbnn_output* output = s->output;
  const sbnn_stream_shifts by = sbnn_shifts_of_stream(&output->by.stream, f);
  const int32_t planes = output->face.planes, pitch = s->layout.words;
  const int32_t at = f * planes * pitch + first;
  const uint32_t* stream = output->by.stream.before;
  y += at;
  const bool begins = stream == NULL;
  stream = begins ? y : stream + at;
  const int32_t all = slices_of_whole_sums(s, count, by.origin);
  const int32_t dropped = by.right < all ? by.right : all - 1;
  sbnn_plane_end end = {.y = y,
                        .planes = planes,
                        .pitch = pitch,
                        .stream = stream,
                        .dropped = dropped,
                        .is_inverted = by.inverted != 0u};
  const int32_t slices = sum_words(s, count, net, count_taps, words, by.origin,
                                   by.left == 0 && !begins ? &end : NULL);
  if (slices == 0) return;
  const sbnn_stream_sum sum = {
      planes,           pitch,         by.left, by.low, slices - dropped,
      0u - by.inverted, s->slices_room};
  if (begins && by.left == 0) {
    sbnn_begin_with(&sum, s->sums + dropped, y, words);
    return;
  }
  if (begins) sbnn_begin_stream(y, planes, pitch, words);
#ifdef SBNN_MVE
  if (sum.left == 0 && sum.slices <= planes) {
    sbnn_add_to_stream_mve(&sum, s->sums + dropped, stream, y, words);
    return;
  }
#endif
  sbnn_add_to_stream(&sum, s->sums + dropped, stream, y, words);
}

/* Numbers that a byte holds are few: what the output stage makes of each of them, from
 * -most to `most`, stands in a table. */
SBNN_NOINLINE void fill_table(const sbnn_scale* scale, int32_t f, int32_t most,
                              int8_t table[256]) {
  const int32_t step = scale->multipliers[f];
  int64_t scaled = scale->offsets[f] - (int64_t)step * most;
  for (int32_t n = -most; n <= most; ++n, scaled += step) {
    int64_t y = scaled >> scale->shift;
    if (y > INT8_MAX) y = INT8_MAX;
    if (y < INT8_MIN) y = INT8_MIN;
    table[(uint8_t)n] = (int8_t)y;
  }
}

/* Writes the 32 numbers of a word as int8, `step` bytes apart, through a table. */
SBNN_HOT static void write_by_table(const uint32_t* sliced, int32_t slices,
                                    const int8_t* table, int8_t* y,
                                    int32_t step) {
  uint32_t bytes[8];
  sbnn_unslice_bytes(sliced, slices, bytes);
  const int32_t eight = 8 * step;
  for (const uint32_t* at = bytes; at != bytes + 8; ++at) {
    const uint32_t four = *at; /* eight positions apart */
    *y = table[four & 0xFFu];
    y += eight;
    *y = table[(four >> 8) & 0xFFu];
    y += eight;
    *y = table[(four >> 16) & 0xFFu];
    y += eight;
    *y = table[four >> 24];
    y += step - 3 * eight;
  }
}

/* Hands the sums of a channel to the output stage, 32 positions at a time. */
SBNN_HOT static void write_numbers(state* s, int32_t f, int32_t count,
                                   int32_t net, bool count_taps, int32_t first,
                                   int32_t words, void* y) {
  const int32_t positions = s->params->out_height * s->params->out_width;
  const int32_t slices = sum_words(s, count, net, count_taps, words, 0, NULL);
  const int32_t step = s->output->channels;
  const int64_t most = largest_sum(s, count);
  const bool by_table = s->output->face.kind == SBNN_INT8_NUMBERS &&
                        most <= INT8_MAX && words >= 4;
  int8_t table[256];
  if (by_table) fill_table(&s->output->by.scale, f, (int32_t)most, table);
  int32_t numbers[32];
  for (int32_t w = 0; w < words; ++w) {
    const uint32_t* sliced = s->sums + w * s->slices_room;
    const int32_t at = 32 * (first + w);
    if (by_table && positions - at >= 32) {
      write_by_table(sliced, slices, table, (int8_t*)y + at * step + f, step);
      continue;
    }
    sbnn_unslice(sliced, slices, numbers);
    sbnn_write_sums(s->output, f, at, numbers,
                    positions - at < 32 ? positions - at : 32, y);
  }
}

#endif /* SBNN_CONV2D_BITS_PLANES_H_ */
