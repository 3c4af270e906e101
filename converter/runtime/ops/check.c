#include "ops/check.h"

static int32_t bytes_of(sbnn_type type) {
  return type == SBNN_INT8 ? 1 : type == SBNN_INT16 ? 2 : 4;
}

bool sbnn_multiply(int32_t* product, int32_t factor, sbnn_problem* problem) {
  const int64_t result = (int64_t)*product * factor;
  SBNN_CHECK(*product >= 0 && factor >= 0 && result <= INT32_MAX,
             "size of the layer", factor, INT32_MAX);
  *product = (int32_t)result;
  return true;
}

bool sbnn_elements_of_sample(const sbnn_tensor* tensor, int32_t* elements,
                             sbnn_problem* problem) {
  *elements = 1;
  for (int32_t i = 1; i < tensor->rank; ++i) {
    SBNN_CHECK(tensor->dims[i] >= 1, "dimension of a tensor", tensor->dims[i],
               1);
    if (!sbnn_multiply(elements, tensor->dims[i], problem)) return false;
  }
  return true;
}

bool sbnn_bytes_of_sample(const sbnn_tensor* tensor, int32_t* bytes,
                          sbnn_problem* problem) {
  return sbnn_elements_of_sample(tensor, bytes, problem) &&
         sbnn_multiply(bytes, bytes_of(tensor->type), problem);
}

bool sbnn_check_constant(const sbnn_tensor* tensor, sbnn_type type,
                         int32_t elements, sbnn_problem* problem) {
  SBNN_CHECK(tensor->data != NULL, "a constant input has no data", 0, 0);
  SBNN_CHECK((uintptr_t)tensor->data % sizeof(uint32_t) == 0u,
             "a constant is not aligned; align the model's array to 16 bytes",
             0, 0);
  SBNN_CHECK(tensor->type == type, "type of a constant input",
             (int32_t)tensor->type, (int32_t)type);
  SBNN_CHECK(tensor->rank == 1, "rank of a constant input", tensor->rank, 1);
  SBNN_CHECK(tensor->dims[0] == elements, "size of a constant input",
             tensor->dims[0], elements);
  return true;
}

bool sbnn_read_integers(const sbnn_tensor* tensor, int32_t elements,
                        sbnn_integers* integers, sbnn_problem* problem) {
  const bool narrow = tensor->type == SBNN_INT8 || tensor->type == SBNN_INT16;
  integers->values = tensor->data;
  integers->bytes = bytes_of(tensor->type);
  return sbnn_check_constant(tensor, narrow ? tensor->type : SBNN_INT32,
                             elements, problem);
}
