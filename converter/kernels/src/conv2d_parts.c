#include "conv2d_parts.h"

#include "hot.h"
#include "inline.h"

bool sbnn_has_parts(int32_t width) {
  return width % 32 == 0 || 32 % width == 0;
}

/* Swaps the groups of bits under `mask` with those `by` bits further up. */
SBNN_INLINE uint32_t swap_groups(uint32_t x, uint32_t mask, uint32_t by) {
  const uint32_t changed = (x ^ (x >> by)) & mask;
  return x ^ changed ^ (changed << by);
}

/* Groups of `size` bits, those of even number in the lower half of the word, the others in
 * the upper one. Ever larger groups close up. */
SBNN_INLINE uint32_t part_groups(uint32_t x, int32_t size) {
  if (size <= 1) x = swap_groups(x, 0x22222222u, 1u);
  if (size <= 2) x = swap_groups(x, 0x0C0C0C0Cu, 2u);
  if (size <= 4) x = swap_groups(x, 0x00F000F0u, 4u);
  if (size <= 8) x = swap_groups(x, 0x0000FF00u, 8u);
  return x;
}

/* Deals the groups of `size` bits, 16 at most, of `words` words out to two planes. */
SBNN_INLINE void deal_groups(const uint32_t* from, int32_t words, int32_t size,
                             uint32_t* even, uint32_t* odd) {
  const uint32_t* const end = from + words;
  while (from != end) {
    const uint32_t low = part_groups(*from++, size);
    const uint32_t high = from == end ? 0u : part_groups(*from++, size);
    *even++ = (low & 0xFFFFu) | (high << 16);
    *odd++ = (low >> 16) | (high & 0xFFFF0000u);
  }
}

/* The same for rows of whole words. */
SBNN_HOT static void deal_words(const uint32_t* from, int32_t words,
                                int32_t row_words, uint32_t* even,
                                uint32_t* odd) {
  const uint32_t* const end = from + words;
  while (from != end) {
    for (int32_t i = 0; i < row_words; ++i) *even++ = *from++;
    for (int32_t i = 0; i < row_words; ++i) *odd++ = *from++;
  }
}

SBNN_HOT static void deal_rows(const uint32_t* from, int32_t words,
                               int32_t width, uint32_t* even, uint32_t* odd) {
  if (width >= 32) {
    deal_words(from, words, width / 32, even, odd);
  } else if (width == 16) {
    deal_groups(from, words, 16, even, odd);
  } else {
    deal_groups(from, words, width, even, odd);
  }
}

void sbnn_take_apart(const uint32_t* plane, int32_t words, int32_t width,
                     uint32_t* room, uint32_t* parts) {
  const int32_t half = (words + 1) / 2;
  const int32_t part = sbnn_part_words(words);
  deal_groups(plane, words, 1, room, room + half);
  deal_rows(room, half, width, parts, parts + 2 * part);
  deal_rows(room + half, half, width, parts + part, parts + 3 * part);
}
