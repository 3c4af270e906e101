#ifndef TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_

#include <string.h>

#include "tensorflow/lite/c/common.h"

namespace tflite {

class MicroOpResolver {
 public:
  virtual const TFLMRegistration* FindOp(int builtin_code) const = 0;

 protected:
  ~MicroOpResolver() = default;
};

// Takes custom ops. Of the ops that TensorFlow Lite Micro has itself, a test
// registers none: the wheel's resolver holds all of them already.
template <unsigned int kSize>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  const TFLMRegistration* FindOp(int) const override { return nullptr; }

  TfLiteStatus AddCustom(const char* name,
                         const TFLMRegistration* registration) {
    if (length_ >= kSize) return kTfLiteError;
    registrations_[length_] = *registration;
    registrations_[length_].builtin_code = 32;
    registrations_[length_++].custom_name = name;
    return kTfLiteOk;
  }

  // By its name; nullptr if there is none.
  const TFLMRegistration* FindOp(const char* name) const {
    for (unsigned int i = 0; i < length_; ++i) {
      if (strcmp(registrations_[i].custom_name, name) == 0) {
        return &registrations_[i];
      }
    }
    return nullptr;
  }

  TfLiteStatus AddAdd() { return kTfLiteOk; }
  TfLiteStatus AddAveragePool2D() { return kTfLiteOk; }
  TfLiteStatus AddConcatenation() { return kTfLiteOk; }
  TfLiteStatus AddConv2D() { return kTfLiteOk; }
  TfLiteStatus AddDequantize() { return kTfLiteOk; }
  TfLiteStatus AddFullyConnected() { return kTfLiteOk; }
  TfLiteStatus AddMaxPool2D() { return kTfLiteOk; }
  TfLiteStatus AddMean() { return kTfLiteOk; }
  TfLiteStatus AddMul() { return kTfLiteOk; }
  TfLiteStatus AddQuantize() { return kTfLiteOk; }
  TfLiteStatus AddReshape() { return kTfLiteOk; }
  TfLiteStatus AddSoftmax() { return kTfLiteOk; }
  TfLiteStatus AddStridedSlice() { return kTfLiteOk; }
  TfLiteStatus AddUnidirectionalSequenceLSTM() { return kTfLiteOk; }

 private:
  TFLMRegistration registrations_[kSize];
  unsigned int length_ = 0;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
