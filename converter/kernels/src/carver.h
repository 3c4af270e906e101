/* Cuts arrays out of the caller's scratch memory.
 *
 * The same code runs twice: without memory, to learn how much a call needs, and
 * with it. What is asked for and what is used can then not drift apart. */
#ifndef SBNN_CARVER_H_
#define SBNN_CARVER_H_

#include <stddef.h>
#include <stdint.h>

#include "inline.h"

/* Bytes of a pointer. Who asks on a host what a microcontroller would need
 * (runtime/plan) sets it to 4; such code can measure, but not run. */
#ifndef SBNN_POINTER_BYTES
#define SBNN_POINTER_BYTES sizeof(void*)
#endif

typedef struct {
  uint8_t* memory; /* aligned for pointers; NULL while measuring */
  uint64_t used;
} sbnn_carver;

/* `count` elements of `size` bytes; NULL while measuring. */
SBNN_INLINE void* sbnn_carve(sbnn_carver* carver, int64_t count, size_t size) {
  void* out =
      carver->memory == NULL ? NULL : carver->memory + (size_t)carver->used;
  const uint64_t align = SBNN_POINTER_BYTES - 1u;
  carver->used += ((uint64_t)count * size + align) & ~align;
  return out;
}

/* What a scratch function answers: sizes beyond SIZE_MAX do not wrap. */
SBNN_INLINE size_t sbnn_carved(const sbnn_carver* carver) {
  return carver->used > (uint64_t)(SIZE_MAX / 2u) ? SIZE_MAX / 2u
                                                  : (size_t)carver->used;
}

#endif /* SBNN_CARVER_H_ */
