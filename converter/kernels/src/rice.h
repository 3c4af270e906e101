/* Reads four Golomb-Rice codes from one register.
 *
 * `window` holds the next 31 bits of the code and, below them, a one: the
 * sentinel. A code word is z zeros, a one and k low bits. Shifted up by z, the
 * window's top k + 1 bits are 2^k + low, so that the gap to the next connection
 * d + 1 = (z << k) + low + 1 takes three additions. After some code words the
 * sentinel stands as many places higher as bits were read: a count of trailing
 * zeros replaces the bookkeeping. If the words ran past the 31 bits, or
 * past the code's last word, behind which there are only zeros, the sentinel has
 * been taken for a bit of theirs and shifted out: the window is 0 and what was
 * read must be dropped. */
#ifndef SBNN_RICE_H_
#define SBNN_RICE_H_

#include <stdbool.h>
#include <stdint.h>

#include "inline.h"
#include "sbnn/connections.h"

/* The first bit that has no window: bitmaps have them, too, as Rice codes with
 * k = 0; other codes have none and are read one by one. */
SBNN_INLINE uint32_t sbnn_rice_last_window(const sbnn_connections* code) {
  const bool has_windows =
      code->code == SBNN_CODE_RICE || code->code == SBNN_CODE_BITMAP;
  return has_windows ? 32u * ((uint32_t)code->word_count - 1u) : 0u;
}

/* The next 31 bits at `bit` and the sentinel. words[bit / 32 + 1] must exist. */
SBNN_INLINE uint32_t sbnn_rice_window(const uint32_t* words, uint32_t bit) {
  const uint32_t* at = words + (bit >> 5);
  const uint32_t skip = bit & 31u;
#ifdef SBNN_THUMB2
  /* A shift by 32 gives 0 here; in C it is not defined. */
  uint32_t first, second;
  __asm__("ldrd %0, %1, [%2]"
          : "=r"(first), "=r"(second)
          : "r"(at), "m"(*(const uint32_t(*)[2])at));
  __asm__("lsr %0, %0, %1" : "+r"(second) : "r"(32u - skip));
  return (first << skip) | second | 1u;
#else
  return (at[0] << skip) | ((at[1] >> 1) >> (31u - skip)) | 1u;
#endif
}

/* `window` moved up to its first one; *zeros is how far. 0 gives 0. */
SBNN_INLINE uint32_t sbnn_rice_normalize(uint32_t window, uint32_t* zeros) {
  uint32_t shifted;
#ifdef SBNN_THUMB2
  /* Here both instructions are defined for 0; in C neither is. */
  __asm__("clz %0, %1" : "=r"(*zeros) : "r"(window));
  __asm__("lsl %0, %1, %2" : "=r"(shifted) : "r"(window), "r"(*zeros));
#else
  *zeros = sbnn_leading_zeros(window | 1u);
  shifted = window << *zeros;
#endif
  return shifted;
}

/* Takes one code word off the window. Returns `index` moved to the connection
 * and (1 << k) - 1 further. */
SBNN_INLINE uintptr_t sbnn_rice_step(uint32_t* window, uint32_t k,
                                     uintptr_t index) {
  uint32_t zeros;
  const uint32_t shifted = sbnn_rice_normalize(*window, &zeros);
  *window = (shifted << k) << 1;
  index += zeros << k;
  SBNN_IN_REGISTER(index); /* two additions of a shifted register */
  return index + (shifted >> (31u - k));
}

/* One code word anywhere in a valid code; advances *bit. Returns what to add to
 * the index, or SBNN_NO_CONNECTION behind the last one. */
uint32_t sbnn_rice_step_slow(const sbnn_connections* code, uint32_t* bit);

#endif /* SBNN_RICE_H_ */
