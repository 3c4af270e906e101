/* Rows of a plane that start anywhere in a word. */
#ifndef SBNN_ROW_BITS_H_
#define SBNN_ROW_BITS_H_

#include <stdint.h>

#include "inline.h"

/* Bits that `sbnn_thin` leaves of 32. */
SBNN_INLINE int32_t sbnn_thinned_bits(int32_t stride) {
  return (31 + stride) / stride;
}

/* Columns column .. column + 31 of the row that starts at bit `row` and is
 * `width` bits long; columns outside it are those of `pad`. */
uint32_t sbnn_row_bits(const uint32_t* plane, int32_t row, int32_t width,
                       int32_t column, uint32_t pad);

/* Every stride-th bit, starting with bit 0, moved together; above them zeros. */
uint32_t sbnn_thin(uint32_t bits, int32_t stride);

/* The same for stride 2: halves of ever larger groups close up, 1, 2, 4, 8 bits. */
SBNN_INLINE uint32_t sbnn_thin_by_two(uint32_t bits) {
  bits &= 0x55555555u;
  bits = (bits | (bits >> 1)) & 0x33333333u;
  bits = (bits | (bits >> 2)) & 0x0F0F0F0Fu;
  bits = (bits | (bits >> 4)) & 0x00FF00FFu;
  return (bits | (bits >> 8)) & 0x0000FFFFu;
}

/* ORs the low `count` (1 .. 32) bits of `bits` into `to` from bit `at` on; what
 * falls outside the `words` words of `to` is left out. */
void sbnn_put_row_bits(uint32_t* to, int64_t words, int64_t at, int32_t count,
                       uint32_t bits);

#endif /* SBNN_ROW_BITS_H_ */
