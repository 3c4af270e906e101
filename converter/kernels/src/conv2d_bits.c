/* Convolution of bit planes in bit-sliced arithmetic.
 *
 * For each band of output words the input planes are copied so that each tap
 * reads whole words (conv2d_layout.h). Then, for one output channel after
 * another, its connections are decoded into a list of byte offsets, and the
 * listed words are added up, 32 positions at a time (plane_sums.h).
 *
 * What the sum is compared with.  Let c be the ones among a position's
 * connections and v the connections that meet the image (conv2d_borders.h). In
 * steps of 2^-shift (domain.h) the sum over the connections is
 * 2^shift * (2 c - v). With A, alpha_steps times the sum over the whole window,
 * a threshold T is reached if
 *
 *     2^shift * (2 c - v) + A >= T
 *     c + floor((A - T - 2^shift * v) / 2^(shift + 1)) >= 0
 *
 * The counters start at the second term and the sign of the result is the
 * answer. For weights {0, 1} A is 0, and the term takes one value for each kind
 * of position. Otherwise A is bit-sliced once for all channels of a group; the
 * constant -T - 2^shift * v is added to it with full adders and the low
 * shift + 1 slices are dropped.
 *
 * Where the sums themselves are wanted, counters start at floor(-v / 2) and the
 * lowest bit of -v is appended as one more slice: that makes 2 c - v. */
#include "hot.h"

#include <stdbool.h>
#include <string.h>

#include "bit_slices.h"
#include "connection_stream.h"
#include "conv2d_borders.h"
#include "conv2d_layout.h"
#include "plane_sums.h"
#include "sbnn/conv2d.h"
#include "sbnn/planes.h"
#include "unslice.h"

/* Slices that constants are cut into together. */
enum { SLICED_AT_ONCE = 7 };

typedef struct {
  const sbnn_conv2d_params* params;
  const sbnn_output* output;
  sbnn_conv2d_layout layout;
  sbnn_conv2d_borders borders;
  int32_t most;         /* connections of a channel */
  int32_t list_room;    /* entries of `list` */
  int32_t slices_room;  /* slices of a constant, at most */
  bool bits;            /* sums are compared, not written out */
  bool whole_window;    /* alpha_steps is not 0 */
  uint32_t* list;
  uint32_t* tap_bytes;  /* layout.tap_at in bytes */
  int32_t* tap_counts;  /* a channel's connections of each tap */
  int32_t* rectangles;  /* kernel_height + 1 rows of sums, and one to work in */
  int32_t* kind_values; /* a channel's constant for each kind of position */
  uint32_t* constants;  /* the same, bit-sliced, for each word class */
  uint32_t* inits;      /* constants + whole window, for each word */
  const uint32_t** word_inits; /* where each word's start is */
  int32_t largest_window; /* magnitude of A, at most */
  int32_t window_slices;
  uint32_t* window; /* A, window_slices slices for each word */
} state;

/* Bits of a two's complement number of magnitude <= `most`. */
static int32_t signed_bits(int64_t most) {
  int32_t bits = 1;
  while (most > 0) {
    most >>= 1;
    ++bits;
  }
  return bits;
}

static int64_t magnitude(int64_t x) { return x < 0 ? -x : x; }

/* Slices in which c, from a start of -count - 1 to 0, cannot overflow. */
static int32_t slices_of_signs(int32_t count) {
  return count < 16 ? 5 : 1 + sbnn_bits_below((uint32_t)count + 1u);
}

/* The same where all of them are wanted. */
static int32_t slices_of_sums(int32_t count) {
  const int32_t slices = slices_of_signs(count);
  return slices < SBNN_LONG_SLICES ? SBNN_LONG_SLICES : slices;
}

/* Slices of A - T - 2^shift * v, of which the low shift + 1 are dropped. */
static int32_t slices_with_window(const state* s, int32_t count) {
  const sbnn_domain* d = &s->params->domain;
  const int64_t fan_in = (int64_t)s->layout.group_in * s->layout.taps;
  const int64_t most = 2 * magnitude(d->alpha_steps) * fan_in +
                       ((int64_t)(count + 1) << (d->shift + 1)) + 1;
  const int32_t slices = signed_bits(most);
  const int32_t least = SBNN_LONG_SLICES + d->shift + 1;
  return slices < least ? least : slices;
}

