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
  if (taps == 1u ||
      (uint64_t)s->layout.group_inputs * taps * taps >= 0xFFFFFFFFu) {
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

#endif /* SBNN_CONV2D_BITS_LIST_H_ */
