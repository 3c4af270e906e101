#include "ops/op.h"

#include <string.h>

#include "ops/check.h"
#include "ops/classes.h"
#include "ops/face.h"
#include "ops/option_rules.h"

static const sbnn_op_class* const kClasses[] = {
#define SBNN_CLASS(Name, name) &sbnn_##name##_class,
    SBNN_OPS(SBNN_CLASS)
#undef SBNN_CLASS
};

const sbnn_op_class* sbnn_find_op(const char* name) {
  for (size_t i = 0; i < sizeof(kClasses) / sizeof(kClasses[0]); ++i) {
    if (name != NULL && strcmp(name, kClasses[i]->name) == 0) {
      return kClasses[i];
    }
  }
  return NULL;
}

/* A second activation is planes; as a stream to add to, those of the output. */
static bool check_other(sbnn_op* op, const sbnn_tensor* other,
                        const sbnn_tensor* output, sbnn_problem* problem) {
  int32_t bytes = op->batch;
  SBNN_CHECK(other->type == SBNN_INT32, "type of the second activation",
             (int32_t)other->type, SBNN_INT32);
  SBNN_CHECK(other->rank >= 2, "rank of the second activation", other->rank, 2);
  SBNN_CHECK(other->dims[0] == op->batch, "batch size of the second activation",
             other->dims[0], op->batch);
  if (op->other == op->kind->inputs) {
    SBNN_CHECK(op->output.stage == SBNN_STREAM,
               "only a stream is added to another one", 0, 0);
    SBNN_CHECK(other->rank == output->rank, "rank of the stream to add to",
               other->rank, output->rank);
    for (int32_t i = 1; i < output->rank; ++i) {
      SBNN_CHECK(other->dims[i] == output->dims[i],
                 "size of the stream to add to", other->dims[i],
                 output->dims[i]);
    }
  }
  return sbnn_bytes_of_sample(other, &op->other_bytes, problem) &&
         sbnn_multiply(&bytes, op->other_bytes, problem);
}

bool sbnn_prepare_op(sbnn_op* op, const sbnn_op_class* kind,
                     const sbnn_options* file_options,
                     const sbnn_tensor* inputs, int32_t input_count,
                     sbnn_tensor* output, sbnn_problem* problem) {
  memset(op, 0, sizeof(*op));
  op->kind = kind;
  sbnn_option_values values;
  const sbnn_option_values* const options = &values;
  sbnn_read_values(file_options, &values);
  int32_t version;
  if (!sbnn_read_option(options, SBNN_OPTION_version, 1, INT32_MAX, &version,
                        problem)) {
    return false;
  }
  SBNN_CHECK(version <= SBNN_FORMAT_VERSION,
             "format version is newer than these kernels; update sbnn-keras",
             version, SBNN_FORMAT_VERSION);
  if (kind->takes_stream && input_count == kind->inputs + 1) {
    op->other = kind->inputs;
  } else {
    SBNN_CHECK(input_count == kind->inputs, "number of input tensors",
               input_count, kind->inputs);
  }
  SBNN_CHECK(inputs[0].rank >= 2 && inputs[0].rank <= SBNN_MAX_RANK,
             "rank of the input", inputs[0].rank, SBNN_MAX_RANK);
  SBNN_CHECK(inputs[0].dims[0] >= 1, "batch size", inputs[0].dims[0], 1);
  op->batch = inputs[0].dims[0];
  if (!sbnn_read_faces(op, options, &inputs[0], output, problem)) return false;
  SBNN_CHECK((kind->reads >> op->input.kind & 1) != 0 &&
                 (kind->writes >> op->output.face.kind & 1) != 0,
             kind->faces, 0, 0);
  int32_t all_bytes = op->batch;
  if (!sbnn_bytes_of_sample(&inputs[0], &op->x_bytes, problem) ||
      !sbnn_multiply(&all_bytes, op->x_bytes, problem) ||
      !sbnn_read_options(options, kind->options, kind->option_count, op->input,
                         op->output.face, &op->params, problem) ||
      !kind->prepare(op, options, inputs, output, problem)) {
    return false;
  }
  if (op->other != 0 && !check_other(op, &inputs[op->other], output, problem)) {
    return false;
  }
  output->dims[0] = op->batch;
  all_bytes = op->batch;
  return sbnn_bytes_of_sample(output, &op->y_bytes, problem) &&
         sbnn_multiply(&all_bytes, op->y_bytes, problem);
}

void sbnn_invoke_op(const sbnn_op* op, const void* x, const void* other,
                    void* y, void* scratch) {
  const uint8_t* from = (const uint8_t*)x;
  const uint8_t* second = (const uint8_t*)other;
  uint8_t* to = (uint8_t*)y;
  for (int32_t sample = 0; sample < op->batch; ++sample) {
    op->kind->invoke(op, from, second, to, scratch);
    from += op->x_bytes;
    if (second != NULL) second += op->other_bytes;
    to += op->y_bytes;
  }
}
