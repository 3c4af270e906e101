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

/* Where planes lie. */
static bool place_planes(sbnn_output* output, int32_t positions,
                         sbnn_problem* problem) {
  const int32_t planes = output->face.planes;
  int32_t bits = output->channels;
  if (positions == 0) {
    output->channel_bits = 1;
    output->plane_bits = 32 * sbnn_plane_words(output->channels);
    bits = output->plane_bits;
    return sbnn_multiply(&bits, planes, problem);
  }
  output->plane_bits = 32 * sbnn_plane_words(positions);
  output->channel_bits = output->plane_bits;
  return sbnn_multiply(&output->channel_bits, planes, problem) &&
         sbnn_multiply(&bits, output->channel_bits, problem);
}

/* A channel's cuts have an order: where a sum reaches one, it reaches those before. */
static bool check_order(const sbnn_cuts* cuts, int32_t channels, bool real,
                        sbnn_problem* problem) {
  if (cuts->shared) channels = 1;
  if (cuts->count == 1) return true;
  for (int32_t c = 0; c < channels; ++c) {
    for (int32_t i = 1; i < cuts->count; ++i) {
      const int32_t at = c * cuts->count + i;
      const bool ascends =
          real ? cuts->float_thresholds[at - 1] <= cuts->float_thresholds[at]
               : sbnn_integer(cuts->thresholds, at - 1) <=
                     sbnn_integer(cuts->thresholds, at);
      SBNN_CHECK(ascends, "the thresholds of a channel do not ascend", 0, 0);
    }
  }
  return true;
}

static bool read_cuts(sbnn_op* op, const sbnn_tensor* constants,
                      sbnn_problem* problem) {
  sbnn_output* output = &op->output;
  sbnn_cuts* cuts = &output->by.cuts;
  const bool real = op->input.kind == SBNN_FLOAT_NUMBERS;
  int32_t count = output->channels;
  output->stage = SBNN_CUTS;
  SBNN_CHECK(output->face.planes <= SBNN_MAX_ACTIVATION_BITS,
             "planes made by thresholds", output->face.planes,
             SBNN_MAX_ACTIVATION_BITS);
  cuts->count = (1 << output->face.planes) - 1;
  cuts->shared = op->kind->shares_cuts && op->input.kind == SBNN_PLANES &&
                 constants[0].dims[0] == cuts->count;
  if (cuts->shared) count = 1;
  if (!sbnn_multiply(&count, cuts->count, problem) ||
      !(real ? sbnn_check_constant(&constants[0], SBNN_FLOAT32, count, problem)
             : sbnn_read_integers(&constants[0], count, &cuts->thresholds,
                                  problem)) ||
      !sbnn_check_constant(&constants[1], SBNN_INT32,
                           sbnn_plane_words(output->channels), problem)) {
    return false;
  }
  cuts->float_thresholds = (const float*)constants[0].data;
  cuts->flips = (const uint32_t*)constants[1].data;
  return check_order(cuts, output->channels, real, problem);
}

/* A stream is scaled by shifting slices. */
static bool check_stream(const sbnn_stream* stream, int32_t channels,
                         sbnn_problem* problem) {
  const int32_t farthest = 1 << 30;
  for (int32_t c = 0; c < channels; ++c) {
    const int32_t m = sbnn_integer(stream->multipliers, c);
    const uint32_t magnitude = m < 0 ? 0u - (uint32_t)m : (uint32_t)m;
    SBNN_CHECK(magnitude != 0u && (magnitude & (magnitude - 1u)) == 0u,
               "multiplier of a stream, which is no power of two", m, 1);
    const int32_t offset = sbnn_integer(stream->offsets, c);
    SBNN_CHECK(offset <= farthest, "offset of a stream", offset, farthest);
    SBNN_CHECK(offset >= -farthest, "offset of a stream", offset, -farthest);
  }
  return true;
}

static bool read_stream(sbnn_output* output, int32_t shift,
                        const sbnn_tensor* constants, sbnn_problem* problem) {
  sbnn_stream* stream = &output->by.stream;
  output->stage = SBNN_STREAM;
  stream->shift = shift;
  return sbnn_read_integers(&constants[0], output->channels,
                            &stream->multipliers, problem) &&
         sbnn_read_integers(&constants[1], output->channels, &stream->offsets,
                            problem) &&
         check_stream(stream, output->channels, problem);
}

static bool read_scale(sbnn_output* output, int32_t shift,
                       const sbnn_tensor* constants, sbnn_problem* problem) {
  sbnn_scale* scale = &output->by.scale;
  const bool real = output->face.kind == SBNN_FLOAT_NUMBERS;
  const sbnn_type type = real ? SBNN_FLOAT32 : SBNN_INT32;
  output->stage = SBNN_SCALE;
  if (!sbnn_check_constant(&constants[0], type, output->channels, problem) ||
      !sbnn_check_constant(&constants[1], type, output->channels, problem)) {
    return false;
  }
  if (real) {
    scale->factors = (const float*)constants[0].data;
    scale->biases = (const float*)constants[1].data;
  } else {
    scale->multipliers = (const int32_t*)constants[0].data;
    scale->offsets = (const int32_t*)constants[1].data;
    scale->shift = shift;
  }
  return true;
}

bool sbnn_prepare_output(sbnn_op* op, const sbnn_option_values* options,
                         const sbnn_tensor* constants, int32_t channels,
                         int32_t positions, sbnn_problem* problem) {
  sbnn_output* output = &op->output;
  const bool planes = output->face.kind == SBNN_PLANES;
  sbnn_face scaled = output->face;
  int32_t stream = 0;
  stage_options o;
  memset(&o, 0, sizeof(o));
  output->channels = channels;
  if (planes && op->kind->takes_stream &&
      sbnn_option(options, SBNN_OPTION_stream, &stream) && stream == 1) {
    /* A stream is scaled as whole numbers are. */
    scaled = sbnn_number_face(SBNN_INT16_NUMBERS);
    SBNN_CHECK(output->face.planes >= 2, "planes of a stream",
               output->face.planes, 2);
  }
  if (!sbnn_read_options(options, kRules, SBNN_RULE_COUNT(kRules), op->input,
                         scaled, &o, problem) ||
      (planes && !place_planes(output, positions, problem))) {
    return false;
  }
  if (planes && o.stream == 0) return read_cuts(op, constants, problem);
  SBNN_CHECK(output->face.kind == SBNN_FLOAT_NUMBERS ||
                 op->input.kind != SBNN_FLOAT_NUMBERS,
             "integer outputs need integer sums, from bits or int8", 0, 0);
  return planes ? read_stream(output, o.output_shift, constants, problem)
                : read_scale(output, o.output_shift, constants, problem);
}
