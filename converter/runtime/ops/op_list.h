/* All ops, once: the name in a file behind "Sbnn", that of the op's class, and what
 * its file says.
 *
 * Whatever has to know of every op is made from this list: the classes, how hosts
 * run them, and the registrations of TensorFlow Lite Micro. */
#ifndef SBNN_OPS_OP_LIST_H_
#define SBNN_OPS_OP_LIST_H_

#include "sbnn/add.h"
#include "sbnn/average_pool2d.h"
#include "sbnn/conv2d.h"
#include "sbnn/dense.h"
#include "sbnn/max_pool2d.h"
#include "sbnn/quantize.h"

/* Those that runtime/host has a file for, and all: of the others hosts run the
 * plain kernel, on one thread. */
#define SBNN_OPS_WITH_HOST_KERNELS(OP) \
  OP(Conv2D, conv2d)                   \
  OP(Dense, dense)                     \
  OP(MaxPool2D, max_pool2d)            \
  OP(Quantize, quantize)               \
  OP(Dequantize, dequantize)

#define SBNN_OPS(OP)                \
  SBNN_OPS_WITH_HOST_KERNELS(OP)    \
  OP(AveragePool2D, average_pool2d) \
  OP(Add, add)

/* The parameters of an op that has any. */
typedef union {
  sbnn_conv2d_params conv2d;
  sbnn_dense_params dense;
  sbnn_max_pool2d_params max_pool2d;
  sbnn_quantize_params quantize;
  sbnn_dequantize_params dequantize;
  sbnn_average_pool2d_params average_pool2d;
  sbnn_add_params add;
} sbnn_op_params;

#endif /* SBNN_OPS_OP_LIST_H_ */
