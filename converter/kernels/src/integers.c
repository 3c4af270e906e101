#include "sbnn/integers.h"

int32_t sbnn_integer(sbnn_integers all, int32_t i) {
  return sbnn_integer_inline(all, i);
}

#define COPY(type)                               \
  {                                              \
    const type* at = (const type*)all.values;    \
    for (at += first; to != end;) *to++ = *at++; \
  }

void sbnn_copy_integers(sbnn_integers all, int32_t first, int32_t count,
                        int32_t* to) {
  const int32_t* const end = to + count;
  switch (all.bytes) {
    case 1: COPY(int8_t) break;
    case 2: COPY(int16_t) break;
    default: COPY(int32_t)
  }
}
