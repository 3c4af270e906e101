/* The output stage of an op: its constants and their options. */
#ifndef SBNN_OPS_STAGE_H_
#define SBNN_OPS_STAGE_H_

#include "ops/op.h"
#include "sbnn/option_list.h"

#define SBNN_STAGE_OPTIONS(X)                      \
  X(output_shift, 0, 31, SBNN_WITH_INTEGER_OUTPUT, \
    "bits that products are shifted by")           \
  X(stream, 0, 1, SBNN_MAY_MISS, "1: the planes that are written are a stream")

/* Reads the two constants of the output stage, whose face is known: cuts and
 * flips where planes are written, else factors and biases, or multipliers and
 * offsets. `positions` is 0 for a vector. Bits of planes must fit into int32. */
bool sbnn_prepare_output(sbnn_op* op, const sbnn_option_values* options,
                         const sbnn_tensor* constants, int32_t channels,
                         int32_t positions, sbnn_problem* problem);

#endif /* SBNN_OPS_STAGE_H_ */
