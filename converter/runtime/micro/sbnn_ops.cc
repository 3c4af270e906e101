// The SBNN ops in TensorFlow Lite Micro, written against what its public headers
// have had in common since 2023.
#include "micro/sbnn_ops.h"

#include <cstddef>
#include <cstdint>

#include "tensorflow/lite/micro/micro_context.h"
#include "tensorflow/lite/micro/micro_log.h"

extern "C" {
#include "micro/micro_op.h"
#include "ops/classes.h"
}

namespace sbnn {
namespace {

sbnn_type TypeOf(TfLiteType type) {
  switch (type) {
    case kTfLiteFloat32: return SBNN_FLOAT32;
    case kTfLiteInt32: return SBNN_INT32;
    case kTfLiteInt8: return SBNN_INT8;
    case kTfLiteInt16: return SBNN_INT16;
    default: return SBNN_OTHER_TYPE;
  }
}

bool View(void* interpreter, int index, sbnn_tensor* view) {
  const TfLiteEvalTensor* tensor =
      static_cast<tflite::MicroContext*>(interpreter)->GetEvalTensor(index);
  if (tensor == nullptr || tensor->dims == nullptr ||
      tensor->dims->size > SBNN_MAX_RANK) {
    return false;
  }
  view->type = TypeOf(tensor->type);
  view->rank = tensor->dims->size;
  for (int i = 0; i < view->rank; ++i) view->dims[i] = tensor->dims->data[i];
  view->data = tensor->data.data;  // null for all but constants in Prepare
  return true;
}

void* Init(TfLiteContext* context, const char* options, size_t size) {
  void* memory = tflite::GetMicroContext(context)->AllocatePersistentBuffer(
      sizeof(sbnn_micro_op));
  return sbnn_micro_init(memory, options, size);
}

// Whether the kernels can run the op as `kClass`. A registration does not tell its kernel which
// op it is, so that each op has a function of its own.
template <const sbnn_op_class& kClass>
TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  tflite::MicroContext* micro_context = tflite::GetMicroContext(context);
  const sbnn_micro_wiring wiring = {node->inputs->data, node->inputs->size,
                                    node->outputs->data, node->outputs->size};
  sbnn_problem problem;
  if (!sbnn_micro_prepare(node->user_data, &kClass, &wiring, View,
                          micro_context, &problem)) {
    MicroPrintf(sbnn_problem_format(&problem), kClass.name, problem.what,
                static_cast<int>(problem.found),
                static_cast<int>(problem.wanted));
    return kTfLiteError;
  }
  sbnn_micro_op* self = static_cast<sbnn_micro_op*>(node->user_data);
  if (self->op.scratch_bytes == 0) return kTfLiteOk;
  return micro_context->RequestScratchBufferInArena(self->op.scratch_bytes,
                                                    &self->scratch_index);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const sbnn_micro_op* self =
      static_cast<const sbnn_micro_op*>(node->user_data);
  void* scratch = self->scratch_index < 0
                      ? nullptr
                      : tflite::GetMicroContext(context)->GetScratchBuffer(
                            self->scratch_index);
  const void* other = self->op.other == 0 ? nullptr
                                          : tflite::micro::GetEvalInput(
                                                context, node, self->op.other)
                                                ->data.data;
  sbnn_invoke_op(
      &self->op, tflite::micro::GetEvalInput(context, node, 0)->data.data,
      other, tflite::micro::GetEvalOutput(context, node, 0)->data.data,
      scratch);
  return kTfLiteOk;
}

template <const sbnn_op_class& kClass>
Registration Register() {
  return tflite::micro::RegisterOp(Init, Prepare<kClass>, Invoke);
}

}  // namespace

#define SBNN_REGISTER(Name, name) \
  Registration Register##Name() { return Register<sbnn_##name##_class>(); }
SBNN_OPS(SBNN_REGISTER)

}  // namespace sbnn
