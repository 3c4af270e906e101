/* A channel's connections as a list of offsets of copies; a part of
 * conv2d_bits.c. */
#ifndef SBNN_CONV2D_BITS_LIST_H_
#define SBNN_CONV2D_BITS_LIST_H_

#include <stdbool.h>

#include "conv2d_bits_state.h"
#include "taps_thumb2.h"

/* Takes those that subtract out of a list whose connections stand channel by channel, and places
 * both. Returns the end of those that add. Files had this order before there was the other one. */
SBNN_COLD uint32_t* split_by_channel(state* s, const uint32_t* end) {
  const uint32_t taps = (uint32_t)s->layout.taps;
  const uint32_t channel_bytes = 4u * (uint32_t)s->layout.channel_words;
  uint32_t* less = s->list;
  uint32_t* more = s->others;
  /* Each goes to the ends of both lists; one of the ends moves. */
  for (const uint32_t* at = s->list; at != end; ++at) {
    const uint32_t c = *at / taps, tap = *at % taps;
    const uint32_t offset = c * channel_bytes + s->tap_bytes[tap];
    const uint32_t is_less = sbnn_next_sign(&s->signs);
    *less = offset;
    less += is_less;
    *more++ = offset;
    more -= is_less;
    s->tap_counts[tap] += 1 - 2 * (int32_t)is_less;
  }
  s->lists.subtracted = (int32_t)(less - s->list);
  return more;
}

#ifdef SBNN_THUMB2
SBNN_HOT static uint32_t* split_by_tap(state* s, uint32_t channels,
                                       uint32_t channel_bytes) {
  sbnn_tap_split split = {s->tap_counts, s->tap_counts + s->layout.taps,
                          s->list,       s->others,
                          s->signs.word, s->signs.next};
  sbnn_split_by_tap_thumb2(s->list, channels, channel_bytes, s->tap_bytes,
                           &split);
  s->signs.word = split.word;
  s->signs.next = split.next;
  s->lists.subtracted = (int32_t)(split.less - s->list);
  return split.more;
}

SBNN_HOT static void place_by_tap(state* s, uint32_t channels,
                                  uint32_t channel_bytes) {
  sbnn_place_by_tap_thumb2(s->list, channels, channel_bytes, s->tap_bytes,
                           s->tap_counts, s->tap_counts + s->layout.taps);
}
#else
/* Splits and places a list, whose connections of tap t are those below (t + 1) * channels. */
SBNN_HOT static uint32_t* split_by_tap(state* s, uint32_t channels,
                                       uint32_t channel_bytes) {
  sbnn_sign_reader signs = s->signs;
  const uint32_t* at = s->list;
  uint32_t* less = s->list;
  uint32_t* more = s->others;
  uint32_t limit = channels;
  for (int32_t tap = 0; tap < s->layout.taps; ++tap, limit += channels) {
    const uint32_t base = s->tap_bytes[tap];
    const uint32_t* const first = less;
    const uint32_t* const first_added = more;
    while (*at < limit) {
      const uint32_t offset = *at++ * channel_bytes + base;
      const uint32_t is_less = sbnn_next_sign(&signs);
      *less = offset;
      less += is_less;
      *more++ = offset;
      more -= is_less;
    }
    s->tap_counts[tap] = (int32_t)((more - first_added) - (less - first));
  }
  s->signs = signs;
  s->lists.subtracted = (int32_t)(less - s->list);
  return more;
}

/* The same where all of them add, in place. */
SBNN_HOT static void place_by_tap(state* s, uint32_t channels,
                                  uint32_t channel_bytes) {
  uint32_t* at = s->list;
  uint32_t limit = channels;
  for (int32_t tap = 0; tap < s->layout.taps; ++tap, limit += channels) {
    const uint32_t base = s->tap_bytes[tap];
    const uint32_t* const first = at;
    for (; *at < limit; ++at) *at = *at * channel_bytes + base;
    s->tap_counts[tap] = (int32_t)(at - first);
  }
}
#endif

/* Places a list whose connections stand channel by channel. */
SBNN_HOT static void place_by_channel(state* s, const uint32_t* end,
                                      bool count_taps) {
  const uint32_t taps = (uint32_t)s->layout.taps;
  const uint32_t channel_bytes = 4u * (uint32_t)s->layout.channel_words;
  const uint32_t* const tap_bytes = s->tap_bytes;
  int32_t* const counts = s->tap_counts;
  /* Through a rounded-up reciprocal: exact below 2^32 / taps. */
  uint32_t reciprocal = 0xFFFFFFFFu / taps + 1u;
  if ((uint64_t)s->layout.group_in * taps * taps >= 0xFFFFFFFFu) {
    reciprocal = 0u;
  }
  if (reciprocal == 0u || !count_taps) {
    for (uint32_t* at = s->list; at != end; ++at) {
      const uint32_t c = reciprocal == 0u
                             ? *at / taps
                             : (uint32_t)((uint64_t)*at * reciprocal >> 32);
      const uint32_t tap = *at - c * taps;
      ++counts[tap];
      *at = c * channel_bytes + tap_bytes[tap];
    }
  } else {
    SBNN_UNROLLED_BY_4
    for (uint32_t* at = s->list; at != end; ++at) {
      const uint32_t c = (uint32_t)((uint64_t)*at * reciprocal >> 32);
      const uint32_t tap = *at - c * taps;
      ++counts[tap];
      *at = c * channel_bytes + tap_bytes[tap];
    }
  }
}

/* Turns connections into the byte offsets of their copies, in s->lists.
 * If positions differ in their number of connections, counts the connections of each tap;
 * of those that subtract as less than none. Returns the sum of all counts. */
SBNN_HOT static int32_t place_connections(state* s, int32_t count,
                                          bool count_taps) {
  uint32_t* end = s->list + count;
  s->lists.subtracted = 0;
  if (s->by_tap) {
    const uint32_t channels = (uint32_t)s->layout.group_in;
    const uint32_t channel_bytes = 4u * (uint32_t)s->layout.channel_words;
    /* What no limit reaches, as far as four are read at once. */
    end[0] = end[1] = end[2] = end[3] = UINT32_MAX;
    if (s->is_signed) {
      end = split_by_tap(s, channels, channel_bytes);
    } else {
      place_by_tap(s, channels, channel_bytes);
    }
  } else if (s->is_signed) {
    end = split_by_channel(s, end);
  } else {
    place_by_channel(s, end, count_taps);
  }
  const int32_t less = s->lists.subtracted;
  s->lists.subtract = s->list;
  s->lists.add = s->is_signed ? s->others : s->list;
  s->lists.added = (int32_t)(end - s->lists.add);
  s->lists.zeros = 4u * s->layout.zeros;
  return count - 2 * less;
}

#endif /* SBNN_CONV2D_BITS_LIST_H_ */
