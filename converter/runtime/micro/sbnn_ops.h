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

namespace sbnn {

// TFLMRegistration, or what a tree from before June 2023 has in its place.
using Registration =
    decltype(tflite::micro::RegisterOp(nullptr, nullptr, nullptr));

Registration RegisterConv2D();
Registration RegisterDense();
Registration RegisterMaxPool2D();
Registration RegisterQuantize();
Registration RegisterDequantize();

// `resolver` is a tflite::MicroMutableOpResolver<N> with room for one more op.
// kTfLiteError if it has none, or has the op already.
template <typename Resolver>
TfLiteStatus AddConv2D(Resolver& resolver) {
  Registration registration = RegisterConv2D();
  return resolver.AddCustom("SbnnConv2D", &registration);
}

template <typename Resolver>
TfLiteStatus AddDense(Resolver& resolver) {
  Registration registration = RegisterDense();
  return resolver.AddCustom("SbnnDense", &registration);
}

template <typename Resolver>
TfLiteStatus AddMaxPool2D(Resolver& resolver) {
  Registration registration = RegisterMaxPool2D();
  return resolver.AddCustom("SbnnMaxPool2D", &registration);
}

template <typename Resolver>
TfLiteStatus AddQuantize(Resolver& resolver) {
  Registration registration = RegisterQuantize();
  return resolver.AddCustom("SbnnQuantize", &registration);
}

template <typename Resolver>
TfLiteStatus AddDequantize(Resolver& resolver) {
  Registration registration = RegisterDequantize();
  return resolver.AddCustom("SbnnDequantize", &registration);
}

}  // namespace sbnn

#endif  // SBNN_MICRO_SBNN_OPS_H_
