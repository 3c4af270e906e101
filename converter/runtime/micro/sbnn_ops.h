// The SBNN ops for an op resolver of TensorFlow Lite Micro.
//
//   tflite::MicroMutableOpResolver<2> resolver;
//   sbnn::AddConv2D(resolver);
//   sbnn::AddDense(resolver);
//
// Builds in trees of 2023 and later. An op that is not added takes no flash
// where the linker drops unused sections (-ffunction-sections, --gc-sections).
#ifndef SBNN_MICRO_SBNN_OPS_H_
#define SBNN_MICRO_SBNN_OPS_H_

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

extern "C" {
#include "ops/op_list.h"
}

namespace sbnn {

// TFLMRegistration, or what a tree from before June 2023 has in its place.
using Registration =
    decltype(tflite::micro::RegisterOp(nullptr, nullptr, nullptr));

// For each op of ops/op_list.h, such as RegisterConv2D() and AddConv2D(resolver).
// `resolver` is a tflite::MicroMutableOpResolver<N> with room for one more op.
// kTfLiteError if it has none, or has the op already.
#define SBNN_DECLARE_OP(Name, name)                         \
  Registration Register##Name();                            \
  template <typename Resolver>                              \
  TfLiteStatus Add##Name(Resolver& resolver) {              \
    Registration registration = Register##Name();           \
    return resolver.AddCustom("Sbnn" #Name, &registration); \
  }
SBNN_OPS(SBNN_DECLARE_OP)
#undef SBNN_DECLARE_OP

}  // namespace sbnn

#endif  // SBNN_MICRO_SBNN_OPS_H_
