/* SbnnDequantize: planes to floats, bits to int8 as well. */
#include "ops/check.h"
#include "ops/classes.h"
#include "ops/face.h"
#include "ops/option_rules.h"
#include "sbnn/planes.h"

#define SBNN_FIELDS sbnn_dequantize_params
static const sbnn_option_rule kRules[] = {
    SBNN_DEQUANTIZE_OPTIONS(SBNN_OPTION_RULE)};

static bool prepare(sbnn_op* op, const sbnn_option_values* options,
                    const sbnn_tensor* inputs, sbnn_tensor* output,
                    sbnn_problem* problem) {
  const sbnn_dequantize_params* p = &op->params.dequantize;
  sbnn_output* o = &op->output;
  (void)options;
  SBNN_CHECK(o->face.kind == SBNN_FLOAT_NUMBERS || op->input.planes == 1,
             "in_planes of what becomes int8", op->input.planes, 1);
  o->stage = SBNN_SCALE;
  o->channels = p->channels;
  if (p->height == 0) {
    o->channel_bits = 1;
    op->positions = 1;
    sbnn_vector_shape(output, o->face, p->channels);
    return sbnn_check_vector(&inputs[0], op->input, p->channels, problem);
  }
  SBNN_CHECK(p->width >= 1, "width", p->width, 1);
  int32_t elements = p->channels;
  op->positions = p->height * p->width;
  o->channel_bits = 32 * sbnn_plane_words(op->positions);
  sbnn_image_shape(output, o->face, p->height, p->width, p->channels);
  return sbnn_check_image(&inputs[0], op->input, p->height, p->width,
                          p->channels, problem) &&
         sbnn_multiply(&elements, o->channel_bits, problem) &&
         sbnn_multiply(&elements, op->input.planes, problem);
}

static void invoke(const sbnn_op* op, const void* x, const void* other, void* y,
                   void* scratch) {
  (void)other;
  (void)scratch;
  const sbnn_output* o = &op->output;
  const sbnn_dequantize_params* p = &op->params.dequantize;
  if (o->face.kind == SBNN_INT8_NUMBERS) {
    sbnn_dequantize_int8(o->channels, o->channel_bits, op->positions,
                         (int8_t)p->plus, (int8_t)p->minus, (const uint32_t*)x,
                         (int8_t*)y);
  } else if (op->input.planes > 1) {
    sbnn_dequantize_planes(o->channels, o->channel_bits, op->positions,
                           op->input.planes, (const uint32_t*)x, (float*)y);
  } else {
    sbnn_dequantize(o->channels, o->channel_bits, op->positions,
                    (const uint32_t*)x, (float*)y);
  }
}

const sbnn_op_class sbnn_dequantize_class = {
    .name = "SbnnDequantize",
    .inputs = 1,
    .reads = SBNN_ON_PLANES,
    .writes = SBNN_ON_FLOAT | SBNN_ON_INT8,
    .faces = "dequantizing goes from bit planes to float32 or int8",
    .options = kRules,
    .option_count = SBNN_RULE_COUNT(kRules),
    .prepare = prepare,
    .invoke = invoke,
};
