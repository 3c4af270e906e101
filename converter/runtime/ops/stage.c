#include "ops/stage.h"

#include <string.h>

#include "ops/check.h"
#include "ops/option_rules.h"
#include "sbnn/planes.h"

typedef struct {
  SBNN_STAGE_OPTIONS(SBNN_OPTION_FIELD)
} stage_options;

#define SBNN_FIELDS stage_options
static const sbnn_option_rule kRules[] = {SBNN_STAGE_OPTIONS(SBNN_OPTION_RULE)};

/* One cut a channel: the only planes that files have are bits. */
static bool read_cuts(sbnn_output* output, sbnn_face sums,
                      const sbnn_tensor* constants, int32_t positions,
                      sbnn_problem* problem) {
  sbnn_cuts* cuts = &output->by.cuts;
  const int32_t channels = output->channels;
  output->stage = SBNN_CUTS;
  output->channel_bits = positions == 0 ? 1 : 32 * sbnn_plane_words(positions);
  if (!sbnn_check_constant(
          &constants[0],
          sums.kind == SBNN_FLOAT_NUMBERS ? SBNN_FLOAT32 : SBNN_INT32, channels,
          problem) ||
      !sbnn_check_constant(&constants[1], SBNN_INT32,
                           sbnn_plane_words(channels), problem)) {
    return false;
  }
  cuts->count = 1;
  cuts->thresholds = (const int32_t*)constants[0].data;
  cuts->float_thresholds = (const float*)constants[0].data;
  cuts->flips = (const uint32_t*)constants[1].data;
  int32_t bits = output->channel_bits;
  return sbnn_multiply(&bits, channels, problem);
}

static bool read_scale(sbnn_output* output, sbnn_face sums,
                       const sbnn_options* options,
                       const sbnn_tensor* constants, sbnn_problem* problem) {
  sbnn_scale* scale = &output->by.scale;
  const bool real = output->face.kind == SBNN_FLOAT_NUMBERS;
  const sbnn_type type = real ? SBNN_FLOAT32 : SBNN_INT32;
  stage_options o;
  memset(&o, 0, sizeof(o));
  output->stage = SBNN_SCALE;
  SBNN_CHECK(real || sums.kind != SBNN_FLOAT_NUMBERS,
             "integer outputs need integer sums, from bits or int8", 0, 0);
  if (!sbnn_read_options(options, kRules, SBNN_RULE_COUNT(kRules), sums,
                         output->face, &o, problem) ||
      !sbnn_check_constant(&constants[0], type, output->channels, problem) ||
      !sbnn_check_constant(&constants[1], type, output->channels, problem)) {
    return false;
  }
  if (real) {
    scale->factors = (const float*)constants[0].data;
    scale->biases = (const float*)constants[1].data;
  } else {
    scale->multipliers = (const int32_t*)constants[0].data;
    scale->offsets = (const int32_t*)constants[1].data;
    scale->shift = o.output_shift;
  }
  return true;
}

bool sbnn_prepare_output(sbnn_op* op, const sbnn_options* options,
                         const sbnn_tensor* constants, int32_t channels,
                         int32_t positions, sbnn_problem* problem) {
  sbnn_output* output = &op->output;
  output->channels = channels;
  return output->face.kind == SBNN_PLANES
             ? read_cuts(output, op->input, constants, positions, problem)
             : read_scale(output, op->input, options, constants, problem);
}
