/* All op classes; op.c finds them by name. */
#ifndef SBNN_OPS_CLASSES_H_
#define SBNN_OPS_CLASSES_H_

#include "ops/op.h"

extern const sbnn_op_class sbnn_conv2d_class;
extern const sbnn_op_class sbnn_dense_class;
extern const sbnn_op_class sbnn_max_pool2d_class;
extern const sbnn_op_class sbnn_quantize_class;
extern const sbnn_op_class sbnn_dequantize_class;

#endif /* SBNN_OPS_CLASSES_H_ */
