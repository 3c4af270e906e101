/* A layer's binary kernel: its weight code, the code's options, and the domain. */
#ifndef SBNN_OPS_WEIGHTS_H_
#define SBNN_OPS_WEIGHTS_H_

#include "ops/op.h"
#include "sbnn/option_list.h"

#define SBNN_WEIGHT_OPTIONS(X)                                                \
  X(connections, 0, INT32_MAX, SBNN_ALWAYS, "ones of the kernel")             \
  X(code, 0, SBNN_CODES - 1, SBNN_ALWAYS, "weight code")                      \
  X(code_parameter, 0, 255, SBNN_ALWAYS, "parameter of the code")             \
  X(alpha_steps, -4096, 4096, SBNN_ALWAYS, "weight of what is no connection") \
  X(domain_shift, 0, 8, SBNN_ALWAYS, "a step is 2^-domain_shift")             \
  X(has_signs, 0, 1, SBNN_MAY_MISS, "1: weights are -1, 0 and +1")            \
  X(most_connections, 0, INT32_MAX, SBNN_MAY_MISS,                            \
    "connections of the output channel with the most of them")

/* Reads the weight code in `tensor` with its options and the domain. */
bool sbnn_prepare_kernel(sbnn_op* op, const sbnn_option_values* options,
                         const sbnn_tensor* tensor, int32_t outputs,
                         int32_t fan_in, sbnn_domain* domain,
                         sbnn_problem* problem);

#endif /* SBNN_OPS_WEIGHTS_H_ */
