/* One pass over a weight code: whether it is what its file says, and how many
 * connections the output channel with the most of them has.
 *
 * Another code plugs in as a case of sbnn_check_connections: a reader that tells
 * `next_channel` of each connection behind the end of the current channel, as
 * `check_gaps`, or that finds `most` itself, as `check_sliced`. */
#include "hot.h"

#include "inline.h"
#include "rice.h"
#include "sbnn/connections.h"

/* Goes on to the channel of weight `index`, behind one of `count` connections. Returns
 * where that channel ends, or 0 if there is none. */
SBNN_COLD uint32_t next_channel(sbnn_connections* code, uint32_t fan_in,
                                uint32_t index, uint32_t count) {
  if ((int32_t)count > code->most) code->most = (int32_t)count;
  if (index >= (uint32_t)code->weights) return 0u;
  return (index / fan_in + 1u) * fan_in;
}

/* Whether there are zeros behind the last sign. */
SBNN_COLD bool signs_end_well(const sbnn_connections* code) {
  const uint32_t signs = (uint32_t)code->count;
  return code->signs == NULL || (signs & 31u) == 0u ||
         code->signs[signs >> 5] >> (signs & 31u) == 0u;
}

/* Whether the code ends where its last connection does, in front of `bit`: in the last
 * word, with zeros behind it. */
SBNN_COLD bool ends_well(const sbnn_connections* code, uint32_t bit) {
  const uint32_t words = (uint32_t)code->word_count;
  const uint32_t bits =
      code->code == SBNN_CODE_BITMAP ? (uint32_t)code->weights : bit;
  for (uint32_t at = bit >> 5; at < words; ++at, bit = 0u) {
    if (code->words[at] << (bit & 31u) != 0u) return false;
  }
  return (bits + (bits == 0u ? 32u : 31u)) / 32u == words;
}

/* Takes one code word off the window (rice.h). Returns the gap in front of its
 * connection, of no meaning if the window is 0 then. */
SBNN_INLINE uint32_t take_gap(uint32_t* window, uint32_t k) {
  uint32_t zeros;
  const uint32_t low = sbnn_rice_normalize(*window, &zeros) << 1;
  *window = low << k;
#ifdef SBNN_THUMB2
  /* A shift by 32 gives 0 here; in C it is not defined. */
  uint32_t rest;
  __asm__("lsr %0, %1, %2" : "=r"(rest) : "r"(low), "r"(32u - k));
  return (zeros << k) + rest;
#else
  return (zeros << k) + ((low >> 1) >> (31u - k));
#endif
}

/* Reads all code words that a window holds whole, then one that it does not, until
 * there are no more. Connection `number` is at `gaps` + `number`, with the gaps of all
 * up to it: instead of `number`, what is `left` up to `end` is kept. */
SBNN_NOINLINE bool check_gaps(sbnn_connections* code, uint32_t fan_in) {
  const uint32_t last_window = sbnn_rice_last_window(code);
  const uint32_t k = last_window != 0u ? code->parameter : 0u;
  uint32_t bit = 0, gaps = 0, end = 0, left = 0;
  uint32_t first = 0;   /* connection of the channel */
  uint32_t window = 1u; /* holds none */
  for (;;) {
    const uint32_t before = window;
    uint32_t gap = take_gap(&window, k);
    if (window == 0u) {
      const uint32_t taken = sbnn_trailing_zeros(before);
      bit += taken;
      if (taken == 0u) {
        gap = sbnn_rice_step_slow(code, &bit) - 1u;
        if (gap == (uint32_t)SBNN_NO_CONNECTION - 1u) break;
      }
      window = bit < last_window ? sbnn_rice_window(code->words, bit) : 1u;
      if (taken != 0u) continue;
    }
    gaps += gap;
    if (gaps >= left) {
      const uint32_t number = end - left;
      end = next_channel(code, fan_in, gaps + number, number - first);
      if (end == 0u) return false;
      first = number;
      left = end - number;
    }
    --left;
  }
  const uint32_t number = end - left;
  next_channel(code, fan_in, 0u, number - first); /* the last one is complete */
  return number == (uint32_t)code->count && ends_well(code, bit);
}

/* Bytes of 255 behind the last connection fill up its word; any before it make the parameter 1. */
SBNN_COLD bool check_bytes(sbnn_connections* code, uint32_t fan_in) {
  const uint32_t bytes = 4u * (uint32_t)code->word_count;
  const uint32_t weights = (uint32_t)code->weights;
  uint32_t place = 0, end = 0; /* of the next connection, and of its channel */
  uint32_t number = 0, first = 0, behind = 0;
  uint32_t word = 0;
  for (uint32_t at = 0; at < bytes; ++at, word >>= 8) {
    if ((at & 3u) == 0u) word = code->words[at >> 2];
    const uint32_t gap = word & 255u;
    if (gap == SBNN_SKIP) {
      if (place < weights) place += SBNN_SKIP;
      continue;
    }
    if (behind != at && code->parameter == 0u) return false;
    place += gap;
    if (place >= end) {
      end = next_channel(code, fan_in, place, number - first);
      if (end == 0u) return false;
      first = number;
    }
    ++place;
    ++number;
    behind = at + 1u;
  }
  next_channel(code, fan_in, 0u, number - first);
  return number == (uint32_t)code->count &&
         (behind == 0u ? 4u : (behind + 3u) & ~3u) == bytes;
}

/* Adds a plane of bits to 32 counters in bit slices (bit_slices.h). */
SBNN_INLINE void count_bits(uint32_t* slices, uint32_t carry) {
  for (; carry != 0u; ++slices) {
    const uint32_t sum = *slices ^ carry;
    carry &= *slices;
    *slices = sum;
  }
}

/* Counts the connections of 32 units at a time. */
SBNN_COLD bool check_sliced(sbnn_connections* code, uint32_t fan_in) {
  const uint32_t inputs = fan_in << code->is_signed;
  const uint32_t units = (uint32_t)code->weights / fan_in;
  const uint32_t* word = code->words;
  const uint32_t* counts = word + code->word_count - units;
  uint32_t number = 0;
  for (uint32_t first = 0; first < units; first += 32u) {
    uint32_t slices[32] = {0};
    for (uint32_t i = 0; i < inputs; ++i, ++word) {
      /* No input is added and subtracted. */
      if (i >= fan_in && (*word & *(word - fan_in)) != 0u) return false;
      count_bits(slices, *word);
    }
    for (uint32_t unit = 0; unit < 32u; ++unit) {
      uint32_t count = 0;
      for (int32_t s = 32; s-- > 0;) {
        count = 2u * count + ((slices[s] >> unit) & 1u);
      }
      if (count != (first + unit < units ? *counts++ : 0u)) return false;
      if ((int32_t)count > code->most) code->most = (int32_t)count;
      number += count;
    }
  }
  return number == (uint32_t)code->count;
}

bool sbnn_check_connections(sbnn_connections* code, int32_t fan_in) {
  code->most = 0;
  switch (code->code) {
    case SBNN_CODE_SLICED: return check_sliced(code, (uint32_t)fan_in);
    case SBNN_CODE_BYTES:
      return check_bytes(code, (uint32_t)fan_in) && signs_end_well(code);
    default: return check_gaps(code, (uint32_t)fan_in) && signs_end_well(code);
  }
}
