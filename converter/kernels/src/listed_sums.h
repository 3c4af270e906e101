/* Sums of the numbers that a list of connections names. */
#ifndef SBNN_LISTED_SUMS_H_
#define SBNN_LISTED_SUMS_H_

#include <stdint.h>

#include "connection_stream.h"
#include "inline.h"

/* Sum of x over `count` connections. */
SBNN_INLINE int32_t sbnn_sum_listed(const uint32_t* list, int32_t count,
                                    const int8_t* x) {
  const uint32_t* const end = list + count;
  const uint32_t* const fours_end = list + (count & ~3);
  int32_t sum = 0;
  for (; list != fours_end; list += 4) {
    const int32_t a = x[list[0]], b = x[list[1]], c = x[list[2]],
                  d = x[list[3]];
    sum += a + b + c + d;
  }
  for (; list != end; ++list) sum += x[*list];
  return sum;
}

/* Sum of x over those that add less that over those that subtract, by the next `count` signs;
 * *net is the number of the first less that of the others. */
SBNN_INLINE int32_t sbnn_sum_signed(const uint32_t* list, int32_t count,
                                    const int8_t* x, sbnn_sign_reader* signs,
                                    int32_t* net) {
  const uint32_t* const end = list + count;
  sbnn_sign_reader reader = *signs;
  int32_t all = 0, less = 0, subtracted = 0;
  while (list != end) {
    const int32_t value = x[*list++];
    const uint32_t is_less = sbnn_next_sign(&reader);
    all += value;
    less += value & (int32_t)(0u - is_less);
    subtracted += (int32_t)is_less;
  }
  *signs = reader;
  *net = count - 2 * subtracted;
  return all - 2 * less;
}

#endif /* SBNN_LISTED_SUMS_H_ */
