/* SbnnDense: inputs x, weight code, and the output stage's two constants. */
#include "ops/check.h"
#include "ops/classes.h"
#include "ops/face.h"
#include "ops/option_rules.h"
#include "ops/stage.h"
#include "ops/weights.h"
#include "sbnn/planes.h"

#define SBNN_FIELDS sbnn_dense_params
static const sbnn_option_rule kRules[] = {SBNN_DENSE_OPTIONS(SBNN_OPTION_RULE)};

/* The input may have any shape: a flattened image is read as it lies. */
static bool check_input(const sbnn_op* op, const sbnn_tensor* x,
                        sbnn_problem* problem) {
  const sbnn_dense_params* p = &op->params.dense;
  int32_t found;
  int32_t wanted = p->planes;
  if (!sbnn_elements_of_sample(x, &found, problem)) return false;
  if (op->input.kind != SBNN_PLANES) {
    SBNN_CHECK(p->planes == 1, "planes of a numeric input", p->planes, 1);
    wanted = p->positions;
  } else if (!sbnn_multiply(&wanted, op->input.planes, problem) ||
             !sbnn_multiply(&wanted, sbnn_plane_words(p->positions), problem)) {
    return false;
  }
  SBNN_CHECK(found == wanted, "elements of the input", found, wanted);
  return sbnn_multiply(&wanted, 32, problem);
}

static bool prepare(sbnn_op* op, const sbnn_option_values* options,
                    const sbnn_tensor* inputs, sbnn_tensor* output,
                    sbnn_problem* problem) {
  sbnn_dense_params* p = &op->params.dense;
  int32_t fan_in = p->planes;
  p->input_bits = op->input.planes;
  if (!check_input(op, &inputs[0], problem) ||
      !sbnn_multiply(&fan_in, p->positions, problem) ||
      !sbnn_prepare_kernel(op, options, &inputs[1], p->units, fan_in,
                           &p->domain, problem) ||
      !sbnn_prepare_output(op, options, &inputs[2], p->units, 0, problem)) {
    return false;
  }
  switch (op->input.kind) {
    case SBNN_INT8_NUMBERS:
      op->scratch_bytes = sbnn_dense_int8_scratch_bytes(&op->kernel);
      break;
    case SBNN_FLOAT_NUMBERS:
      op->scratch_bytes = sbnn_dense_float_scratch_bytes(&op->kernel);
      break;
    default: op->scratch_bytes = sbnn_dense_bits_scratch_bytes(p, &op->kernel);
  }
  sbnn_vector_shape(output, op->output.face, p->units);
  return true;
}

static void invoke(const sbnn_op* op, const void* x, const void* other, void* y,
                   void* scratch) {
  sbnn_output output = op->output;
  if (output.stage == SBNN_STREAM) {
    output.by.stream.before = (const uint32_t*)other;
  }
  const sbnn_dense_params* p = &op->params.dense;
  switch (op->input.kind) {
    case SBNN_INT8_NUMBERS:
      sbnn_dense_int8(p, &op->kernel, &output, (const int8_t*)x, y, scratch);
      break;
    case SBNN_FLOAT_NUMBERS:
      sbnn_dense_float(p, &op->kernel, &output, (const float*)x, y, scratch);
      break;
    default:
      sbnn_dense_bits(p, &op->kernel, &output, (const uint32_t*)x, y, scratch);
  }
}

const sbnn_op_class sbnn_dense_class = {
    .name = "SbnnDense",
    .inputs = 4,
    .takes_stream = true,
    .reads = SBNN_ON_PLANES | SBNN_ON_FLOAT | SBNN_ON_INT8,
    .writes = SBNN_ON_PLANES | SBNN_ON_FLOAT | SBNN_ON_INT8 | SBNN_ON_INT16,
    .faces =
        "a dense layer goes from bit planes, float32 or int8 to these or int16",
    .options = kRules,
    .option_count = SBNN_RULE_COUNT(kRules),
    .prepare = prepare,
    .invoke = invoke,
};
