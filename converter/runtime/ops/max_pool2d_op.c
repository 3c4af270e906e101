/* SbnnMaxPool2D: inputs x and the channels that take the minimum. */
#include "ops/check.h"
#include "ops/classes.h"
#include "sbnn/planes.h"

enum { MAX_SIDE = 32768 };

static bool prepare(sbnn_op* op, const sbnn_options* options,
                    const sbnn_tensor* inputs, sbnn_tensor* output,
                    sbnn_problem* problem) {
  sbnn_max_pool2d_params* p = &op->params.max_pool2d;
  const sbnn_options* o = options;
  if (!sbnn_read_option(o, "channels", 1, MAX_SIDE, &p->channels, problem) ||
      !sbnn_read_option(o, "in_height", 1, MAX_SIDE, &p->in_height, problem) ||
      !sbnn_read_option(o, "in_width", 1, MAX_SIDE, &p->in_width, problem) ||
      !sbnn_read_option(o, "out_height", 1, MAX_SIDE, &p->out_height,
                        problem) ||
      !sbnn_read_option(o, "out_width", 1, MAX_SIDE, &p->out_width, problem) ||
      !sbnn_read_option(o, "pool_height", 1, MAX_SIDE, &p->pool_height,
                        problem) ||
      !sbnn_read_option(o, "pool_width", 1, MAX_SIDE, &p->pool_width,
                        problem) ||
      !sbnn_read_option(o, "stride_height", 1, MAX_SIDE, &p->stride_height,
                        problem) ||
      !sbnn_read_option(o, "stride_width", 1, MAX_SIDE, &p->stride_width,
                        problem) ||
      !sbnn_read_option(o, "pad_top", 0, MAX_SIDE, &p->pad_top, problem) ||
      !sbnn_read_option(o, "pad_left", 0, MAX_SIDE, &p->pad_left, problem)) {
    return false;
  }
  const sbnn_tensor* x = &inputs[0];
  SBNN_CHECK(op->input == SBNN_INT32 && output->type == SBNN_INT32,
             "max pooling runs on bit planes only", 0, 0);
  int32_t in_words = sbnn_plane_words(p->in_height * p->in_width);
  int32_t out_words = sbnn_plane_words(p->out_height * p->out_width);
  SBNN_CHECK(x->rank == 3, "rank of input bit planes", x->rank, 3);
  SBNN_CHECK(x->dims[1] == p->channels, "input planes", x->dims[1],
             p->channels);
  SBNN_CHECK(x->dims[2] == in_words, "words of an input plane", x->dims[2],
             in_words);
  if (!sbnn_check_constant(&inputs[1], SBNN_INT32,
                           sbnn_plane_words(p->channels), problem) ||
      !sbnn_multiply(&in_words, p->channels, problem) ||
      !sbnn_multiply(&out_words, p->channels, problem)) {
    return false;
  }
  op->minimum = (const uint32_t*)inputs[1].data;
  sbnn_image_shape(output, p->out_height, p->out_width, p->channels);
  return true;
}

static void invoke(const sbnn_op* op, const void* x, void* y, void* scratch) {
  (void)scratch;
  sbnn_max_pool2d_bits(&op->params.max_pool2d, op->minimum,
                       (const uint32_t*)x, (uint32_t*)y);
}

const sbnn_op_class sbnn_max_pool2d_class = {"SbnnMaxPool2D", 2, prepare,
                                             invoke};
