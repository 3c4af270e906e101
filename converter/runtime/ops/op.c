#include "ops/op.h"

#include <string.h>

#include "ops/check.h"
#include "ops/classes.h"

static const sbnn_op_class* const kClasses[] = {
    &sbnn_conv2d_class,     &sbnn_dense_class,      &sbnn_max_pool2d_class,
    &sbnn_quantize_class,   &sbnn_dequantize_class,
};

const sbnn_op_class* sbnn_find_op(const char* name) {
  for (size_t i = 0; i < sizeof(kClasses) / sizeof(kClasses[0]); ++i) {
    if (name != NULL && strcmp(name, kClasses[i]->name) == 0) {
      return kClasses[i];
    }
  }
  return NULL;
}

bool sbnn_prepare_op(sbnn_op* op, const sbnn_op_class* kind,
                     const sbnn_options* options, const sbnn_tensor* inputs,
                     int32_t input_count, sbnn_tensor* output,
                     sbnn_problem* problem) {
  memset(op, 0, sizeof(*op));
  op->kind = kind;
  int32_t version;
  if (!sbnn_read_option(options, "version", 1, INT32_MAX, &version, problem)) {
    return false;
  }
  SBNN_CHECK(version <= SBNN_FORMAT_VERSION,
             "format version is newer than these kernels; update sbnn-keras",
             version, SBNN_FORMAT_VERSION);
  SBNN_CHECK(input_count == kind->inputs, "number of input tensors",
             input_count, kind->inputs);
  SBNN_CHECK(inputs[0].rank >= 2 && inputs[0].rank <= SBNN_MAX_RANK,
             "rank of the input", inputs[0].rank, SBNN_MAX_RANK);
  SBNN_CHECK(inputs[0].dims[0] >= 1, "batch size", inputs[0].dims[0], 1);
  op->batch = inputs[0].dims[0];
  op->input = inputs[0].type;
  SBNN_CHECK(op->input == SBNN_FLOAT32 || op->input == SBNN_INT8 ||
                 op->input == SBNN_INT32 ||
                 (op->input == SBNN_INT16 && kind == &sbnn_quantize_class),
             "input must be float32, int8 or int32 bit planes", 0, 0);
  SBNN_CHECK(output->type != SBNN_OTHER_TYPE,
             "output must be float32, int8, int16 or int32 bit planes", 0, 0);
  int32_t all_bytes = op->batch;
  if (!sbnn_bytes_of_sample(&inputs[0], &op->x_bytes, problem) ||
      !sbnn_multiply(&all_bytes, op->x_bytes, problem) ||
      !kind->prepare(op, options, inputs, output, problem)) {
    return false;
  }
  output->dims[0] = op->batch;
  all_bytes = op->batch;
  return sbnn_bytes_of_sample(output, &op->y_bytes, problem) &&
         sbnn_multiply(&all_bytes, op->y_bytes, problem);
}

void sbnn_invoke_op(const sbnn_op* op, const void* x, void* y, void* scratch) {
  const uint8_t* from = (const uint8_t*)x;
  uint8_t* to = (uint8_t*)y;
  for (int32_t sample = 0; sample < op->batch; ++sample) {
    op->kind->invoke(op, from, to, scratch);
    from += op->x_bytes;
    to += op->y_bytes;
  }
}
