/* The SBNN ops in the real TensorFlow Lite Micro interpreter on the host.
 *
 * The `tflite-micro` wheel looks custom ops up by the name of a function that
 * enters them into its op resolver; that function is `SbnnRegisterOps`.
 */
#include <string.h>

#include "micro/tflm_abi.h"
#include "ops/op.h"

/* Lives in the arena as long as the interpreter. */
typedef struct {
  sbnn_options options;
  sbnn_op op;
  int scratch_index;
} micro_op;

static sbnn_type type_of(int tflite_type) {
  if (tflite_type == kTfLiteFloat32) return SBNN_FLOAT32;
  if (tflite_type == kTfLiteInt8) return SBNN_INT8;
  if (tflite_type == kTfLiteInt16) return SBNN_INT16;
  return tflite_type == kTfLiteInt32 ? SBNN_INT32 : SBNN_OTHER_TYPE;
}

static int view(const TfLiteContext* context, int index, sbnn_tensor* out) {
  memset(out, 0, sizeof(*out));
  const TfLiteEvalTensor* tensor = context->GetEvalTensor(context, index);
  if (tensor == NULL || tensor->dims == NULL ||
      tensor->dims->size > SBNN_MAX_RANK) {
    return 0;
  }
  out->type = type_of(tensor->type);
  out->rank = tensor->dims->size;
  for (int i = 0; i < out->rank; ++i) out->dims[i] = tensor->dims->data[i];
  out->data = tensor->data; /* NULL for all but constants in prepare */
  return 1;
}

static void* init(TfLiteContext* context, const char* buffer, size_t length) {
  micro_op* self = (micro_op*)context->AllocatePersistentBuffer(
      context, sizeof(micro_op));
  if (self == NULL) return NULL;
  memset(self, 0, sizeof(*self));
  self->options.bytes = (const uint8_t*)buffer;
  self->options.size = length;
  self->scratch_index = -1;
  return self;
}

static TfLiteStatus refuse(TfLiteContext* context, const char* name,
                           const sbnn_problem* problem) {
  context->ReportError(context, sbnn_problem_format(problem), name,
                       problem->what, (int)problem->found,
                       (int)problem->wanted);
  return kTfLiteError;
}

/* TensorFlow Lite Micro plans tensors from the file: the shape that the op
 * computes has to be the one that the file promised. */
static int same_shape(const sbnn_tensor* a, const sbnn_tensor* b) {
  if (a->rank != b->rank) return 0;
  for (int i = 0; i < a->rank; ++i) {
    if (a->dims[i] != b->dims[i]) return 0;
  }
  return 1;
}

static TfLiteStatus prepare_as(const sbnn_op_class* kind,
                               TfLiteContext* context, TfLiteNode* node) {
  micro_op* self = (micro_op*)node->user_data;
  sbnn_tensor inputs[SBNN_MAX_INPUTS];
  sbnn_tensor planned, output;
  sbnn_problem problem = {"number or rank of tensors", 0, 0, false};
  const int input_count = node->inputs->size;
  if (self == NULL || input_count < 1 || input_count > SBNN_MAX_INPUTS ||
      node->outputs->size != 1 ||
      !view(context, node->outputs->data[0], &planned)) {
    return refuse(context, kind->name, &problem);
  }
  for (int i = 0; i < input_count; ++i) {
    if (!view(context, node->inputs->data[i], &inputs[i])) {
      return refuse(context, kind->name, &problem);
    }
  }
  output = planned;
  if (!sbnn_prepare_op(&self->op, kind, &self->options, inputs, input_count,
                       &output, &problem)) {
    return refuse(context, kind->name, &problem);
  }
  if (!same_shape(&planned, &output)) {
    problem.what = "the output tensor's shape does not fit the options";
    problem.found = problem.wanted;
    return refuse(context, kind->name, &problem);
  }
  if (self->op.scratch_bytes == 0u) return kTfLiteOk;
  return context->RequestScratchBufferInArena(
      context, self->op.scratch_bytes, &self->scratch_index);
}

static TfLiteStatus invoke(TfLiteContext* context, TfLiteNode* node) {
  const micro_op* self = (const micro_op*)node->user_data;
  void* scratch = self->scratch_index < 0
                      ? NULL
                      : context->GetScratchBuffer(context, self->scratch_index);
  sbnn_invoke_op(&self->op,
                 context->GetEvalTensor(context, node->inputs->data[0])->data,
                 context->GetEvalTensor(context, node->outputs->data[0])->data,
                 scratch);
  return kTfLiteOk;
}

/* A TFLM registration does not tell its kernel which op it is, so each op has a
 * prepare function of its own. */
#define SBNN_MICRO_OP(name)                                          \
  static TfLiteStatus prepare_##name(TfLiteContext* context,         \
                                     TfLiteNode* node) {             \
    return prepare_as(sbnn_find_op(#name), context, node);           \
  }

SBNN_MICRO_OP(SbnnConv2D)
SBNN_MICRO_OP(SbnnDense)
SBNN_MICRO_OP(SbnnMaxPool2D)
SBNN_MICRO_OP(SbnnQuantize)
SBNN_MICRO_OP(SbnnDequantize)

static const struct {
  const char* name;
  TfLiteStatus (*prepare)(TfLiteContext* context, TfLiteNode* node);
} kOps[] = {
    {"SbnnConv2D", prepare_SbnnConv2D},
    {"SbnnDense", prepare_SbnnDense},
    {"SbnnMaxPool2D", prepare_SbnnMaxPool2D},
    {"SbnnQuantize", prepare_SbnnQuantize},
    {"SbnnDequantize", prepare_SbnnDequantize},
};

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
