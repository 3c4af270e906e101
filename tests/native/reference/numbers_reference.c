#include "reference.h"

int64_t reference_number(const uint32_t* x, int32_t words, int32_t first,
                         int32_t planes, int32_t position) {
  int64_t number = 0, weight = 1;
  for (int32_t i = 0; i < planes; ++i, weight *= 2) {
    if (reference_bit(x + (first + i) * words, position)) number += weight;
  }
  return number;
}

void reference_put_number(uint32_t* y, int32_t words, int32_t first,
                          int32_t planes, int32_t position, int64_t number) {
  for (int32_t i = 0; i < planes; ++i, number /= 2) {
    if (number % 2 == 1) {
      y[(first + i) * words + position / 32] |= 1u << position % 32;
    }
  }
}
