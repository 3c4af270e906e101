#include "sbnn/integers.h"

int32_t sbnn_integer(sbnn_integers all, int32_t i) {
  return sbnn_integer_inline(all, i);
}

void sbnn_copy_integers(sbnn_integers all, int32_t first, int32_t count,
                        int32_t* to) {
  const int8_t* at = (const int8_t*)all.values + first * all.bytes;
  const int32_t* const end = to + count;
  if (all.bytes == 1) {
    while (to != end) *to++ = *at++;
    return;
  }
  all.values = at;
  for (int32_t i = 0; to != end; ++i) *to++ = sbnn_integer_inline(all, i);
}
