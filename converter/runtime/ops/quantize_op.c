/* SbnnQuantize: float, int8 or int16 to planes, through cuts.
 *
 * Rank-4 tensors are images (a plane a channel), rank-2 tensors vectors. */
#include "ops/check.h"
#include "ops/classes.h"
#include "ops/face.h"
#include "ops/stage.h"

static bool prepare(sbnn_op* op, const sbnn_options* options,
                    const sbnn_tensor* inputs, sbnn_tensor* output,
                    sbnn_problem* problem) {
  const sbnn_tensor* x = &inputs[0];
  const sbnn_face face = op->output.face;
  SBNN_CHECK(x->rank == 4 || x->rank == 2, "rank of the input", x->rank, 4);
  SBNN_CHECK(op->x_bytes <= INT32_MAX - 31, "size of the layer", op->x_bytes,
             INT32_MAX - 31);
  int32_t positions = x->rank == 4 ? x->dims[1] : 0;
  if (x->rank == 4 && !sbnn_multiply(&positions, x->dims[2], problem)) {
    return false;
  }
  if (!sbnn_prepare_output(op, options, &inputs[1], x->dims[x->rank - 1],
                           positions, problem)) {
    return false;
  }
  if (x->rank == 4) {
    op->positions = positions;
    sbnn_image_shape(output, face, x->dims[1], x->dims[2], x->dims[3]);
  } else {
    op->positions = 1;
    sbnn_vector_shape(output, face, x->dims[1]);
  }
  return true;
}

static void invoke(const sbnn_op* op, const void* x, const void* other, void* y,
                   void* scratch) {
  (void)other;
  (void)scratch;
  switch (op->input.kind) {
    case SBNN_INT8_NUMBERS:
      sbnn_quantize_int8(&op->output, op->positions, (const int8_t*)x,
                         (uint32_t*)y);
      break;
    case SBNN_INT16_NUMBERS:
      sbnn_quantize_int16(&op->output, op->positions, (const int16_t*)x,
                          (uint32_t*)y);
      break;
    default:
      sbnn_quantize(&op->output, op->positions, (const float*)x, (uint32_t*)y);
  }
}

const sbnn_op_class sbnn_quantize_class = {
    .name = "SbnnQuantize",
    .inputs = 3,
    .reads = SBNN_ON_FLOAT | SBNN_ON_INT8 | SBNN_ON_INT16,
    .writes = SBNN_ON_PLANES,
    .faces = "quantizing goes from float32, int8 or int16 to bit planes",
    .prepare = prepare,
    .invoke = invoke,
};
