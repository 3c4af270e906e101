/* A word of the code holds four gaps, which become the addresses of four inputs one after
 * another. While all four lie in front of the inputs' end they belong to one unit. */
#include "hot.h"
#include "dense_bytes.h"

#include <stdbool.h>

#include "byte_gaps.h"
#include "dense_bytes_thumb2.h"
#include "inline.h"

typedef struct {
  sbnn_dense_units* units;
  uintptr_t end, size; /* of the inputs */
  int32_t zero;        /* to be taken off an input */
} bytes_state;

/* The sum of a unit is known, over `taken` inputs, and the next one leads to `at`: returns where
 * that is among the inputs of the unit that it belongs to. */
SBNN_HOT SBNN_NOINLINE uintptr_t end_units(const bytes_state* s, uintptr_t at,
                                           int32_t sum, int32_t taken) {
  sum -= s->zero * taken;
  for (; at >= s->end; at -= s->size, sum = 0) sbnn_finish_unit(s->units, sum);
  return at;
}

/* Adds the input that is so far behind the one added last. */
#define ADD_INPUT(distance)             \
  at += (distance);                     \
  if (at >= s.end) {                    \
    at = end_units(&s, at, sum, taken); \
    sum = taken = 0;                    \
  }                                     \
  sum += *(const int8_t*)at;            \
  ++taken

SBNN_CALLS_UNKNOWN SBNN_HOT void sbnn_dense_bytes(sbnn_dense_units* units,
                                                  const sbnn_connections* code,
                                                  const int8_t* inputs,
                                                  int32_t count, int32_t zero) {
  const bytes_state s = {units, (uintptr_t)inputs + (uintptr_t)count,
                         (uintptr_t)count, zero};
  const uint32_t* word = code->words;
  const uint32_t* const last = word + code->word_count - 1;
  const bool skips = code->parameter != 0u;
  uintptr_t at = (uintptr_t)inputs - 1u;
  int32_t sum = 0, taken = 0; /* of the unit so far */
  for (; word <= last; ++word) {
#ifdef SBNN_THUMB2
    if (!skips) {
      const uint32_t* const before = word;
      sum = sbnn_add_bytes_thumb2(&word, last, &at, s.end, sum);
      taken += 4 * (int32_t)(word - before);
    }
#endif
    uint32_t gaps = *word;
    if (word == last || (skips && sbnn_has_skip(gaps))) {
      for (int32_t i = 0; i < 4; ++i, gaps >>= 8) {
        if ((gaps & 255u) == SBNN_SKIP) { /* the last word is filled up */
          at += SBNN_SKIP;
        } else {
          ADD_INPUT((gaps & 255u) + 1u);
        }
      }
    } else {
#ifndef SBNN_THUMB2
      const uintptr_t a = at + (gaps & 255u) + 1u;
      const uintptr_t b = a + ((gaps >> 8) & 255u) + 1u;
      const uintptr_t c = b + ((gaps >> 16) & 255u) + 1u;
      const uintptr_t d = c + (gaps >> 24) + 1u;
      if (d < s.end) {
        sum += *(const int8_t*)a;
        sum += *(const int8_t*)b;
        sum += *(const int8_t*)c;
        sum += *(const int8_t*)d;
        taken += 4;
        at = d;
        continue;
      }
#endif
      ADD_INPUT((gaps & 255u) + 1u);
      ADD_INPUT(((gaps >> 8) & 255u) + 1u);
      ADD_INPUT(((gaps >> 16) & 255u) + 1u);
      ADD_INPUT((gaps >> 24) + 1u);
    }
  }
  sbnn_finish_units(units, sum - zero * taken);
}

#undef ADD_INPUT
