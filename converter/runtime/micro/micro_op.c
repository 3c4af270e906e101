#include "micro/micro_op.h"

#include <string.h>

#include "ops/check.h"

/* The user data of an op that found no memory. */
static const char kNoMemory = 0;

void* sbnn_micro_init(void* memory, const char* options, size_t size) {
  sbnn_micro_op* self = (sbnn_micro_op*)memory;
  if (self == NULL) return (void*)(uintptr_t)&kNoMemory;
  memset(self, 0, sizeof(*self));
  self->self = self;
  self->options.bytes = (const uint8_t*)options;
  self->options.size = size;
  self->scratch_index = -1;
  return self;
}

static bool is_micro_op(const void* user_data) {
  return user_data != NULL && (uintptr_t)user_data % sizeof(void*) == 0u &&
         ((const sbnn_micro_op*)user_data)->self == user_data;
}

/* A constant lies in the flatbuffer as a vector of bytes, and a vector's length
 * stands in the four bytes in front of it: the only place from which a kernel
 * learns how much the file really holds. */
static bool check_length(const sbnn_tensor* tensor, sbnn_problem* problem) {
  uint32_t length;
  int32_t bytes;
  if (tensor->data == NULL) return true;
  memcpy(&length, (const uint8_t*)tensor->data - sizeof(length),
         sizeof(length));
  if (!sbnn_bytes_of_sample(tensor, &bytes, problem)) return false;
  SBNN_CHECK(tensor->rank >= 1 && tensor->dims[0] >= 0,
             "dimension of a constant", 0, 0);
  if (!sbnn_multiply(&bytes, tensor->dims[0], problem)) return false;
  SBNN_CHECK(length == (uint32_t)bytes, "bytes of a constant",
             (int32_t)(length & INT32_MAX), bytes);
  return true;
}

static bool same_shape(const sbnn_tensor* a, const sbnn_tensor* b) {
  if (a->rank != b->rank) return false;
  for (int32_t i = 0; i < a->rank; ++i) {
    if (a->dims[i] != b->dims[i]) return false;
  }
  return true;
}

/* Tensor `index` as a view. -1 stands for a tensor that is left out. */
static bool look_at(int index, sbnn_micro_view view, void* interpreter,
                    sbnn_tensor* tensor, sbnn_problem* problem) {
  memset(tensor, 0, sizeof(*tensor));
  SBNN_CHECK(index >= 0 && view(interpreter, index, tensor),
             "a tensor is missing or has too many dimensions", 0, 0);
  return true;
}

bool sbnn_micro_prepare(void* user_data, const sbnn_op_class* kind,
                        const sbnn_micro_wiring* wiring, sbnn_micro_view view,
                        void* interpreter, sbnn_problem* problem) {
  sbnn_tensor inputs[SBNN_MAX_INPUTS];
  sbnn_tensor planned, output;
  memset(problem, 0, sizeof(*problem));
  SBNN_CHECK(user_data != (const void*)&kNoMemory, "the arena is too small", 0,
             0);
  SBNN_CHECK(is_micro_op(user_data),
             "built with another TF_LITE_STATIC_MEMORY than TensorFlow Lite "
             "Micro",
             0, 0);
  sbnn_micro_op* self = (sbnn_micro_op*)user_data;
  SBNN_CHECK(wiring->input_count >= 1 && wiring->input_count <= SBNN_MAX_INPUTS,
             "number of input tensors", wiring->input_count, kind->inputs);
  SBNN_CHECK(wiring->output_count == 1, "number of output tensors",
             wiring->output_count, 1);
  for (int i = 0; i < wiring->input_count; ++i) {
    if (!look_at(wiring->inputs[i], view, interpreter, &inputs[i], problem) ||
        !check_length(&inputs[i], problem)) {
      return false;
    }
  }
  if (!look_at(wiring->outputs[0], view, interpreter, &planned, problem)) {
    return false;
  }
  SBNN_CHECK(planned.data == NULL, "the output is a constant", 0, 0);
  output = planned;
  if (!sbnn_prepare_op(&self->op, kind, &self->options, inputs,
                       wiring->input_count, &output, problem)) {
    return false;
  }
  /* Memory was planned for the shape that the file promises. */
  SBNN_CHECK(same_shape(&planned, &output),
             "the output tensor's shape does not fit the options", 0, 0);
  return true;
}
