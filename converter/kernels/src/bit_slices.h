/* Bit-sliced numbers: 32 counters in a handful of words.
 *
 * A bit-sliced number of n bits is n words: word k holds bit k of 32 numbers,
 * one number a bit position. Adding a plane of bits to 32 counters then takes
 * the gates of a hardware adder, one logical instruction a gate, whatever the
 * number of positions in the word.
 *
 * Full adder, 5 gates.  a + b + s = 2 * carry + s':
 *
 *     p = a ^ b,  h = a ^ s,  s' = s ^ p,  carry = a ^ (p & h)
 *
 * (a == b: the carry is a. Else it is s, which is a ^ h.) Given a pair as
 * (a, a ^ b) it is one gate less.
 *
 * Two full adders in a row, 8 gates.  Let the pairs (x1, p1 = x1 ^ y1) and
 * (x2, p2 = x2 ^ y2) be added to s, with carries a1 and a2. Their next reader
 * is again an adder of pairs and wants a1 and a1 ^ a2. Three bits that are not
 * all equal have sum and carry different, so a1 = s1 ^ (p1 | h1); and
 * a2 = x2 ^ (p2 & h2) with h2 = x2 ^ s1. Then
 *
 *     a1 ^ a2 = (p1 | h1) ^ h2 ^ (p2 & h2) = (p1 | h1) ^ (h2 & ~p2)
 *
 * saves the ninth gate ("MDFA": Demenkov, Kojevnikov, Kulikov, Yaroslavtsev,
 * "New upper bounds on the Boolean circuit complexity of symmetric functions",
 * Information Processing Letters, 2010). Only the lowest level, whose pairs
 * have to be formed first, costs 10: 4.5 gates a bit in the long run.
 *
 * `SBNN_WORD` is the type that holds a word: 32 positions on a
 * microcontroller, a whole vector register of them on a host.
 */
#ifndef SBNN_BIT_SLICES_H_
#define SBNN_BIT_SLICES_H_

#include <stdint.h>

#include "inline.h"

#ifndef SBNN_WORD
#define SBNN_WORD uint32_t
#endif

/* *sum + x + y with p = x ^ y; the carry is returned. */
SBNN_INLINE SBNN_WORD sbnn_add_pair(SBNN_WORD* sum, SBNN_WORD x, SBNN_WORD p) {
  const SBNN_WORD h = x ^ *sum;
  *sum ^= p;
  return x ^ (p & h);
}

SBNN_INLINE SBNN_WORD sbnn_full_add(SBNN_WORD* sum, SBNN_WORD x, SBNN_WORD y) {
  return sbnn_add_pair(sum, x, x ^ y);
}

SBNN_INLINE SBNN_WORD sbnn_half_add(SBNN_WORD* sum, SBNN_WORD x) {
  const SBNN_WORD carry = *sum & x;
  *sum ^= x;
  return carry;
}

/* Doubles a number of `slices` slices. Word by word from below: compilers make a call of
 * memmove of a loop from above, which programs without a C library lack. */
SBNN_INLINE void sbnn_double(SBNN_WORD* number, int32_t slices) {
  SBNN_WORD below = {0};
  for (int32_t i = 0; i < slices; ++i) {
    const SBNN_WORD slice = number[i];
    number[i] = below;
    below = slice;
  }
}

/* Carries of two additions, encoded for the next level. */
typedef struct {
  SBNN_WORD first;  /* a1 */
  SBNN_WORD differ; /* a1 ^ a2 */
} sbnn_carry_pair;

SBNN_INLINE sbnn_carry_pair sbnn_add_two_pairs(SBNN_WORD* sum, SBNN_WORD x1,
                                               SBNN_WORD p1, SBNN_WORD x2,
                                               SBNN_WORD p2) {
  const SBNN_WORD v = p1 | (x1 ^ *sum);
  const SBNN_WORD s1 = *sum ^ p1;
  const SBNN_WORD h2 = x2 ^ s1;
  sbnn_carry_pair out;
  *sum = s1 ^ p2;
  out.first = s1 ^ v;
  out.differ = v ^ (h2 & ~p2);
  return out;
}

#endif /* SBNN_BIT_SLICES_H_ */
