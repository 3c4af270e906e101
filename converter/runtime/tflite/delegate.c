/* A TensorFlow Lite delegate that runs the SBNN ops of a model.
 *
 * Runtimes hide their op resolvers, so custom ops cannot be registered from
 * outside; a delegate can claim them instead, in every runtime alike. Each
 * SBNN node is handed over on its own: the runtime then keeps planning the
 * memory of all tensors, those between two of our ops included.
 */
#include <stdlib.h>
#include <string.h>

#include "host/host_op.h"
#include "ops/op.h"
#include "tflite/sbnn_delegate.h"
#include "tflite/tflite_abi.h"

/* One claimed node: what it was before, and the op made of it. */
typedef struct {
  const sbnn_op_class* kind;
  const TfLiteIntArray* inputs;
  const TfLiteIntArray* outputs;
  sbnn_options options;
  sbnn_host* host;
  sbnn_op checked;
  sbnn_host_op* op; /* the same, as this host runs it */
} delegated_op;

static sbnn_type type_of(int tflite_type) {
  if (tflite_type == kTfLiteFloat32) return SBNN_FLOAT32;
  if (tflite_type == kTfLiteInt8) return SBNN_INT8;
  if (tflite_type == kTfLiteInt16) return SBNN_INT16;
  return tflite_type == kTfLiteInt32 ? SBNN_INT32 : SBNN_OTHER_TYPE;
}

static bool view(const TfLiteTensor* tensor, sbnn_tensor* out) {
  memset(out, 0, sizeof(*out));
  out->type = type_of(tensor->type);
  if (tensor->dims == NULL || tensor->dims->size > SBNN_MAX_RANK) return false;
  out->rank = tensor->dims->size;
  for (int i = 0; i < out->rank; ++i) out->dims[i] = tensor->dims->data[i];
  if (tensor->allocation_type == kTfLiteMmapRo ||
      tensor->allocation_type == kTfLitePersistentRo) {
    out->data = tensor->data;
  }
  return true;
}

/* Whether the file has promised the shape that the op computes. The batch may
 * have been changed since. */
static bool same_shape_of_sample(const TfLiteTensor* tensor,
                                 const sbnn_tensor* shape) {
  if (tensor->dims->size != shape->rank) return false;
  for (int i = 1; i < shape->rank; ++i) {
    if (tensor->dims->data[i] != shape->dims[i]) return false;
  }
  return true;
}

static TfLiteStatus resize(TfLiteContext* context, TfLiteTensor* tensor,
                           const sbnn_tensor* shape) {
  TfLiteIntArray* dims = (TfLiteIntArray*)malloc(
      sizeof(TfLiteIntArray) + (size_t)shape->rank * sizeof(int));
  if (dims == NULL) return kTfLiteError;
  dims->size = shape->rank;
  for (int i = 0; i < shape->rank; ++i) dims->data[i] = shape->dims[i];
  return context->ResizeTensor(context, tensor, dims);
}

static void* init(TfLiteContext* context, const char* buffer, size_t length) {
  (void)length;
  const TfLiteDelegateParams* params = (const TfLiteDelegateParams*)buffer;
  TfLiteNode* node;
  TfLiteRegistration* registration;
  delegated_op* self = (delegated_op*)calloc(1, sizeof(delegated_op));
  if (self == NULL || context->GetNodeAndRegistration(
                          context, params->nodes_to_replace->data[0], &node,
                          &registration) != kTfLiteOk) {
    return self;
  }
  self->host = (sbnn_host*)params->delegate->data_;
  self->kind = sbnn_find_op(registration->custom_name);
  self->inputs = node->inputs;
  self->outputs = node->outputs;
  self->options.bytes = (const uint8_t*)node->custom_initial_data;
  self->options.size = node->custom_initial_data_size > 0
                           ? (size_t)node->custom_initial_data_size
                           : 0u;
  return self;
}

static void free_op(TfLiteContext* context, void* buffer) {
  (void)context;
  delegated_op* self = (delegated_op*)buffer;
  if (self != NULL) sbnn_free_host_op(self->op);
  free(self);
}

static TfLiteStatus refuse(TfLiteContext* context, const char* name,
                           const sbnn_problem* problem) {
  context->ReportError(context, sbnn_problem_format(problem), name,
                       problem->what, (int)problem->found,
                       (int)problem->wanted);
  return kTfLiteError;
}

static TfLiteStatus prepare(TfLiteContext* context, TfLiteNode* node) {
  delegated_op* self = (delegated_op*)node->user_data;
  if (self == NULL || self->kind == NULL) return kTfLiteError;
  sbnn_tensor inputs[SBNN_MAX_INPUTS];
  sbnn_tensor output;
  sbnn_problem problem = {"number of tensors", 0, 0, false};
  const int input_count = self->inputs->size;
  if (input_count < 1 || input_count > SBNN_MAX_INPUTS ||
      self->outputs->size != 1) {
    return refuse(context, self->kind->name, &problem);
  }
  problem.what = "a tensor is missing or has more than 4 dimensions";
  for (int i = 0; i < input_count; ++i) {
    const int tensor = self->inputs->data[i];
    if (tensor < 0 || !view(&context->tensors[tensor], &inputs[i])) {
      return refuse(context, self->kind->name, &problem);
    }
  }
  if (self->outputs->data[0] < 0) {
    return refuse(context, self->kind->name, &problem);
  }
  TfLiteTensor* y = &context->tensors[self->outputs->data[0]];
  if (!view(y, &output)) return refuse(context, self->kind->name, &problem);
  if (output.data != NULL) {
    problem.what = "the output is a constant";
    return refuse(context, self->kind->name, &problem);
  }
  if (!sbnn_prepare_op(&self->checked, self->kind, &self->options, inputs,
                       input_count, &output, &problem)) {
    return refuse(context, self->kind->name, &problem);
  }
  if (!same_shape_of_sample(y, &output)) {
    problem.what = "the output tensor's shape does not fit the options";
    problem.found = problem.wanted;
    return refuse(context, self->kind->name, &problem);
  }
  sbnn_free_host_op(self->op);
  sbnn_set_host_threads(self->host, context->recommended_num_threads);
  self->op = sbnn_make_host_op(self->host, &self->checked);
  if (self->op == NULL) {
    problem.what = "out of memory";
    problem.found = problem.wanted;
    return refuse(context, self->kind->name, &problem);
  }
  return resize(context, y, &output);
}

