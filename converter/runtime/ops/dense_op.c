/* SbnnDense: inputs x, weight code, and the output stage's two constants. */
#include "ops/check.h"
#include "ops/classes.h"
#include "sbnn/planes.h"

static bool prepare(sbnn_op* op, const sbnn_options* options,
                    const sbnn_tensor* inputs, sbnn_tensor* output,
                    sbnn_problem* problem) {
  sbnn_dense_params* p = &op->params.dense;
  if (!sbnn_read_option(options, "units", 1, INT32_MAX, &p->units, problem) ||
      !sbnn_read_option(options, "planes", 1, INT32_MAX, &p->planes,
                        problem) ||
      !sbnn_read_option(options, "positions", 1, INT32_MAX - 31,
                        &p->positions, problem)) {
    return false;
  }
  int32_t found;
  int32_t wanted = p->planes;
  if (!sbnn_elements_of_sample(&inputs[0], &found, problem)) return false;
  if (op->input != SBNN_INT32) {
    SBNN_CHECK(p->planes == 1, "planes of a numeric input", p->planes, 1);
    wanted = p->positions;
  } else if (!sbnn_multiply(&wanted, sbnn_plane_words(p->positions), problem)) {
    return false;
  }
  SBNN_CHECK(found == wanted, "elements of the input", found, wanted);
  int32_t bits = wanted, fan_in = p->planes;
  if (!sbnn_multiply(&bits, 32, problem) ||
      !sbnn_multiply(&fan_in, p->positions, problem) ||
      !sbnn_prepare_kernel(op, options, &inputs[1], p->units, fan_in,
                           &p->domain, problem) ||
      !sbnn_prepare_output(op, options, &inputs[2], output->type, p->units, 0,
                           problem)) {
    return false;
  }
  if (op->input == SBNN_INT8) {
    if (!sbnn_read_option(options, "in_zero_point", -128, 127,
                          &p->in_zero_point, problem)) {
      return false;
    }
    op->scratch_bytes = sbnn_dense_int8_scratch_bytes(&op->kernel);
  } else if (op->input == SBNN_FLOAT32) {
    op->scratch_bytes = sbnn_dense_float_scratch_bytes(&op->kernel);
  } else {
    op->scratch_bytes = sbnn_dense_bits_scratch_bytes(p, &op->kernel);
  }
  sbnn_vector_shape(output, p->units);
  return true;
}

static void invoke(const sbnn_op* op, const void* x, void* y, void* scratch) {
  if (op->input == SBNN_INT8) {
    sbnn_dense_int8(&op->params.dense, &op->kernel, &op->output,
                    (const int8_t*)x, y, scratch);
  } else if (op->input == SBNN_FLOAT32) {
    sbnn_dense_float(&op->params.dense, &op->kernel, &op->output,
                     (const float*)x, y, scratch);
  } else {
    sbnn_dense_bits(&op->params.dense, &op->kernel, &op->output,
                    (const uint32_t*)x, y, scratch);
  }
}

const sbnn_op_class sbnn_dense_class = {"SbnnDense", 4, prepare, invoke};
