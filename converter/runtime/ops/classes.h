/* All op classes, sbnn_conv2d_class and so on; op.c finds them by name. */
#ifndef SBNN_OPS_CLASSES_H_
#define SBNN_OPS_CLASSES_H_

#include "ops/op.h"
#include "ops/op_list.h"

#define SBNN_DECLARE_CLASS(Name, name) \
  extern const sbnn_op_class sbnn_##name##_class;
SBNN_OPS(SBNN_DECLARE_CLASS)
#undef SBNN_DECLARE_CLASS

#endif /* SBNN_OPS_CLASSES_H_ */
