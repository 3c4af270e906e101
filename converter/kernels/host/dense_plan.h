/* A dense layer, worked out ahead.
 *
 * On bits: the kernel as a bitmap in the layout of the input, 64 inputs a word.
 * A unit's ones are the bits of input AND row; counting them takes an instruction
 * for 64 inputs, at any density. On numbers: lists of inputs. */
#ifndef SBNN_HOST_DENSE_PLAN_H_
#define SBNN_HOST_DENSE_PLAN_H_

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"
#include "sbnn/connections.h"
#include "sbnn/dense.h"
#include "sbnn/output.h"

typedef struct {
  sbnn_dense_params params;
  sbnn_output output;
  int32_t in_words;  /* 32-bit words of the input */
  int32_t row_words; /* 64-bit words of a row */
  uint64_t* rows;    /* a row for each unit; behind them one with all inputs */
  int32_t* counts;   /* connections of each unit */
  uint32_t* lists;   /* numbers only */
  int32_t* first;    /* of each unit, and the end */
  size_t scratch_bytes;
} sbnn_host_dense;

/* False: out of memory. */
bool sbnn_host_plan_dense(sbnn_host_dense* plan,
                          const sbnn_dense_params* params,
                          const sbnn_connections* kernel,
                          const sbnn_output* output, sbnn_face input,
                          const sbnn_host_memory* memory);

#endif /* SBNN_HOST_DENSE_PLAN_H_ */
