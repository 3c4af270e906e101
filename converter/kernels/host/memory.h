/* Where the plans of host kernels get memory from: the caller.
 *
 * `take` returns zeroed memory, aligned for every vector, or NULL; what was taken
 * is released by the caller, all at once. */
#ifndef SBNN_HOST_MEMORY_H_
#define SBNN_HOST_MEMORY_H_

#include <stddef.h>
#include <stdint.h>

enum { SBNN_HOST_ALIGNMENT = 64 };

typedef struct {
  void* (*take)(void* owner, size_t bytes);
  void* owner;
} sbnn_host_memory;

/* `count` elements of `size` bytes. */
static inline void* sbnn_host_take(const sbnn_host_memory* memory,
                                   int64_t count, size_t size) {
  return memory->take(memory->owner, (size_t)count * size);
}

#endif /* SBNN_HOST_MEMORY_H_ */