SBNN_COLD void set_up(state* s, const sbnn_conv2d_params* p,
                   const sbnn_connections* kernel, const sbnn_output* output,
                   sbnn_carver* carver) {
  memset(s, 0, sizeof(*s));
  s->params = p;
  s->output = output;
  s->bits = output->stage == SBNN_CUTS;
  s->whole_window = p->domain.alpha_steps != 0;
  s->most = kernel->most;
  sbnn_conv2d_lay_out(&s->layout, p, carver);
  sbnn_conv2d_find_borders(&s->borders, p, &s->layout, carver);

  s->list_room = (s->most + SBNN_STREAM_SLACK + 3) & ~3;
  s->list = (uint32_t*)sbnn_carve(carver, s->list_room, 4u);
  s->tap_counts = (int32_t*)sbnn_carve(carver, s->layout.taps, 4u);
  s->rectangles = (int32_t*)sbnn_carve(
      carver, (int64_t)(p->kernel_height + 2) * p->kernel_width + 1, 4u);
  s->kind_values = (int32_t*)sbnn_carve(
      carver, (int64_t)s->borders.row_classes * s->borders.column_classes, 4u);
  s->tap_bytes = (uint32_t*)sbnn_carve(carver, s->layout.taps, 4u);
  s->slices_room = s->bits ? slices_of_signs(s->most + 3)
                           : slices_of_sums(s->most + 3) + 1;
  if (s->whole_window) {
    const int32_t more = slices_with_window(s, s->most + 3);
    if (more > s->slices_room) s->slices_room = more;
  }
  s->slices_room =
      (s->slices_room + SLICED_AT_ONCE - 1) / SLICED_AT_ONCE * SLICED_AT_ONCE;
  if (s->whole_window) {
    const int32_t fan_in = s->layout.group_in * s->layout.taps;
    s->largest_window =
        (int32_t)magnitude(p->domain.alpha_steps) * fan_in;
    s->window_slices = signed_bits(s->largest_window);
    s->window = (uint32_t*)sbnn_carve(
        carver, (int64_t)s->layout.band_words * s->window_slices, 4u);
    if (s->bits) {
      s->inits = (uint32_t*)sbnn_carve(
          carver, (int64_t)s->layout.band_words * s->slices_room, 4u);
    }
  }
  s->constants = (uint32_t*)sbnn_carve(
      carver, (int64_t)s->borders.word_classes * s->slices_room, 4u);
  s->word_inits = (const uint32_t**)sbnn_carve(carver, s->layout.band_words,
                                               SBNN_POINTER_BYTES);
}

size_t sbnn_conv2d_bits_scratch_bytes(const sbnn_conv2d_params* params,
                                const sbnn_connections* kernel,
                                const sbnn_output* output) {
  sbnn_carver carver = {NULL, 0};
  state s;
  set_up(&s, params, kernel, output, &carver);
  return sbnn_carved(&carver);
}

#if defined(__GNUC__) && !defined(__clang__)
#define UNROLLED _Pragma("GCC unroll 4")
#else
#define UNROLLED
#endif

/* Turns connections into the byte offsets of their copies and, if positions
 * differ in their number of connections, counts the connections of each tap.
 * Fills the list up to whole fours; returns its length. */
static int32_t place_connections(state* s, int32_t count, bool count_taps) {
  const uint32_t taps = (uint32_t)s->layout.taps;
  const uint32_t channel_bytes = 4u * (uint32_t)s->layout.channel_words;
  const uint32_t* tap_bytes = s->tap_bytes;
  int32_t* counts = s->tap_counts;
  uint32_t* list = s->list;
  uint32_t* end = list + count;
  /* index / taps through a rounded-up reciprocal: exact below 2^32 / taps. */
  const uint32_t reciprocal = 0xFFFFFFFFu / taps + 1u;
  if (taps == 1u || (uint64_t)s->layout.group_in * taps * taps >= 0xFFFFFFFFu) {
    for (; list != end; ++list) {
      const uint32_t tap = *list % taps;
      ++counts[tap];
      *list = *list / taps * channel_bytes + tap_bytes[tap];
    }
  } else if (count_taps) {
    UNROLLED
    for (; list != end; ++list) {
      const uint32_t c = (uint32_t)((uint64_t)*list * reciprocal >> 32);
      const uint32_t tap = *list - c * taps;
      ++counts[tap];
      *list = c * channel_bytes + tap_bytes[tap];
    }
  } else {
    for (; list != end; ++list) {
      const uint32_t c = (uint32_t)((uint64_t)*list * reciprocal >> 32);
      *list = c * channel_bytes + tap_bytes[*list - c * taps];
    }
  }
  const uint32_t zeros = 4u * s->layout.zeros;
  do {
    if (end != s->list && ((end - s->list) & 3) == 0) break;
    *end++ = zeros;
  } while (true);
  return (int32_t)(end - s->list);
}

