/* SbnnConv2D: inputs x, weight code, and the output stage's two constants. */
#include "ops/check.h"
#include "ops/classes.h"
#include "ops/face.h"
#include "ops/option_rules.h"
#include "ops/stage.h"
#include "ops/weights.h"

#define SBNN_FIELDS sbnn_conv2d_params
static const sbnn_option_rule kRules[] = {
    SBNN_CONV2D_OPTIONS(SBNN_OPTION_RULE)};

static bool prepare(sbnn_op* op, const sbnn_option_values* options,
                    const sbnn_tensor* inputs, sbnn_tensor* output,
                    sbnn_problem* problem) {
  sbnn_conv2d_params* p = &op->params.conv2d;
  p->input_bits = op->input.planes;
  SBNN_CHECK(
      p->in_channels % p->groups == 0 && p->out_channels % p->groups == 0,
      "groups must divide both numbers of channels", p->groups, 1);

  /* Sizes that the kernels multiply must fit into int32. */
  int32_t in_size = p->in_height, out_size = p->out_height;
  int32_t fan_in = p->in_channels / p->groups;
  if (!sbnn_multiply(&in_size, p->in_width, problem) ||
      !sbnn_multiply(&in_size, p->in_channels, problem) ||
      !sbnn_multiply(&out_size, p->out_width, problem) ||
      !sbnn_multiply(&out_size, p->out_channels, problem) ||
      !sbnn_check_image(&inputs[0], op->input, p->in_height, p->in_width,
                        p->in_channels, problem) ||
      !sbnn_multiply(&fan_in, p->kernel_height * p->kernel_width, problem) ||
      !sbnn_prepare_kernel(op, options, &inputs[1], p->out_channels, fan_in,
                           &p->domain, problem) ||
      !sbnn_prepare_output(op, options, &inputs[2], p->out_channels,
                           p->out_height * p->out_width, problem)) {
    return false;
  }
  SBNN_CHECK(p->tap_major == 0 || op->input.kind == SBNN_PLANES,
             "tap_major of an input of numbers", p->tap_major, 0);
  switch (op->input.kind) {
    case SBNN_INT8_NUMBERS:
      SBNN_CHECK(p->pad_value == 0, "pad_value of an int8 input", p->pad_value,
                 0);
      op->scratch_bytes = sbnn_conv2d_int8_scratch_bytes(p, &op->kernel);
      break;
    case SBNN_FLOAT_NUMBERS:
      op->scratch_bytes = sbnn_conv2d_float_scratch_bytes(p);
      break;
    default:
      op->scratch_bytes =
          sbnn_conv2d_bits_scratch_bytes(p, &op->kernel, &op->output);
  }
  SBNN_CHECK(op->scratch_bytes <= INT32_MAX,
             "the layer needs too much scratch memory", 0, 0);
  sbnn_image_shape(output, op->output.face, p->out_height, p->out_width,
                   p->out_channels);
  return true;
}

static void invoke(const sbnn_op* op, const void* x, const void* other, void* y,
                   void* scratch) {
  sbnn_output output = op->output;
  if (output.stage == SBNN_STREAM) {
    output.by.stream.before = (const uint32_t*)other;
  }
  const sbnn_conv2d_params* p = &op->params.conv2d;
  switch (op->input.kind) {
    case SBNN_INT8_NUMBERS:
      sbnn_conv2d_int8(p, &op->kernel, &output, (const int8_t*)x, y, scratch);
      break;
    case SBNN_FLOAT_NUMBERS:
      sbnn_conv2d_float(p, &op->kernel, &output, (const float*)x, y, scratch);
      break;
    default:
      sbnn_conv2d_bits(p, &op->kernel, &output, (const uint32_t*)x, y, scratch);
  }
}

const sbnn_op_class sbnn_conv2d_class = {
    .name = "SbnnConv2D",
    .inputs = 4,
    .takes_stream = true,
    .reads = SBNN_ON_PLANES | SBNN_ON_FLOAT | SBNN_ON_INT8,
    .writes = SBNN_ON_PLANES | SBNN_ON_FLOAT | SBNN_ON_INT8 | SBNN_ON_INT16,
    .faces =
        "convolving goes from bit planes, float32 or int8 to these or int16",
    .options = kRules,
    .option_count = SBNN_RULE_COUNT(kRules),
    .prepare = prepare,
    .invoke = invoke,
};
