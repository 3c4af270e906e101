/* What the native tests share: random numbers, a weight coder, memory whose
 * ends are watched, and reports; on the host and under QEMU. */
#ifndef SBNN_TESTS_SUPPORT_H_
#define SBNN_TESTS_SUPPORT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sbnn/connections.h"
#include "sbnn/output.h"

/* A uniform number in [low, high]. */
int32_t random_in(int32_t low, int32_t high);
void seed_random(uint32_t seed);
uint32_t random_word(void);

/* Memory until the next `free_all`. On the host each block is a heap block of
 * exactly this size, so that the sanitizers see any step outside it; in QEMU it
 * stands between guard words that `free_all` checks. */
void* allocate(size_t bytes);
bool free_all(void);

/* A random kernel of `outputs` channels with `percent` ones in all, coded
 * as the converter does: Golomb-Rice with the best parameter, a bitmap, or bytes.
 * `weights`, if not NULL, receives it as a byte a weight. */
sbnn_connections random_kernel(int32_t outputs, int32_t fan_in, int32_t percent,
                               int8_t** weights);

/* The same, bytes or one of the others. */
sbnn_connections random_kernel_coded(int32_t outputs, int32_t fan_in,
                                     int32_t percent, bool in_bytes,
                                     int8_t** weights);

/* Gives the connections of a kernel, and of its weights, random signs: `percent` of
 * them are -1. */
void sign_kernel(sbnn_connections* kernel, int8_t* weights, int32_t percent);

/* A kernel without signs as SBNN_CODE_BYTES. */
sbnn_connections bytes_kernel(const int8_t* weights, int32_t outputs,
                              int32_t fan_in);

/* The same kernel as SBNN_CODE_SLICED, with signs if there is a -1. */
sbnn_connections sliced_kernel(const int8_t* weights, int32_t units,
                               int32_t inputs);

/* An output stage to bits, with random flips. `positions` is 0 for a vector. */
/* `count` whole numbers as a file could hold them: in turn in bytes, in halves of words
 * and in words, where they fit. */
sbnn_integers integers_of(const int32_t* values, int32_t count);

sbnn_output bits_output(int32_t channels, int32_t positions,
                        const int32_t* thresholds);

/* Activations of one or two bits or a stream of a few planes, all whose sums are within
 * `spread` of what they are compared with or begin at. */
sbnn_output short_output(int32_t channels, int32_t positions, int32_t spread,
                         size_t* bytes);

/* A random output stage of any kind, with thresholds within `spread`; *bytes is
 * the size of the output. Planes are several as often as one, and may be a stream,
 * which adds to another one or not. `positions` is 0 for a vector. */
sbnn_output random_output(int32_t channels, int32_t positions, int32_t spread,
                          size_t* bytes);

/* One of the listed numbers. */
int32_t pick(const int32_t* from, int32_t count);

#define PICK(...)                      \
  pick((const int32_t[]){__VA_ARGS__}, \
       (int32_t)(sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t)))

/* `words` random words. */
uint32_t* random_planes(int32_t planes, int32_t positions);

void print(const char* text);
void print_number(const char* name, int32_t number);

/* A kind of random cases, each right or not. */
typedef struct {
  const char* name;
  bool (*run)(void);
} case_kind;

/* Runs `many` cases of each kind, or `few` under emulation, and prints the seeds of
 * those that are wrong or write outside their memory. The status of `main`. */
int run_cases(const case_kind* kinds, size_t count, int32_t few, int32_t many);

#define RUN_CASES(few, many, ...)                                              \
  run_cases((const case_kind[]){__VA_ARGS__},                                  \
            sizeof((const case_kind[]){__VA_ARGS__}) / sizeof(case_kind), few, \
            many)

#endif /* SBNN_TESTS_SUPPORT_H_ */