/* What a kind of position starts from, given its connections v:
 * (from - v * 2^shift) >> drop, and 0 if that is positive and `any_sign` is 0. */
typedef struct {
  int32_t from, shift, drop, any_sign;
} start_rule;

SBNN_INLINE int32_t start_of(start_rule rule, int32_t v) {
  const int32_t value = (rule.from - (v << rule.shift)) >> rule.drop;
  return value & ((value >> 31) | rule.any_sign);
}

/* The start of each kind of position, from the counts of the taps: the taps of a
 * kind are a rectangle. Sums over rows of taps come from a table whose row ky is
 * the sum of the tap rows before ky; sums over their columns are done in place. */
static void find_starts(const state* s, int32_t count, bool count_taps,
                        start_rule rule) {
  const sbnn_conv2d_borders* b = &s->borders;
  const int32_t width = s->params->kernel_width;
  int32_t* out = s->kind_values;
  if (!count_taps) {
    *out = start_of(rule, count);
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
      *out++ = start_of(rule, columns[c->behind] - columns[c->first]);
    }
  }
}

/* Bit-slices the starts of a word class, SLICED_AT_ONCE slices. */
SBNN_INLINE void slice_class(const int32_t* values, const sbnn_kind_bits* kind,
                             const sbnn_kind_bits* end, uint32_t* out) {
  uint32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0, a6 = 0;
  do { /* masks do not overlap: sums do for ORs */
    const uint32_t mask = kind->mask;
    const uint32_t bits = (uint32_t)values[kind->kind];
    a0 += mask * (bits & 1u);
    a1 += mask * ((bits >> 1) & 1u);
    a2 += mask * ((bits >> 2) & 1u);
    a3 += mask * ((bits >> 3) & 1u);
    a4 += mask * ((bits >> 4) & 1u);
    a5 += mask * ((bits >> 5) & 1u);
    a6 += mask * ((bits >> 6) & 1u);
  } while (++kind != end);
  out[0] = a0;
  out[1] = a1;
  out[2] = a2;
  out[3] = a3;
  out[4] = a4;
  out[5] = a5;
  out[6] = a6;
}

/* The same for a few slices. */
SBNN_INLINE void slice_class_thinly(const int32_t* values,
                                    const sbnn_kind_bits* kind,
                                    const sbnn_kind_bits* end, uint32_t* out) {
  uint32_t a0 = 0, a1 = 0, a2 = 0;
  do {
    const uint32_t mask = kind->mask;
    const uint32_t bits = (uint32_t)values[kind->kind];
    a0 += mask * (bits & 1u);
    a1 += mask * ((bits >> 1) & 1u);
    a2 += mask * ((bits >> 2) & 1u);
  } while (++kind != end);
  out[0] = a0;
  out[1] = a1;
  out[2] = a2;
}

/* Bit-slices the kinds' starts for each word class, `slices` slices each. The top
 * slice is XORed with `flip`. Changes the starts if slices > SLICED_AT_ONCE. */
static void slice_constants(const state* s, int32_t slices, uint32_t flip) {
  const sbnn_conv2d_borders* b = &s->borders;
  const int32_t kinds = b->row_classes * b->column_classes;
  uint32_t* out = s->constants;
  for (int32_t left = slices; left > 0; left -= SLICED_AT_ONCE) {
    uint32_t* to = out;
    const sbnn_kind_bits* kind = b->kind_bits;
    const int32_t* behind = b->class_at;
    for (int32_t i = b->word_classes; i != 0; --i) {
      const sbnn_kind_bits* const end = b->kind_bits + *++behind;
      if (left <= 3) {
        slice_class_thinly(s->kind_values, kind, end, to);
      } else {
        slice_class(s->kind_values, kind, end, to);
      }
      if (left <= SLICED_AT_ONCE) to[left - 1] ^= flip;
      to += s->slices_room;
      kind = end;
    }
    if (left > SLICED_AT_ONCE) {
      for (int32_t i = 0; i < kinds; ++i) s->kind_values[i] >>= SLICED_AT_ONCE;
    }
    out += SLICED_AT_ONCE;
  }
}

