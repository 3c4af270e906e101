/* The SBNN ops in the real TensorFlow Lite Micro interpreter on the host.
 *
 * The `tflite-micro` wheel looks custom ops up by the name of a function that
 * enters them into its op resolver; that function is `SbnnRegisterOps`.
 */
#include <string.h>

#include "micro/micro_op.h"
#include "micro/tflm_abi.h"
#include "ops/classes.h"

static sbnn_type type_of(int tflite_type) {
  if (tflite_type == kTfLiteFloat32) return SBNN_FLOAT32;
  if (tflite_type == kTfLiteInt8) return SBNN_INT8;
  if (tflite_type == kTfLiteInt16) return SBNN_INT16;
  return tflite_type == kTfLiteInt32 ? SBNN_INT32 : SBNN_OTHER_TYPE;
}

static bool view(void* interpreter, int index, sbnn_tensor* out) {
  const TfLiteContext* context = (const TfLiteContext*)interpreter;
  const TfLiteEvalTensor* tensor = context->GetEvalTensor(context, index);
  if (tensor == NULL || tensor->dims == NULL ||
      tensor->dims->size > SBNN_MAX_RANK) {
    return false;
  }
  out->type = type_of(tensor->type);
  out->rank = tensor->dims->size;
  for (int i = 0; i < out->rank; ++i) out->dims[i] = tensor->dims->data[i];
  out->data = tensor->data; /* NULL for all but constants in prepare */
  return true;
}

static void* init(TfLiteContext* context, const char* buffer, size_t length) {
  void* memory =
      context->AllocatePersistentBuffer(context, sizeof(sbnn_micro_op));
  return sbnn_micro_init(memory, buffer, length);
}

static TfLiteStatus prepare_as(const sbnn_op_class* kind,
                               TfLiteContext* context, TfLiteNode* node) {
  const sbnn_micro_wiring wiring = {node->inputs->data, node->inputs->size,
                                    node->outputs->data, node->outputs->size};
  sbnn_problem problem;
  if (!sbnn_micro_prepare(node->user_data, kind, &wiring, view, context,
                          &problem)) {
    context->ReportError(context, sbnn_problem_format(&problem), kind->name,
                         problem.what, (int)problem.found, (int)problem.wanted);
    return kTfLiteError;
  }
  sbnn_micro_op* self = (sbnn_micro_op*)node->user_data;
  if (self->op.scratch_bytes == 0u) return kTfLiteOk;
  return context->RequestScratchBufferInArena(context, self->op.scratch_bytes,
                                              &self->scratch_index);
}

static TfLiteStatus invoke(TfLiteContext* context, TfLiteNode* node) {
  const sbnn_micro_op* self = (const sbnn_micro_op*)node->user_data;
  void* scratch = self->scratch_index < 0
                      ? NULL
                      : context->GetScratchBuffer(context, self->scratch_index);
  const void* other = NULL;
  if (self->op.other != 0) {
    other = context->GetEvalTensor(context, node->inputs->data[self->op.other])
                ->data;
  }
  sbnn_invoke_op(
      &self->op, context->GetEvalTensor(context, node->inputs->data[0])->data,
      other, context->GetEvalTensor(context, node->outputs->data[0])->data,
      scratch);
  return kTfLiteOk;
}

/* A TFLM registration does not tell its kernel which op it is, so each op has a
 * prepare function of its own. */
#define SBNN_PREPARE_OP(Name, name)                          \
  static TfLiteStatus prepare_##name(TfLiteContext* context, \
                                     TfLiteNode* node) {     \
    return prepare_as(&sbnn_##name##_class, context, node);  \
  }
SBNN_OPS(SBNN_PREPARE_OP)

static const struct {
  const char* name;
  TfLiteStatus (*prepare)(TfLiteContext* context, TfLiteNode* node);
} kOps[] = {
#define SBNN_REGISTER_OP(Name, name) {"Sbnn" #Name, prepare_##name},
    SBNN_OPS(SBNN_REGISTER_OP)};

__attribute__((visibility("default"))) _Bool SbnnRegisterOps(
    TflmOpResolver* resolver) {
  const unsigned count = sizeof(kOps) / sizeof(kOps[0]);
  if (resolver->registrations_len > kTflmMaxRegistrations - count) return 0;
  for (unsigned i = 0; i < count; ++i) {
    TFLMRegistration* entry =
        &resolver->registrations[resolver->registrations_len++];
    memset(entry, 0, sizeof(*entry));
    entry->init = init;
    entry->prepare = kOps[i].prepare;
    entry->invoke = invoke;
    entry->builtin_code = kTflmBuiltinCustom;
    entry->custom_name = kOps[i].name;
  }
  return 1;
}
