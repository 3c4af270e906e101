#include "hot.h"
#include "unslice.h"

#include "inline.h"

/* Swaps the bits of `high` under `mask` with those of `low` that are `by` further up. */
#define SBNN_SWAP(low, high, by, mask)                            \
  do {                                                            \
    const uint32_t changed = (((low) >> (by)) ^ (high)) & (mask); \
    (high) ^= changed;                                            \
    (low) ^= changed << (by);                                     \
  } while (0)

/* Eight slices are four matrices of 8 x 8 bits, a byte wide each, side by side: transposed
 * as below, all four at once. */
SBNN_HOT void sbnn_unslice_bytes(const uint32_t* sliced, int32_t slices,
                                 uint32_t bytes[8]) {
  const uint32_t sign = sliced[slices - 1];
  for (int32_t k = 0; k < 8; ++k) bytes[k] = k < slices ? sliced[k] : sign;
  uint32_t a = bytes[0], b = bytes[1], c = bytes[2], d = bytes[3];
  uint32_t e = bytes[4], f = bytes[5], g = bytes[6], h = bytes[7];
  SBNN_SWAP(a, e, 4, 0x0F0F0F0Fu);
  SBNN_SWAP(b, f, 4, 0x0F0F0F0Fu);
  SBNN_SWAP(c, g, 4, 0x0F0F0F0Fu);
  SBNN_SWAP(d, h, 4, 0x0F0F0F0Fu);
  SBNN_SWAP(a, c, 2, 0x33333333u);
  SBNN_SWAP(b, d, 2, 0x33333333u);
  SBNN_SWAP(e, g, 2, 0x33333333u);
  SBNN_SWAP(f, h, 2, 0x33333333u);
  SBNN_SWAP(a, b, 1, 0x55555555u);
  SBNN_SWAP(c, d, 1, 0x55555555u);
  SBNN_SWAP(e, f, 1, 0x55555555u);
  SBNN_SWAP(g, h, 1, 0x55555555u);
  bytes[0] = a;
  bytes[1] = b;
  bytes[2] = c;
  bytes[3] = d;
  bytes[4] = e;
  bytes[5] = f;
  bytes[6] = g;
  bytes[7] = h;
}

SBNN_HOT void sbnn_unslice(const uint32_t* sliced, int32_t slices,
                           int32_t numbers[32]) {
  uint32_t bytes[8];
  for (int32_t first = 0; first < slices && first < 32; first += 8) {
    sbnn_unslice_bytes(sliced + first, slices - first, bytes);
    const uint32_t known = (1u << first) - 1u;
    for (int32_t i = 0; i < 32; ++i) {
      const int32_t byte = (int8_t)(bytes[i & 7] >> (i & ~7));
      const uint32_t low = first == 0 ? 0u : (uint32_t)numbers[i] & known;
      numbers[i] = (int32_t)(((uint32_t)byte << first) | low);
    }
  }
}

/* A square bit matrix is transposed by swapping its upper right with its lower
 * left quarter, then the same within the quarters, and so on; here from quarters
 * of side `size` on. */
SBNN_INLINE void transpose(uint32_t* rows, int32_t size, uint32_t mask) {
  uint32_t* const end = rows + 2 * size;
  for (; size != 0; size >>= 1, mask ^= mask << size) {
    for (uint32_t* block = rows; block != end; block += size) {
      for (uint32_t* stop = block + size; block != stop; ++block) {
        const uint32_t swap = ((*block >> size) ^ block[size]) & mask;
        *block ^= swap << size;
        block[size] ^= swap;
      }
    }
  }
}

SBNN_HOT void sbnn_slice(const int32_t numbers[32], int32_t slices,
                         uint32_t* sliced) {
  uint32_t rows[32];
  if (slices <= 16) { /* two matrices side by side, in half the steps */
    for (int32_t i = 0; i < 16; ++i) {
      rows[i] =
          ((uint32_t)numbers[i] & 0xFFFFu) | ((uint32_t)numbers[i + 16] << 16);
    }
    transpose(rows, 8, 0x00FF00FFu);
  } else {
    for (int32_t i = 0; i < 32; ++i) rows[i] = (uint32_t)numbers[i];
    transpose(rows, 16, 0x0000FFFFu);
  }
  for (int32_t k = 0; k < slices; ++k) sliced[k] = rows[k < 31 ? k : 31];
}
