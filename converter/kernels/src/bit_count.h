/* How many bits of a word are set. */
#ifndef SBNN_BIT_COUNT_H_
#define SBNN_BIT_COUNT_H_

#include <stdint.h>

#include "inline.h"

SBNN_INLINE int32_t sbnn_bit_count(uint32_t x) {
  x -= (x >> 1) & 0x55555555u;
  x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
  x = (x + (x >> 4)) & 0x0F0F0F0Fu;
  return (int32_t)((x * 0x01010101u) >> 24);
}

#endif /* SBNN_BIT_COUNT_H_ */
