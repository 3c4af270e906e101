/* Sums of the numbers that a list of connections names. */
#ifndef SBNN_LISTED_SUMS_H_
#define SBNN_LISTED_SUMS_H_

#include <stdint.h>

#include "connection_stream.h"
#include "inline.h"

/* Sum of x over `count` connections. */
SBNN_INLINE int32_t sbnn_sum_listed(const uint32_t* list, int32_t count,
                                    const int8_t* x) {
  const uint32_t* const end = list + count;
  const uint32_t* const fours_end = list + (count & ~3);
  int32_t sum = 0;
  for (; list != fours_end; list += 4) {
    const int32_t a = x[list[0]], b = x[list[1]], c = x[list[2]],
                  d = x[list[3]];
    sum += a + b + c + d;
  }
  for (; list != end; ++list) sum += x[*list];
  return sum;
}

/* Ones of a word: of its pairs, nibbles, bytes, then all bytes by a multiplication. */
SBNN_INLINE int32_t sbnn_ones(uint32_t x) {
  x -= (x >> 1) & 0x55555555u;
  x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
  return (int32_t)((((x + (x >> 4)) & 0x0F0F0F0Fu) * 0x01010101u) >> 24);
}

/* value where bit `bit` of `signs` is one, else 0. */
SBNN_INLINE int32_t sbnn_if_less(int32_t value, uint32_t signs, uint32_t bit) {
  return value & -(int32_t)((signs >> bit) & 1u);
}

/* Sum of x over those that add less that over those that subtract, which are the ones among
 * the signs from number *sign on; *net is the number of the first less that of the others.
 *
 * Twice what subtracts, taken from the sum of all, leaves no decision to a connection. Signs are
 * taken four at a time, as far as their word goes. */
SBNN_INLINE int32_t sbnn_sum_signed(const uint32_t* list, int32_t count,
                                    const int8_t* x, const uint32_t* signs,
                                    uint32_t* sign, int32_t* net) {
  const uint32_t* const end = list + count;
  const uint32_t* word = signs + (*sign >> 5);
  int32_t skip = (int32_t)(*sign & 31u);
  int32_t less = 0, all = 0, subtracted = 0;
  *sign += (uint32_t)count;
  while (list != end) {
    uint32_t left = *word++ >> skip;
    int32_t here = 32 - skip;
    if (here > end - list) here = (int32_t)(end - list);
    const uint32_t* const here_end = list + here;
    const uint32_t* const fours_end = list + (here & ~3);
    subtracted +=
        sbnn_ones(left << (32 - here)); /* no connection's signs: gone */
    for (; list != fours_end; list += 4, left >>= 4) {
      const int32_t a = x[list[0]], b = x[list[1]], c = x[list[2]],
                    d = x[list[3]];
      all += a + b + c + d;
      less += sbnn_if_less(a, left, 0) + sbnn_if_less(b, left, 1);
      less += sbnn_if_less(c, left, 2) + sbnn_if_less(d, left, 3);
    }
    for (; list != here_end; left >>= 1) {
      const int32_t value = x[*list++];
      all += value;
      less += sbnn_if_less(value, left, 0);
    }
    skip = 0;
  }
  *net = count - 2 * subtracted;
  return all - 2 * less;
}

#endif /* SBNN_LISTED_SUMS_H_ */
