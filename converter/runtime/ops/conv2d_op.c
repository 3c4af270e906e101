/* SbnnConv2D: inputs x, weight code, and the output stage's two constants. */
#include "ops/check.h"
#include "ops/classes.h"
#include "sbnn/planes.h"

enum { MAX_SIDE = 32768 };

static bool read_geometry(sbnn_conv2d_params* p, const sbnn_options* o,
                          sbnn_problem* problem) {
  return sbnn_read_option(o, "in_height", 1, MAX_SIDE, &p->in_height,
                          problem) &&
         sbnn_read_option(o, "in_width", 1, MAX_SIDE, &p->in_width, problem) &&
         sbnn_read_option(o, "in_channels", 1, MAX_SIDE, &p->in_channels,
                          problem) &&
         sbnn_read_option(o, "out_height", 1, MAX_SIDE, &p->out_height,
                          problem) &&
         sbnn_read_option(o, "out_width", 1, MAX_SIDE, &p->out_width,
                          problem) &&
         sbnn_read_option(o, "out_channels", 1, MAX_SIDE, &p->out_channels,
                          problem) &&
         sbnn_read_option(o, "kernel_height", 1, 255, &p->kernel_height,
                          problem) &&
         sbnn_read_option(o, "kernel_width", 1, 255, &p->kernel_width,
                          problem) &&
         sbnn_read_option(o, "stride_height", 1, 255, &p->stride_height,
                          problem) &&
         sbnn_read_option(o, "stride_width", 1, 255, &p->stride_width,
                          problem) &&
         sbnn_read_option(o, "dilation_height", 1, 255, &p->dilation_height,
                          problem) &&
         sbnn_read_option(o, "dilation_width", 1, 255, &p->dilation_width,
                          problem) &&
         sbnn_read_option(o, "pad_top", 0, MAX_SIDE, &p->pad_top, problem) &&
         sbnn_read_option(o, "pad_left", 0, MAX_SIDE, &p->pad_left, problem) &&
         sbnn_read_option(o, "pad_value", -1, 1, &p->pad_value, problem) &&
         sbnn_read_option(o, "groups", 1, MAX_SIDE, &p->groups, problem);
}

static bool prepare(sbnn_op* op, const sbnn_options* options,
                    const sbnn_tensor* inputs, sbnn_tensor* output,
                    sbnn_problem* problem) {
  sbnn_conv2d_params* p = &op->params.conv2d;
  const sbnn_tensor* x = &inputs[0];
  if (!read_geometry(p, options, problem)) return false;
  SBNN_CHECK(p->in_channels % p->groups == 0 &&
                 p->out_channels % p->groups == 0,
             "groups must divide both numbers of channels", p->groups, 1);

  /* Sizes that the kernels multiply must fit into int32. */
  int32_t in_size = p->in_height, out_size = p->out_height;
  if (!sbnn_multiply(&in_size, p->in_width, problem) ||
      !sbnn_multiply(&in_size, p->in_channels, problem) ||
      !sbnn_multiply(&out_size, p->out_width, problem) ||
      !sbnn_multiply(&out_size, p->out_channels, problem)) {
    return false;
  }
  if (op->input != SBNN_INT32) {
    SBNN_CHECK(x->rank == 4, "rank of a numeric input", x->rank, 4);
    SBNN_CHECK(x->dims[1] == p->in_height, "input height", x->dims[1],
               p->in_height);
    SBNN_CHECK(x->dims[2] == p->in_width, "input width", x->dims[2],
               p->in_width);
    SBNN_CHECK(x->dims[3] == p->in_channels, "input channels", x->dims[3],
               p->in_channels);
  } else {
    const int32_t words = sbnn_plane_words(p->in_height * p->in_width);
    SBNN_CHECK(x->rank == 3, "rank of input bit planes", x->rank, 3);
    SBNN_CHECK(x->dims[1] == p->in_channels, "input planes", x->dims[1],
               p->in_channels);
    SBNN_CHECK(x->dims[2] == words, "words of an input plane", x->dims[2],
               words);
  }

  int32_t fan_in = p->in_channels / p->groups;
  if (!sbnn_multiply(&fan_in, p->kernel_height * p->kernel_width, problem) ||
      !sbnn_prepare_kernel(op, options, &inputs[1], p->out_channels, fan_in,
                           &p->domain, problem) ||
      !sbnn_read_optional(options, "band_bytes", 1, INT32_MAX, 0,
                          &p->band_bytes, problem) ||
      !sbnn_prepare_output(op, options, &inputs[2], output->type, p->out_channels,
                           p->out_height * p->out_width, problem)) {
    return false;
  }
  if (op->input == SBNN_INT8) {
    SBNN_CHECK(p->pad_value == 0, "pad_value of an int8 input", p->pad_value,
               0);
    if (!sbnn_read_option(options, "in_zero_point", -128, 127,
                          &p->in_zero_point, problem)) {
      return false;
    }
    op->scratch_bytes = sbnn_conv2d_int8_scratch_bytes(p, &op->kernel);
  } else if (op->input == SBNN_FLOAT32) {
    op->scratch_bytes = sbnn_conv2d_float_scratch_bytes(p);
  } else {
    op->scratch_bytes =
        sbnn_conv2d_bits_scratch_bytes(p, &op->kernel, &op->output);
  }
  SBNN_CHECK(op->scratch_bytes <= INT32_MAX,
             "the layer needs too much scratch memory", 0, 0);
  sbnn_image_shape(output, p->out_height, p->out_width, p->out_channels);
  return true;
}

static void invoke(const sbnn_op* op, const void* x, void* y, void* scratch) {
  if (op->input == SBNN_INT8) {
    sbnn_conv2d_int8(&op->params.conv2d, &op->kernel, &op->output,
                     (const int8_t*)x, y, scratch);
  } else if (op->input == SBNN_FLOAT32) {
    sbnn_conv2d_float(&op->params.conv2d, &op->kernel, &op->output,
                      (const float*)x, y, scratch);
  } else {
    sbnn_conv2d_bits(&op->params.conv2d, &op->kernel, &op->output,
                     (const uint32_t*)x, y, scratch);
  }
}

const sbnn_op_class sbnn_conv2d_class = {"SbnnConv2D", 4, prepare, invoke};
