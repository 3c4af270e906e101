/* One pass over a weight code: whether it is what its file says, and how many
 * connections the output channel with the most of them has.
 *
 * Another code plugs in as a case of both functions below, with a reader that tells
 * `next_channel` of each connection behind the end of the current channel. */
#include "hot.h"

#include "inline.h"
#include "rice.h"
#include "sbnn/connections.h"

/* The channels so far; they follow one another in the code. */
typedef struct {
  uint32_t weights, fan_in;
  uint32_t before;  /* connections of all channels before the current one */
  uint32_t longest; /* of one of those, at most */
} channels;

/* Goes on to the channel of connection `number`, which is at `index`. Returns where
 * that channel ends, or 0 if there is none. */
SBNN_COLD uint32_t next_channel(channels* all, uint32_t index,
                                uint32_t number) {
  const uint32_t count = number - all->before;
  if (count > all->longest) all->longest = count;
  all->before = number;
  if (index >= all->weights) return 0u;
  return (index / all->fan_in + 1u) * all->fan_in;
}

/* What has to stand behind the last connection, which ends in front of `bit`. */
SBNN_COLD bool ends_well(const sbnn_connections* code, uint32_t bit) {
  const uint32_t words = (uint32_t)code->word_count;
  const uint32_t used = (uint32_t)code->count & 31u; /* of the last signs */
  if (code->signs != NULL && used != 0u &&
      code->signs[(uint32_t)code->count >> 5] >> used != 0u) {
    return false;
  }
  if (code->code != SBNN_CODE_BITMAP && sbnn_words_of_bits(bit) != words) {
    return false;
  }
  uint32_t skip = bit & 31u;
  for (uint32_t at = bit >> 5; at < words; ++at) {
    if (code->words[at] << skip != 0u) return false;
    skip = 0;
  }
  return true;
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
SBNN_NOINLINE bool check_gaps(const sbnn_connections* code, channels* all) {
  const uint32_t last_window = sbnn_rice_last_window(code);
  const uint32_t k = last_window != 0u ? code->parameter : 0u;
  uint32_t bit = 0, gaps = 0, end = 0, left = 0;
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
      end = next_channel(all, gaps + number, number);
      if (end == 0u) return false;
      left = end - number;
    }
    --left;
  }
  const uint32_t number = end - left;
  next_channel(all, 0u, number); /* the last one is complete */
  return number == (uint32_t)code->count && ends_well(code, bit);
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
SBNN_COLD bool check_sliced(const sbnn_connections* code, channels* all) {
  const uint32_t fan_in = all->fan_in;
  const uint32_t inputs = fan_in << code->is_signed;
  const uint32_t units = all->weights / fan_in;
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
      if (count > all->longest) all->longest = count;
      number += count;
    }
  }
  return number == (uint32_t)code->count;
}

bool sbnn_check_connections(sbnn_connections* code, int32_t fan_in) {
  channels all = {(uint32_t)code->weights, (uint32_t)fan_in, 0, 0};
  const bool valid = code->code == SBNN_CODE_SLICED ? check_sliced(code, &all)
                                                    : check_gaps(code, &all);
  code->most = (int32_t)all.longest;
  return valid;
}
