/* A dense layer, worked out ahead.
 *
 * On bits: the kernel as a bitmap in the layout of the input, 64 inputs a word.
 * A unit's ones are the bits of input AND row; counting them takes an instruction
 * for 64 inputs, at any density. Inputs that a unit subtracts are inverted first.
 * Activations of several bits are that many inputs, whose sums weigh 1, 2, 4 and 8.
 * On numbers: lists of inputs and their opposites. */
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
  int32_t in_words;   /* 32-bit words of the input */
  int32_t row_words;  /* 64-bit words of a row */
  uint64_t* rows;     /* a row for each unit; behind them one with all inputs */
  uint64_t* signs;    /* a row for each unit: what it subtracts; or NULL */
  int32_t* counts;    /* connections of each unit */
  int32_t* opposites; /* of them: those that subtract; numbers only */
  int32_t levels;     /* planes of an input channel; rows have one each */
  bool is_signed;
  uint32_t* lists; /* numbers only; opposites stand behind the inputs */
  int32_t* first;  /* of each unit, and the end */
  size_t scratch_bytes;
} sbnn_host_dense;

/* False: out of memory. */
bool sbnn_host_plan_dense(sbnn_host_dense* plan,
                          const sbnn_dense_params* params,
                          const sbnn_connections* kernel,
                          const sbnn_output* output, sbnn_face input,
                          const sbnn_host_memory* memory);

#endif /* SBNN_HOST_DENSE_PLAN_H_ */
