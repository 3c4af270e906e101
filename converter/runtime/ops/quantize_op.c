/* SbnnQuantize: float, int8, int16 or planes to planes, through cuts.
 *
 * Tensors of numbers are images if they have rank 4 (planes of a channel follow one
 * another), and vectors if they have rank 2; of planes, images have rank 3. */
#include "ops/check.h"
#include "ops/classes.h"
#include "ops/face.h"
#include "ops/option_rules.h"
#include "ops/stage.h"

#define SBNN_FIELDS sbnn_quantize_params
static const sbnn_option_rule kRules[] = {
    SBNN_QUANTIZE_OPTIONS(SBNN_OPTION_RULE)};

/* Channels and positions, 0 for a vector, of an input that is numbers. */
static bool measure_numbers(const sbnn_tensor* x, int32_t* channels,
                            int32_t* positions, sbnn_problem* problem) {
  SBNN_CHECK(x->rank == 4 || x->rank == 2, "rank of the input", x->rank, 4);
  *channels = x->dims[x->rank - 1];
  *positions = x->rank == 4 ? x->dims[1] : 0;
  return x->rank == 2 || sbnn_multiply(positions, x->dims[2], problem);
}

/* The same of planes, in which features of a vector lie side by side. */
static bool measure_planes(const sbnn_op* op, const sbnn_tensor* x,
                           int32_t* channels, int32_t* positions,
                           sbnn_problem* problem) {
  const int32_t bits = op->params.quantize.positions;
  SBNN_CHECK(x->rank == 3 || x->rank == 2, "rank of the input", x->rank, 3);
  *positions = x->rank == 3 ? bits : 0;
  *channels = x->rank == 3 ? x->dims[1] / op->input.planes : bits;
  return x->rank == 3
             ? sbnn_check_image(x, op->input, 1, bits, *channels, problem)
             : sbnn_check_vector(x, op->input, bits, problem);
}

static bool prepare(sbnn_op* op, const sbnn_option_values* options,
                    const sbnn_tensor* inputs, sbnn_tensor* output,
                    sbnn_problem* problem) {
  const sbnn_tensor* x = &inputs[0];
  const sbnn_face face = op->output.face;
  int32_t channels, positions;
  SBNN_CHECK(op->x_bytes <= INT32_MAX - 31, "size of the layer", op->x_bytes,
             INT32_MAX - 31);
  if (!(op->input.kind == SBNN_PLANES
            ? measure_planes(op, x, &channels, &positions, problem)
            : measure_numbers(x, &channels, &positions, problem)) ||
      !sbnn_prepare_output(op, options, &inputs[1], channels, positions,
                           problem)) {
    return false;
  }
  op->positions = positions == 0 ? 1 : positions;
  if (positions == 0) {
    sbnn_vector_shape(output, face, channels);
  } else if (x->rank == 4) {
    sbnn_image_shape(output, face, x->dims[1], x->dims[2], channels);
  } else {
    sbnn_image_shape(output, face, 1, positions, channels);
  }
  return true;
}

static void quantize_levels(const sbnn_op* op, const void* x, uint32_t* y) {
  const sbnn_output* output = &op->output;
  switch (op->input.kind) {
    case SBNN_INT8_NUMBERS:
      sbnn_quantize_levels_int8(output, op->positions, (const int8_t*)x, y);
      break;
    case SBNN_INT16_NUMBERS:
      sbnn_quantize_levels_int16(output, op->positions, (const int16_t*)x, y);
      break;
    case SBNN_FLOAT_NUMBERS:
      sbnn_quantize_levels(output, op->positions, (const float*)x, y);
      break;
    default:
      sbnn_quantize_planes(output, op->positions, op->input.planes,
                           (const uint32_t*)x, y);
  }
}

static void quantize_bits(const sbnn_op* op, const void* x, uint32_t* y) {
  const sbnn_output* output = &op->output;
  switch (op->input.kind) {
    case SBNN_INT8_NUMBERS:
      sbnn_quantize_int8(output, op->positions, (const int8_t*)x, y);
      break;
    case SBNN_INT16_NUMBERS:
      sbnn_quantize_int16(output, op->positions, (const int16_t*)x, y);
      break;
    default: sbnn_quantize(output, op->positions, (const float*)x, y);
  }
}

static void invoke(const sbnn_op* op, const void* x, const void* other, void* y,
                   void* scratch) {
  (void)other;
  (void)scratch;
  if (op->input.kind == SBNN_PLANES || op->output.face.planes > 1) {
    quantize_levels(op, x, (uint32_t*)y);
  } else {
    quantize_bits(op, x, (uint32_t*)y);
  }
}

const sbnn_op_class sbnn_quantize_class = {
    .name = "SbnnQuantize",
    .inputs = 3,
    .shares_cuts = true,
    .reads = SBNN_ON_FLOAT | SBNN_ON_INT8 | SBNN_ON_INT16 | SBNN_ON_PLANES,
    .writes = SBNN_ON_PLANES,
    .faces =
        "quantizing goes from float32, int8, int16 or bit planes to bit planes",
    .options = kRules,
    .option_count = SBNN_RULE_COUNT(kRules),
    .prepare = prepare,
    .invoke = invoke,
};
