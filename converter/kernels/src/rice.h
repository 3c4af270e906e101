/* Reads four Golomb-Rice codes from one register.
 *
 * `window` holds the next 31 bits of the code and, below them, a one: the
 * sentinel. A code word is z zeros, a one and k low bits. Shifted up by z, the
 * window's top k + 1 bits are 2^k + low, so that the gap to the next connection
 * d + 1 = (z << k) + low + 1 takes three additions. After some code words the
 * sentinel stands as many places higher as bits were read: a count of trailing
 * zeros replaces the bookkeeping. If the words ran past the 31 bits, the
 * sentinel has been taken for a bit of theirs and shifted out: the window is 0
 * and what was read must be dropped. */
#ifndef SBNN_RICE_H_
#define SBNN_RICE_H_

#include <stdint.h>

#include "inline.h"
#include "sbnn/connections.h"

/* The next 31 bits at `bit` and the sentinel. words[bit / 32 + 1] must exist. */
SBNN_INLINE uint32_t sbnn_rice_window(const uint32_t* words, uint32_t bit) {
  const uint32_t* at = words + (bit >> 5);
  const uint32_t skip = bit & 31u;
  return (at[0] << skip) | ((at[1] >> 1) >> (31u - skip)) | 1u;
}

/* Takes one code word off the window; what to add to the index before. */
SBNN_INLINE uint32_t sbnn_rice_step(uint32_t* window, uint32_t k) {
  const uint32_t zeros = sbnn_leading_zeros(*window | 1u);
  const uint32_t shifted = *window << zeros;
  *window = (shifted << k) << 1;
  return (zeros << k) + (shifted >> (31u - k)) + 1u - (1u << k);
}

/* One code word anywhere in a valid code, its end included; advances *bit. */
uint32_t sbnn_rice_step_slow(const sbnn_connections* code, uint32_t* bit);

#endif /* SBNN_RICE_H_ */