/* Where the words of a band find what they start from. */
SBNN_COLD void find_inits(state* s, int32_t words) {
  const bool own = s->whole_window && s->bits;
  for (int32_t w = 0; w < words; ++w) {
    s->word_inits[w] =
        own ? s->inits + w * s->slices_room
            : s->constants + s->borders.word_class[w] * s->slices_room +
                  (s->bits ? 0 : 1);
  }
}

/* inits = (window + constants) >> dropped, for each word. */
static void add_window(state* s, int32_t words, int32_t slices,
                       int32_t dropped) {
  for (int32_t w = 0; w < words; ++w) {
    uint32_t* out = s->inits + w * s->slices_room;
    const uint32_t* constant = s->constants + s->borders.word_class[w] * s->slices_room;
    const uint32_t* window = s->window + w * s->window_slices;
    uint32_t carry = 0;
    for (int32_t k = 0; k < slices; ++k) {
      const uint32_t a =
          window[k < s->window_slices ? k : s->window_slices - 1];
      const uint32_t next = sbnn_full_add(&carry, a, constant[k]);
      if (k >= dropped) *out++ = carry;
      carry = next;
    }
  }
}

/* The sums over the whole window, times alpha_steps, for the words of a band. With o
 * ones in a window of which v positions meet the image they are
 * alpha_steps * (2 o - v): o is multiplied by one addition for each bit of
 * alpha_steps, and taken off what it starts from if that is negative. */
