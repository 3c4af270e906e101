/* Bit planes: how binary activations lie in memory.
 *
 * A binary activation is +1 or -1 and takes one bit: 1 for +1, 0 for -1.
 *
 * An image of height H, width W and C channels is C planes, one after another.
 * A plane holds the H*W positions of one channel in row-major order, position
 * y*W + x, packed 32 to a word without gaps between rows:
 *
 *     bit (p % 32) of word (p / 32), least significant bit first.
 *
 * Each plane starts at a new word. The unused bits of its last word are 0.
 *
 * A vector of K features (what a dense layer reads and writes) is a single
 * plane in which feature k is position k.
 */
#ifndef SBNN_PLANES_H_
#define SBNN_PLANES_H_

#include <stdint.h>

/* Words that one plane of `positions` bits takes. */
static inline int32_t sbnn_plane_words(int32_t positions) {
  return (positions + 31) / 32;
}

/* The bit at index `bit`, counted from the first bit of the first word. */
static inline uint32_t sbnn_get_bit(const uint32_t* words, int32_t bit) {
  return (words[bit >> 5] >> (bit & 31)) & 1u;
}

/* Sets a bit that is still 0 to `value` (0 or 1). */
static inline void sbnn_put_bit(uint32_t* words, int32_t bit, uint32_t value) {
  words[bit >> 5] |= value << (bit & 31);
}

#endif /* SBNN_PLANES_H_ */
