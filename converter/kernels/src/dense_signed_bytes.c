/* Dense layers with weights of both signs whose gaps are bytes, none of them rare ones: a word is
 * four connections then, so that eight words have one word of signs.
 *
 * -x is x with all bits turned, plus 1. The ones to be added are as many as signs between two ends of
 * units, which are counted 32 at a time. */
#include "hot.h"
#include "dense_bytes.h"

#include "byte_gaps.h"
#include "dense_bytes_thumb2.h"
#include "inline.h"
#include "listed_sums.h"

typedef struct {
  const uint32_t* signs;
  uint32_t begin, number; /* of connections: the unit's first, the next one */
  uintptr_t end, size;    /* of the inputs */
  int32_t zero;           /* to be taken off an input */
  int32_t sum;
} signed_state;

/* How many of the connections from the unit's first to the next one subtract. */
SBNN_INLINE int32_t subtracting(const signed_state* s) {
  int32_t found = 0;
  for (uint32_t at = s->begin; at < s->number;) {
    const uint32_t skip = at & 31u;
    uint32_t count = 32u - skip;
    if (count > s->number - at) count = s->number - at;
    found += sbnn_ones((s->signs[at >> 5] >> skip) << (32u - count));
    at += count;
  }
  return found;
}

SBNN_HOT SBNN_NOINLINE int32_t sum_of_unit(const signed_state* s) {
  const int32_t less = subtracting(s);
  const int32_t net = (int32_t)(s->number - s->begin) - 2 * less;
  return s->sum + less - net * s->zero;
}

/* The signs from the next connection on, as far as their word goes. */
SBNN_INLINE uint32_t next_signs(const signed_state* s) {
  return s->signs[s->number >> 5] >> (s->number & 31u);
}

/* Adds the input at `at`, or what it is less if bit 0 of `signs` is one; as in dense_bytes.c. */
SBNN_INLINE uintptr_t add_signed_input(sbnn_dense_units* units, signed_state* s,
                                       uintptr_t at, uint32_t signs) {
  uintptr_t behind = 0;
  for (; at - behind >= s->end; behind += s->size) {
    sbnn_finish_unit(units, sum_of_unit(s));
    s->sum = 0;
    s->begin = s->number;
  }
  s->sum += *(const int8_t*)(at - behind) ^ -(int32_t)(signs & 1u);
  ++s->number;
  return behind;
}

SBNN_HOT void sbnn_dense_signed_bytes(sbnn_dense_units* units,
                                      const sbnn_connections* code,
                                      const int8_t* inputs, int32_t count,
                                      int32_t zero) {
  signed_state s = {
      code->signs,      0,    0, (uintptr_t)inputs + (uintptr_t)count,
      (uintptr_t)count, zero, 0};
  const uint32_t* word = code->words;
  const uint32_t* const last = word + code->word_count - 1;
  uintptr_t at = (uintptr_t)inputs - 1u;
  while (word <= last) {
    if ((*word & 255u) == SBNN_SKIP) break; /* no connection at all */
#ifdef SBNN_THUMB2
    const uint32_t* stop = word + (8u - ((s.number >> 2) & 7u));
    if (stop > last) stop = last;
    s.sum = sbnn_add_signed_bytes_thumb2(&word, stop, &at, s.end,
                                         next_signs(&s), s.sum);
    s.number = 4u * (uint32_t)(word - code->words);
    if (word == stop && word != last) continue;
#endif
    uint32_t signs = next_signs(&s);
    uint32_t gaps = *word++;
    for (int32_t i = 0; i < 4; ++i, gaps >>= 8, signs >>= 1) {
      if ((gaps & 255u) == SBNN_SKIP) break; /* the last word is filled up */
      at += (gaps & 255u) + 1u;
      at -= add_signed_input(units, &s, at, signs);
    }
  }
  sbnn_finish_units(units, sum_of_unit(&s));
}
