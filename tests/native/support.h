/* What the native tests share: random numbers, a weight coder, memory whose
 * ends are watched, and reports; on the host and under QEMU. */
#ifndef SBNN_TESTS_SUPPORT_H_
#define SBNN_TESTS_SUPPORT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sbnn/connections.h"

/* A uniform number in [low, high]. */
int32_t random_in(int32_t low, int32_t high);
void seed_random(uint32_t seed);
uint32_t random_word(void);

/* Memory until the next `free_all`. On the host each block is a heap block of
 * exactly this size, so that the sanitizers see any step outside it; in QEMU it
 * stands between guard words that `free_all` checks. */
void* allocate(size_t bytes);
bool free_all(void);

/* A random kernel of `outputs` channels with about `percent` ones each, coded
 * as the converter does: Golomb-Rice with the best parameter, or a bitmap. */
sbnn_connections random_kernel(int32_t outputs, int32_t fan_in,
                               int32_t percent);

/* `words` random words. */
uint32_t* random_planes(int32_t planes, int32_t positions);

void print(const char* text);
void print_number(const char* name, int32_t number);

#endif /* SBNN_TESTS_SUPPORT_H_ */
