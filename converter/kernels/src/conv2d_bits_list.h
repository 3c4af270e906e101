/* A channel's connections as a list of offsets of copies; a part of
 * conv2d_bits.c. */
#ifndef SBNN_CONV2D_BITS_LIST_H_
#define SBNN_CONV2D_BITS_LIST_H_

#include <stdbool.h>

#include "conv2d_bits_state.h"

#if defined(__GNUC__) && !defined(__clang__)
#define UNROLLED _Pragma("GCC unroll 4")
#else
#define UNROLLED
#endif

/* Fills a list up to whole fours with a plane of zeros; returns its length. */
static int32_t fill_up(const state* s, uint32_t* list, uint32_t* end) {
  while (((end - list) & 3) != 0) *end++ = 4u * s->layout.zeros;
  return (int32_t)(end - list);
}

/* Places connections that add, and, if `is_signed`, those that subtract, whose
 * channels are `group_in` further on. Returns the end of the former. */
SBNN_INLINE uint32_t* split_list(state* s, uint32_t* end, bool divides,
                                 bool is_signed) {
  const uint32_t taps = (uint32_t)s->layout.taps;
  const uint32_t channels = (uint32_t)s->layout.group_in;
  const uint32_t channel_bytes = 4u * (uint32_t)s->layout.channel_words;
  /* index / taps through a rounded-up reciprocal: exact below 2^32 / taps. */
  const uint32_t reciprocal = 0xFFFFFFFFu / taps + 1u;
  const uint32_t* const tap_bytes = s->tap_bytes;
  int32_t* const counts = s->tap_counts;
  uint32_t* less = s->list;
  uint32_t* more = is_signed && s->is_signed ? s->others : s->list;
  UNROLLED
  for (const uint32_t* at = s->list; at != end; ++at) {
    const uint32_t c = divides
                           ? *at / taps
                           : (uint32_t)((uint64_t)*at * reciprocal >> 32);
    const uint32_t tap = *at - c * taps;
    const uint32_t offset = c * channel_bytes + tap_bytes[tap];
    if (is_signed && c >= channels) {
      --counts[tap];
      *less++ = offset - channels * channel_bytes;
    } else {
      ++counts[tap];
      *more++ = offset;
    }
  }
  if (is_signed && s->is_signed) {
    s->lists.subtracted = (int32_t)(less - s->list);
  }
  return more;
}

/* Turns connections into the byte offsets of their copies, in s->lists, filled up.
 * If positions differ in their number of connections, counts the connections of each tap;
 * of those that subtract as less than none. Returns the sum of all counts. */
static int32_t place_connections(state* s, int32_t count, bool count_taps) {
  const uint32_t taps = (uint32_t)s->layout.taps;
  uint32_t* const end = s->list + count;
  uint32_t* more = end;
  const uint64_t far = (uint64_t)s->layout.group_in * taps * taps * 2u;
  s->lists.subtracted = 0;
  if (taps == 1u || far >= 0xFFFFFFFFu) {
    more = split_list(s, end, true, true);
  } else if (s->is_signed) {
    more = split_list(s, end, false, true);
  } else if (count_taps) {
    split_list(s, end, false, false);
  } else {
    const uint32_t channel_bytes = 4u * (uint32_t)s->layout.channel_words;
    const uint32_t reciprocal = 0xFFFFFFFFu / taps + 1u;
    for (uint32_t* at = s->list; at != end; ++at) {
      const uint32_t c = (uint32_t)((uint64_t)*at * reciprocal >> 32);
      *at = c * channel_bytes + s->tap_bytes[*at - c * taps];
    }
  }
  uint32_t* const adds = s->is_signed ? s->others : s->list;
  const int32_t less = s->lists.subtracted;
  s->lists.subtract = s->list;
  s->lists.add = adds;
  s->lists.added = fill_up(s, adds, more);
  s->lists.subtracted = fill_up(s, s->list, s->list + less);
  return count - 2 * less;
}

#endif /* SBNN_CONV2D_BITS_LIST_H_ */
