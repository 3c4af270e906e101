/* Whole numbers as a file holds them: signed, one, two or four bytes each.
 *
 * Thresholds and what scales a stream are small in all but the widest layers, and
 * there are several for each channel: a file holds them as narrow as they all fit
 * in. Kernels read one when they come to a channel, never for a position. */
#ifndef SBNN_INTEGERS_H_
#define SBNN_INTEGERS_H_

#include <stdint.h>

typedef struct {
  const void* values;
  int32_t bytes; /* of each: 1, 2 or 4 */
} sbnn_integers;

/* Number `i` of them. The kernels of controllers share one copy of it; those of hosts
 * have it in their loops. */
int32_t sbnn_integer(sbnn_integers all, int32_t i);

/* `count` of them, from number `first` on. */
void sbnn_copy_integers(sbnn_integers all, int32_t first, int32_t count,
                        int32_t* to);

static inline int32_t sbnn_integer_inline(sbnn_integers all, int32_t i) {
  switch (all.bytes) {
    case 1: return ((const int8_t*)all.values)[i];
    case 2: return ((const int16_t*)all.values)[i];
    default: return ((const int32_t*)all.values)[i];
  }
}

#endif /* SBNN_INTEGERS_H_ */
