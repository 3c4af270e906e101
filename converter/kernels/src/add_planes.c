/* Streams are added 32 positions at a time, plane by plane, by full adders.
 *
 * A stream is two's complement with its top bit inverted. Inverted again, and
 * repeated above, it is added to one more bit than the wider stream has; that one
 * is the sum's sign. Where a bit from the output's top on differs from it, the sum
 * is out of range and becomes the limit on its side: all ones or, below, zeros.
 *
 * Unused bits are 0 in both inputs and stand for the least values. Their sum is
 * not above the least of the wider stream, so that they are 0 in the output. */
#include "sbnn/add.h"

#include "bit_slices.h"
#include "hot.h"
#include "inline.h"

/* Plane `i` of a stream in two's complement. */
SBNN_INLINE uint32_t slice(const uint32_t* stream, int32_t planes,
                           int32_t words, int32_t i) {
  return i < planes - 1 ? stream[i * words] : ~stream[(planes - 1) * words];
}

/* Adds a word of each plane, to slices 0 .. sign_at. */
SBNN_INLINE void add_words(const uint32_t* x, int32_t planes,
                           const uint32_t* other, int32_t other_planes,
                           int32_t words, int32_t sign_at, uint32_t* sum) {
  const int32_t plain = (planes < other_planes ? planes : other_planes) - 1;
  const uint32_t *a = x, *b = other;
  uint32_t carry = 0;
  int32_t i = 0;
  for (; i < plain; ++i, a += words, b += words) {
    sum[i] = carry;
    carry = sbnn_full_add(&sum[i], *a, *b);
  }
  for (; i <= sign_at; ++i) {
    sum[i] = carry;
    carry = sbnn_full_add(&sum[i], slice(x, planes, words, i),
                          slice(other, other_planes, words, i));
  }
}

SBNN_HOT void sbnn_add_planes(const sbnn_add_params* p, int32_t planes,
                              int32_t out_planes, int32_t words,
                              const uint32_t* x, const uint32_t* other,
                              uint32_t* y) {
  const int32_t sign_at = planes > p->other_planes ? planes : p->other_planes;
  const int32_t top = out_planes - 1;
  uint32_t sum[SBNN_MAX_PLANES + 1];
  for (int32_t c = 0; c < p->channels; ++c) {
    for (int32_t w = 0; w < words; ++w, ++x, ++other, ++y) {
      add_words(x, planes, other, p->other_planes, words, sign_at, sum);
      const uint32_t limit = ~sum[sign_at];
      uint32_t inside = 0xFFFFFFFFu;
      for (int32_t i = top; i < sign_at; ++i) inside &= sum[i] ^ limit;
      uint32_t* to = y;
      for (int32_t i = 0; i < top; ++i, to += words) {
        *to = limit ^ ((limit ^ sum[i]) & inside);
      }
      *to = limit;
    }
    x += (planes - 1) * words;
    other += (p->other_planes - 1) * words;
    y += top * words;
  }
}
