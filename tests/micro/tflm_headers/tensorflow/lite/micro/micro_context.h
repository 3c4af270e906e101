#ifndef TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_
#define TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_

#include "tensorflow/lite/c/common.h"

namespace tflite {

// Reaches the interpreter through its C interface, whose layout does not change with
// the order of virtual functions.
class MicroContext : public TfLiteContext {
 public:
  void* AllocatePersistentBuffer(size_t bytes) {
    return TfLiteContext::AllocatePersistentBuffer(this, bytes);
  }
  TfLiteStatus RequestScratchBufferInArena(size_t bytes, int* index) {
    return TfLiteContext::RequestScratchBufferInArena(this, bytes, index);
  }
  void* GetScratchBuffer(int index) {
    return TfLiteContext::GetScratchBuffer(this, index);
  }
  TfLiteEvalTensor* GetEvalTensor(int index) {
    return TfLiteContext::GetEvalTensor(this, index);
  }
};

inline MicroContext* GetMicroContext(const TfLiteContext* context) {
  return static_cast<MicroContext*>(const_cast<TfLiteContext*>(context));
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_
