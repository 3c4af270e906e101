#include "hot.h"
#include "halving.h"

#include "inline.h"

enum { LEFT = 0x55555555 };

/* The left columns of two words, and the right ones. */
SBNN_INLINE uint32_t left_columns(uint32_t a, uint32_t b) {
  return (a & LEFT) | ((b & LEFT) << 1);
}

SBNN_INLINE uint32_t right_columns(uint32_t a, uint32_t b) {
  return ((a >> 1) & LEFT) | (b & ~(uint32_t)LEFT);
}

SBNN_HOT void sbnn_take_windows(const uint32_t* x, int32_t left, int32_t width,
                                uint32_t upper, uint32_t flip, uint32_t at[4]) {
  const uint32_t first = x[0] ^ flip;
  uint32_t second = left > 1 ? x[1] ^ flip : 0u;
  uint32_t third = left > 2 ? x[2] ^ flip : 0u;
  const uint32_t fourth = left > 3 ? x[3] ^ flip : 0u;
  if (width == 32) { /* whole rows: the lower ones come last */
    const uint32_t lower = second;
    second = third;
    third = lower;
  }
  uint32_t a = left_columns(first, second), b = left_columns(third, fourth);
  for (int32_t i = 0; i < 2; ++i) {
    if (width == 32) {
      at[i] = a;
      at[i + 2] = b;
    } else {
      at[i] = (a & upper) | ((b & upper) << width);
      at[i + 2] = ((a >> width) & upper) | (b & ~upper);
    }
    a = right_columns(first, second), b = right_columns(third, fourth);
  }
}

/* Swaps the bits that `mask` marks with those `distance` above them. */
SBNN_INLINE uint32_t swap(uint32_t x, uint32_t mask, int32_t distance) {
  const uint32_t differ = (x ^ (x >> distance)) & mask;
  return x ^ differ ^ (differ << distance);
}

SBNN_HOT uint32_t sbnn_in_rows(uint32_t bits, int32_t width) {
  bits = swap(bits, 0x22222222u, 1);
  if (width == 4) {
    bits = swap(bits, 0x00CC00CCu, 6);
    return swap(bits, 0x0000F0F0u, 12);
  }
  bits = swap(bits, 0x0C0C0C0Cu, 2);
  if (width == 8) bits = swap(bits, 0x0000FF00u, 8);
  bits = swap(bits, 0x00F000F0u, 4);
  return width == 32 ? swap(bits, 0x0000FF00u, 8) : bits;
}
