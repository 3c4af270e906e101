/* Four numbers at a time. Multiplying a nibble abcd by 0x00204081 puts a copy
 * of it 7 bits further up three times; masked with 0x01010101 that leaves each
 * of its bits at the bottom of a byte of its own. Eight slices make four bytes,
 * the next eight the next four. */
#include "hot.h"
#include "unslice.h"

#include "inline.h"

static uint32_t spread(uint32_t slice, int32_t at) {
  return (((slice >> at) & 15u) * 0x00204081u) & 0x01010101u;
}

void sbnn_unslice(const uint32_t* sliced, int32_t slices, int32_t numbers[32]) {
  const uint32_t sign = sliced[slices - 1];
  for (int32_t at = 0; at < 32; at += 4) {
    int32_t* out = numbers + at;
    for (int32_t i = 0; i < 4; ++i) {
      out[i] = -(int32_t)((sign >> (at + i)) & 1u);
    }
    for (int32_t first = 0; first < slices && first < 32; first += 8) {
      int32_t count = slices - first < 8 ? slices - first : 8;
      uint32_t bytes = 0;
      for (int32_t k = 0; k < count; ++k) {
        bytes |= spread(sliced[first + k], at) << k;
      }
      const uint32_t mask = 0xFFu >> (8 - count);
      for (int32_t i = 0; i < 4; ++i) {
        const uint32_t cleared = (uint32_t)out[i] & ~(mask << first);
        out[i] = (int32_t)(cleared | (((bytes >> (8 * i)) & mask) << first));
      }
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

void sbnn_slice(const int32_t numbers[32], int32_t slices, uint32_t* sliced) {
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
