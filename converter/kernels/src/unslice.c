/* Four numbers at a time. Multiplying a nibble abcd by 0x00204081 puts a copy
 * of it 7 bits further up three times; masked with 0x01010101 that leaves each
 * of its bits at the bottom of a byte of its own. Eight slices make four bytes,
 * the next eight the next four. */
#include "unslice.h"

static uint32_t spread(uint32_t slice, int32_t at) {
  return (((slice >> at) & 15u) * 0x00204081u) & 0x01010101u;
}

void sbnn_unslice(const uint32_t* sliced, int32_t slices,
                  int32_t numbers[32]) {
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
        out[i] =
            (int32_t)(cleared | (((bytes >> (8 * i)) & mask) << first));
      }
    }
  }
}

void sbnn_slice(const int32_t numbers[32], int32_t slices, uint32_t* sliced) {
  for (int32_t k = 0; k < slices; ++k) {
    const int32_t place = k < 31 ? k : 31;
    uint32_t out = 0;
    for (int32_t i = 31; i >= 0; --i) {
      out = (out << 1) | (((uint32_t)numbers[i] >> place) & 1u);
    }
    sliced[k] = out;
  }
}
