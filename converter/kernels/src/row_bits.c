#include "row_bits.h"

uint32_t sbnn_row_bits(const uint32_t* plane, int32_t row, int32_t width,
                       int32_t column, uint32_t pad) {
  if (column <= -32 || column >= width) return pad;
  const int32_t skip = column < 0 ? -column : 0;
  int32_t count = width - (column + skip);
  if (count > 32 - skip) count = 32 - skip;
  const int32_t bit = row + column + skip;
  const uint32_t* word = plane + (bit >> 5);
  const uint32_t shift = (uint32_t)bit & 31u;
  uint32_t bits = word[0] >> shift;
  if (shift + (uint32_t)count > 32u) bits |= word[1] << (32u - shift);
  if (count == 32) return bits;
  const uint32_t inside = (0xFFFFFFFFu >> (32 - count)) << skip;
  return ((bits << skip) & inside) | (pad & ~inside);
}

uint32_t sbnn_thin(uint32_t bits, int32_t stride) {
  if (stride == 1) return bits;
  if (stride == 2) return sbnn_thin_by_two(bits);
  uint32_t out = 0;
  int32_t to = 0;
  for (int32_t from = 0; from < 32; from += stride) {
    out |= ((bits >> from) & 1u) << to++;
  }
  return out;
}

void sbnn_put_row_bits(uint32_t* to, int64_t words, int64_t at, int32_t count,
                       uint32_t bits) {
  bits &= 0xFFFFFFFFu >> (32 - count);
  if (at < 0) {
    if (at <= -32) return;
    bits >>= (uint32_t)-at;
    at = 0;
  }
  const int64_t word = at >> 5;
  const uint32_t shift = (uint32_t)at & 31u;
  if (word >= words) return;
  to[word] |= bits << shift;
  if (shift != 0u && word + 1 < words) to[word + 1] |= bits >> (32u - shift);
}