static void sum_window(state* s, const uint32_t* planes, int32_t words) {
  const sbnn_conv2d_borders* b = &s->borders;
  const int32_t alpha = s->params->domain.alpha_steps;
  const uint32_t factor = (uint32_t)magnitude(alpha);
  const uint32_t flip = alpha < 0 ? ~0u : 0u; /* x - y = ~(~x + y) */
  const uint32_t fan_in = (uint32_t)(s->layout.group_in * s->layout.taps);
  const int32_t slices = slices_of_sums((int32_t)fan_in + s->list_room);
  uint32_t ones[SBNN_MAX_SLICES];
  uint32_t zeros[SBNN_MAX_SLICES];
  const uint32_t* const from_zero = zeros;
  const uint32_t* const from_ones = ones;
  memset(zeros, 0, sizeof(zeros));

  int32_t* start = s->kind_values;
  for (int32_t i = 0; i < b->row_classes; ++i) {
    const int32_t rows = b->rows[i].behind - b->rows[i].first;
    for (int32_t j = 0; j < b->column_classes; ++j) {
      const int32_t columns = b->columns[j].behind - b->columns[j].first;
      *start++ = -alpha * s->layout.group_in * rows * columns;
    }
  }
  slice_constants(s, s->window_slices, 0u);

  uint32_t* out = s->window;
  for (int32_t w = 0; w < words; ++w) {
    sbnn_plane_sums sums = {s->list, 0, &from_zero, slices};
    uint32_t done = 0;
    do {
      uint32_t count = fan_in - done;
      if (count > (uint32_t)s->list_room) count = (uint32_t)s->list_room;
      for (uint32_t i = 0; i < count; ++i) s->list[i] = done + i;
      sums.count = place_connections(s, (int32_t)count, false);
      sbnn_plane_slices(&sums, planes + w, 0, ones);
      sums.init = &from_ones;
      done += count;
    } while (done < fan_in);
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

/* Compares the sums of a channel with its threshold. `count` connections stand
 * in a list of `length`. */
static void write_bits(state* s, int32_t channel, int32_t count, int32_t length,
                       bool count_taps, const uint32_t* planes, int32_t words,
                       uint32_t* y) {
  const sbnn_domain* d = &s->params->domain;
  const uint32_t invert = sbnn_get_bit(s->output->by.cuts.flips, channel) - 1u;
  const int32_t most = s->largest_window + ((count + 1) << d->shift);
  int32_t threshold = s->output->by.cuts.thresholds[channel];
  if (threshold > most) threshold = most;
  if (threshold < -most) threshold = -most;

  sbnn_plane_sums sums = {s->list, length, s->word_inits, 0};
  start_rule rule = {-threshold, d->shift, 0, -1};
  if (s->whole_window) {
    const int32_t slices = slices_with_window(s, length);
    const int32_t dropped = d->shift + 1;
    find_starts(s, count, count_taps, rule);
    slice_constants(s, slices, invert);
    add_window(s, words, slices, dropped);
    sums.slices = slices - dropped;
  } else {
    rule.drop = d->shift + 1;
    rule.any_sign = 0;
    find_starts(s, count, count_taps, rule);
    sums.slices = slices_of_signs(length);
    slice_constants(s, sums.slices, invert);
  }
  sbnn_plane_signs(&sums, planes, words, y);
}

/* Hands the sums of a channel to the output stage, 32 positions at a time. */
static void write_numbers(state* s, int32_t channel, int32_t count,
                          int32_t length, bool count_taps,
                          const uint32_t* planes, int32_t first, int32_t words,
                          void* y) {
  const sbnn_conv2d_params* p = s->params;
  const int32_t positions = p->out_height * p->out_width;
  const start_rule minus_v = {0, 0, 0, -1};
  find_starts(s, count, count_taps, minus_v);
  const sbnn_plane_sums sums = {s->list, length, s->word_inits,
                                slices_of_sums(length)};
  slice_constants(s, sums.slices + 1, 0u);
  uint32_t sliced[SBNN_MAX_SLICES + 1];
  int32_t numbers[32];
  int32_t window[32];
  for (int32_t w = 0; w < words; ++w) {
    sliced[0] = s->word_inits[w][-1];
    sbnn_plane_slices(&sums, planes + w, w, sliced + 1);
    sbnn_unslice(sliced, sums.slices + 1, numbers);
    for (int32_t i = 0; i < 32; ++i) {
      numbers[i] = numbers[i] * (1 << p->domain.shift);
    }
    if (s->whole_window) {
      sbnn_unslice(s->window + w * s->window_slices, s->window_slices,
                   window);
      for (int32_t i = 0; i < 32; ++i) numbers[i] += window[i];
    }
    const int32_t at = 32 * (first + w);
    sbnn_write_sums(s->output, channel, at, numbers,
                    positions - at < 32 ? positions - at : 32, y);
  }
}

void sbnn_conv2d_bits(const sbnn_conv2d_params* p,
                          const sbnn_connections* kernel,
                          const sbnn_output* output, const uint32_t* x,
                          void* y, void* scratch) {
  sbnn_carver carver = {(uint8_t*)scratch, 0};
  state s;
  set_up(&s, p, kernel, output, &carver);
  const sbnn_conv2d_layout* layout = &s.layout;
  const sbnn_conv2d_borders* b = &s.borders;
  const bool count_taps =
      b->row_classes > 1 || b->column_classes > 1 ||
      b->rows[0].behind - b->rows[0].first < p->kernel_height ||
      b->columns[0].behind - b->columns[0].first < p->kernel_width;
  const int32_t positions = p->out_height * p->out_width;
  const int32_t rest = positions % 32;
  const uint32_t last_mask = rest == 0 ? ~0u : 0xFFFFFFFFu >> (32 - rest);

  memset(s.rectangles, 0, (size_t)p->kernel_width * sizeof(int32_t));
  for (int32_t i = 0; i < layout->taps; ++i) {
    s.tap_bytes[i] = 4u * layout->tap_at[i];
  }
  for (int32_t first = 0; first < layout->words;
       first += layout->band_words) {
    const int32_t words = layout->words - first < layout->band_words
                              ? layout->words - first
                              : layout->band_words;
    sbnn_conv2d_sort_words(&s.borders, p, first, words);
    find_inits(&s, words);
    sbnn_connection_stream stream;
    sbnn_open_stream(&stream, kernel);
    for (int32_t f = 0; f < p->out_channels; ++f) {
      const int32_t group = f / layout->group_out;
      const uint32_t* planes = layout->copies;
      if (f % layout->group_out == 0) {
        sbnn_conv2d_copy_planes(layout, p, x, group, first, words);
        if (s.whole_window) sum_window(&s, planes, words);
      }
      if (count_taps) {
        memset(s.tap_counts, 0, (size_t)layout->taps * sizeof(int32_t));
      }
      const int32_t count = sbnn_stream_channel(
          &stream, (uint32_t)(layout->group_in * layout->taps), s.list);
      const int32_t length = place_connections(&s, count, count_taps);
      if (s.bits) {
        uint32_t* plane = (uint32_t*)y + f * layout->words;
        write_bits(&s, f, count, length, count_taps, planes, words,
                   plane + first);
        if (first + words == layout->words) {
          plane[layout->words - 1] &= last_mask;
        }
      } else {
        write_numbers(&s, f, count, length, count_taps, planes, first, words,
                      y);
      }
    }
  }
}
