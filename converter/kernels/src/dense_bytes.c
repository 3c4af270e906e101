/* A word of the code holds four gaps, which become the addresses of four inputs one after
 * another. While all four lie in front of the inputs' end they belong to one unit. */
#include "hot.h"
#include "dense_bytes.h"

#include <stdbool.h>

#include "byte_gaps.h"
#include "dense_bytes_thumb2.h"
#include "inline.h"

typedef struct {
  uintptr_t end, size; /* of the inputs */
  int32_t zero,
      zeros; /* what is to be taken off an input, off the unit so far */
  int32_t sum;
} bytes_state;

/* Adds the input at `at`. What lies behind the inputs' end belongs to the next unit: returns how
 * far the units that end here reach, which is to be taken off all addresses from here on. */
SBNN_INLINE uintptr_t add_input(sbnn_dense_units* units, bytes_state* s,
                                uintptr_t at) {
  uintptr_t behind = 0;
  for (; at - behind >= s->end; behind += s->size) {
    sbnn_finish_unit(units, s->sum - s->zeros);
    s->sum = s->zeros = 0;
  }
  s->sum += *(const int8_t*)(at - behind);
  s->zeros += s->zero;
  return behind;
}

SBNN_HOT void sbnn_dense_bytes(sbnn_dense_units* units,
                               const sbnn_connections* code,
                               const int8_t* inputs, int32_t count,
                               int32_t zero) {
  bytes_state s = {(uintptr_t)inputs + (uintptr_t)count, (uintptr_t)count, zero,
                   0, 0};
  const uint32_t* word = code->words;
  const uint32_t* const last = word + code->word_count - 1;
  const bool skips = code->parameter != 0u;
  uintptr_t at = (uintptr_t)inputs - 1u;
  while (word <= last) {
#ifdef SBNN_THUMB2
    const uint32_t* const before = word;
    if (!skips) {
      s.sum = sbnn_add_bytes_thumb2(&word, last, &at, s.end, s.sum);
      s.zeros += 4 * (int32_t)(word - before) * zero;
    }
#endif
    uint32_t gaps = *word++;
    const uintptr_t a = at + (gaps & 255u) + 1u;
    const uintptr_t b = a + ((gaps >> 8) & 255u) + 1u;
    const uintptr_t c = b + ((gaps >> 16) & 255u) + 1u;
    const uintptr_t d = c + (gaps >> 24) + 1u;
    if (word <= last && !(skips && sbnn_has_skip(gaps))) {
      if (d < s.end) {
        s.sum += *(const int8_t*)a;
        s.sum += *(const int8_t*)b;
        s.sum += *(const int8_t*)c;
        s.sum += *(const int8_t*)d;
        s.zeros += 4 * zero;
        at = d;
        continue;
      }
      uintptr_t behind = add_input(units, &s, a);
      behind += add_input(units, &s, b - behind);
      behind += add_input(units, &s, c - behind);
      behind += add_input(units, &s, d - behind);
      at = d - behind;
      continue;
    }
    for (int32_t i = 0; i < 4; ++i, gaps >>= 8) {
      at += gaps & 255u;
      if ((gaps & 255u) != SBNN_SKIP) { /* the last word is filled up */
        ++at;
        at -= add_input(units, &s, at);
      }
    }
  }
  sbnn_finish_units(units, s.sum - s.zeros);
}
