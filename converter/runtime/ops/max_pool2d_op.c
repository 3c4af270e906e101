/* SbnnMaxPool2D: inputs x and the channels that take the minimum. */
#include "ops/check.h"
#include "ops/classes.h"
#include "ops/face.h"
#include "ops/option_rules.h"
#include "sbnn/planes.h"

#define SBNN_FIELDS sbnn_max_pool2d_params
static const sbnn_option_rule kRules[] = {
    SBNN_MAX_POOL2D_OPTIONS(SBNN_OPTION_RULE)};

static bool prepare(sbnn_op* op, const sbnn_option_values* options,
                    const sbnn_tensor* inputs, sbnn_tensor* output,
                    sbnn_problem* problem) {
  const sbnn_max_pool2d_params* p = &op->params.max_pool2d;
  (void)options;
  int32_t in_words = sbnn_plane_words(p->in_height * p->in_width);
  int32_t out_words = sbnn_plane_words(p->out_height * p->out_width);
  if (!sbnn_check_same_planes(op, problem) ||
      !sbnn_check_image(&inputs[0], op->input, p->in_height, p->in_width,
                        p->channels, problem) ||
      !sbnn_check_constant(&inputs[1], SBNN_INT32,
                           sbnn_plane_words(p->channels), problem) ||
      !sbnn_multiply(&in_words, p->channels * op->input.planes, problem) ||
      !sbnn_multiply(&out_words, p->channels * op->input.planes, problem)) {
    return false;
  }
  op->minimum = (const uint32_t*)inputs[1].data;
  sbnn_image_shape(output, op->output.face, p->out_height, p->out_width,
                   p->channels);
  return true;
}

static void invoke(const sbnn_op* op, const void* x, const void* other, void* y,
                   void* scratch) {
  (void)other;
  (void)scratch;
  const sbnn_max_pool2d_params* p = &op->params.max_pool2d;
  if (op->input.planes > 1) {
    sbnn_max_pool2d_planes(p, op->input.planes, op->minimum, (const uint32_t*)x,
                           (uint32_t*)y);
  } else {
    sbnn_max_pool2d_bits(p, op->minimum, (const uint32_t*)x, (uint32_t*)y);
  }
}

const sbnn_op_class sbnn_max_pool2d_class = {
    .name = "SbnnMaxPool2D",
    .inputs = 2,
    .reads = SBNN_ON_PLANES,
    .writes = SBNN_ON_PLANES,
    .faces = "max pooling runs on bit planes only",
    .options = kRules,
    .option_count = SBNN_RULE_COUNT(kRules),
    .prepare = prepare,
    .invoke = invoke,
};
