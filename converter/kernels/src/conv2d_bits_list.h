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

/* Takes those that subtract out of a list and places both; index / taps through
 * `reciprocal`, or, if that is 0, itself. Returns the end of those that add. */
SBNN_INLINE uint32_t* split_list(state* s, const uint32_t* end,
                                 uint32_t reciprocal, bool divides) {
  const uint32_t taps = (uint32_t)s->layout.taps;
  const uint32_t channel_bytes = 4u * (uint32_t)s->layout.channel_words;
  const uint32_t* const tap_bytes = s->tap_bytes;
  int32_t* const counts = s->tap_counts;
  sbnn_sign_reader signs = s->signs;
  uint32_t* less = s->list;
  uint32_t* more = s->others;
  /* Each goes to the ends of both lists; one of the ends moves. */
  for (const uint32_t* at = s->list; at != end; ++at) {
    const uint32_t c =
        divides ? *at / taps : (uint32_t)((uint64_t)*at * reciprocal >> 32);
    const uint32_t tap = *at - c * taps;
    const uint32_t offset = c * channel_bytes + tap_bytes[tap];
    const uint32_t is_less = sbnn_next_sign(&signs);
    *less = offset;
    less += is_less;
    *more++ = offset;
    more -= is_less;
    counts[tap] += 1 - 2 * (int32_t)is_less;
  }
  s->signs = signs;
  s->lists.subtracted = (int32_t)(less - s->list);
  return more;
}

/* Where a reciprocal is not exact. */
SBNN_COLD uint32_t* split_list_of_many(state* s, const uint32_t* end) {
  return split_list(s, end, 0u, true);
}

/* Turns connections into the byte offsets of their copies, in s->lists, filled up.
 * If positions differ in their number of connections, counts the connections of each tap;
 * of those that subtract as less than none. Returns the sum of all counts. */
static int32_t place_connections(state* s, int32_t count, bool count_taps) {
  const uint32_t taps = (uint32_t)s->layout.taps;
  const uint32_t channel_bytes = 4u * (uint32_t)s->layout.channel_words;
  const uint32_t* const tap_bytes = s->tap_bytes;
  int32_t* const counts = s->tap_counts;
  uint32_t* const end = s->list + count;
  uint32_t* adds = s->list;
  uint32_t* adds_end = end;
  /* Through a rounded-up reciprocal: exact below 2^32 / taps. */
  uint32_t reciprocal = 0xFFFFFFFFu / taps + 1u;
  if ((uint64_t)s->layout.group_in * taps * taps >= 0xFFFFFFFFu) {
    reciprocal = 0u;
  }
  s->lists.subtracted = 0;
  if (s->is_signed) {
    adds = s->others;
    adds_end = reciprocal == 0u ? split_list_of_many(s, end)
                                : split_list(s, end, reciprocal, false);
  } else if (reciprocal == 0u || !count_taps) {
    for (uint32_t* at = s->list; at != end; ++at) {
      const uint32_t c = reciprocal == 0u
                             ? *at / taps
                             : (uint32_t)((uint64_t)*at * reciprocal >> 32);
      const uint32_t tap = *at - c * taps;
      ++counts[tap];
      *at = c * channel_bytes + tap_bytes[tap];
    }
  } else {
    UNROLLED
    for (uint32_t* at = s->list; at != end; ++at) {
      const uint32_t c = (uint32_t)((uint64_t)*at * reciprocal >> 32);
      const uint32_t tap = *at - c * taps;
      ++counts[tap];
      *at = c * channel_bytes + tap_bytes[tap];
    }
  }
  const int32_t less = s->lists.subtracted;
  s->lists.subtract = s->list;
  s->lists.subtracted = fill_up(s, s->list, s->list + less);
  s->lists.add = adds;
  s->lists.added = fill_up(s, adds, adds_end);
  return count - 2 * less;
}

#endif /* SBNN_CONV2D_BITS_LIST_H_ */