static TfLiteStatus invoke(TfLiteContext* context, TfLiteNode* node) {
  delegated_op* self = (delegated_op*)node->user_data;
  const TfLiteTensor* x = &context->tensors[self->inputs->data[0]];
  const TfLiteTensor* y = &context->tensors[self->outputs->data[0]];
  /* In a corrupt file another op may share a tensor and give it another size. */
  const size_t batch = (size_t)self->checked.batch;
  const int32_t other_input = self->checked.other;
  const TfLiteTensor* other =
      other_input == 0 ? NULL
                       : &context->tensors[self->inputs->data[other_input]];
  if (x->data == NULL || y->data == NULL ||
      (other != NULL &&
       (other->data == NULL ||
        other->bytes != batch * (size_t)self->checked.other_bytes)) ||
      x->bytes != batch * (size_t)self->checked.x_bytes ||
      y->bytes != batch * (size_t)self->checked.y_bytes) {
    const sbnn_problem problem = {
        "a tensor has no memory, or another op changed its size", 0, 0, false};
    return refuse(context, self->kind->name, &problem);
  }
  sbnn_run_host_op(self->op, x->data, other == NULL ? NULL : other->data,
                   y->data);
  return kTfLiteOk;
}

static TfLiteStatus prepare_delegate(TfLiteContext* context,
                                     TfLiteDelegate* delegate) {
  TfLiteRegistration registration = {
      .init = init,
      .free = free_op,
      .prepare = prepare,
      .invoke = invoke,
      .builtin_code = kTfLiteBuiltinDelegate,
      .custom_name = "SbnnDelegate",
      .version = 1,
  };
  TfLiteIntArray* plan;
  if (context->GetExecutionPlan(context, &plan) != kTfLiteOk) {
    return kTfLiteError;
  }
  /* Handing nodes over changes the runtime's plan: work on a copy. */
  const size_t bytes =
      sizeof(TfLiteIntArray) + (size_t)plan->size * sizeof(int);
  TfLiteIntArray* nodes = (TfLiteIntArray*)malloc(bytes);
  TfLiteIntArray* one =
      (TfLiteIntArray*)malloc(sizeof(TfLiteIntArray) + sizeof(int));
  TfLiteStatus status = nodes != NULL && one != NULL ? kTfLiteOk : kTfLiteError;
  if (status == kTfLiteOk) memcpy(nodes, plan, bytes);
  for (int i = 0; status == kTfLiteOk && i < nodes->size; ++i) {
    TfLiteNode* node;
    TfLiteRegistration* found;
    status =
        context->GetNodeAndRegistration(context, nodes->data[i], &node, &found);
    if (status != kTfLiteOk || found->builtin_code != kTfLiteBuiltinCustom ||
        sbnn_find_op(found->custom_name) == NULL) {
      continue;
    }
    one->size = 1;
    one->data[0] = nodes->data[i];
    status = context->ReplaceNodeSubsetsWithDelegateKernels(
        context, registration, one, delegate);
  }
  free(nodes);
  free(one);
  return status;
}

/* The two entry points that every runtime's `load_delegate` looks for. */
TfLiteDelegate* tflite_plugin_create_delegate(
    const char* const* keys, const char* const* values, size_t count,
    void (*report_error)(const char*)) {
  (void)keys;
  (void)values;
  if (count > 0u) {
    if (report_error != NULL) {
      report_error("the SBNN delegate takes no options");
    }
    return NULL;
  }
  const char* instructions = getenv("SBNN_HOST_ISA");
  TfLiteDelegate* delegate = (TfLiteDelegate*)calloc(1, sizeof(TfLiteDelegate));
  sbnn_host* host = sbnn_open_host(instructions);
  if (delegate == NULL || host == NULL) {
    if (report_error != NULL) {
      report_error(instructions == NULL
                       ? "the SBNN delegate is out of memory"
                       : "SBNN_HOST_ISA names no instructions that this "
                         "processor has: wanted baseline, avx2 or avx512");
    }
    free(delegate);
    sbnn_close_host(host);
    return NULL;
  }
  delegate->data_ = host;
  delegate->Prepare = prepare_delegate;
  /* Without this flag the runtime prepares the unresolved ops first. */
  delegate->flags = kTfLiteDelegateFlagsAllowDynamicTensors;
  return delegate;
}

void tflite_plugin_destroy_delegate(TfLiteDelegate* delegate) {
  if (delegate != NULL) sbnn_close_host((sbnn_host*)delegate->data_);
  free(delegate);
}
