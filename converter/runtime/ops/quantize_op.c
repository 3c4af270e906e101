/* SbnnQuantize: float, int8 or int16 to bits through thresholds. SbnnDequantize: bits to +-1,
 * as float or int8.
 *
 * Rank-4 tensors are images (a plane a channel), rank-2 tensors vectors. */
#include "ops/check.h"
#include "ops/classes.h"
#include "sbnn/planes.h"

static bool prepare_quantize(sbnn_op* op, const sbnn_options* options,
                             const sbnn_tensor* inputs, sbnn_tensor* output,
                             sbnn_problem* problem) {
  const sbnn_tensor* x = &inputs[0];
  SBNN_CHECK((op->input == SBNN_FLOAT32 || op->input == SBNN_INT8 ||
              op->input == SBNN_INT16) &&
                 output->type == SBNN_INT32,
             "quantizing goes from float32, int8 or int16 to bit planes", 0, 0);
  SBNN_CHECK(x->rank == 4 || x->rank == 2, "rank of the input", x->rank, 4);
  SBNN_CHECK(op->x_bytes <= INT32_MAX - 31, "size of the layer", op->x_bytes,
             INT32_MAX - 31);
  int32_t positions = x->rank == 4 ? x->dims[1] : 0;
  if (x->rank == 4 && !sbnn_multiply(&positions, x->dims[2], problem)) {
    return false;
  }
  if (!sbnn_prepare_output(op, options, &inputs[1], output->type,
                           x->dims[x->rank - 1], positions, problem)) {
    return false;
  }
  op->params.positions = x->rank == 4 ? positions : 1;
  if (x->rank == 4) {
    sbnn_image_shape(output, x->dims[1], x->dims[2], x->dims[3]);
  } else {
    sbnn_vector_shape(output, x->dims[1]);
  }
  return true;
}

static void invoke_quantize(const sbnn_op* op, const void* x, void* y,
                            void* scratch) {
  (void)scratch;
  if (op->input == SBNN_INT8) {
    sbnn_quantize_int8(&op->output, op->params.positions, (const int8_t*)x,
                       (uint32_t*)y);
  } else if (op->input == SBNN_INT16) {
    sbnn_quantize_int16(&op->output, op->params.positions, (const int16_t*)x,
                        (uint32_t*)y);
  } else {
    sbnn_quantize(&op->output, op->params.positions, (const float*)x,
                  (uint32_t*)y);
  }
}

const sbnn_op_class sbnn_quantize_class = {"SbnnQuantize", 3, prepare_quantize,
                                           invoke_quantize};

static bool prepare_dequantize(sbnn_op* op, const sbnn_options* options,
                               const sbnn_tensor* inputs, sbnn_tensor* output,
                               sbnn_problem* problem) {
  const sbnn_tensor* x = &inputs[0];
  int32_t height, width, channels;
  SBNN_CHECK(op->input == SBNN_INT32 && (output->type == SBNN_FLOAT32 ||
                                         output->type == SBNN_INT8),
             "dequantizing goes from bit planes to float32 or int8", 0, 0);
  if (output->type == SBNN_INT8) {
    int32_t plus, minus;
    if (!sbnn_read_option(options, "plus", -128, 127, &plus, problem) ||
        !sbnn_read_option(options, "minus", -128, 127, &minus, problem)) {
      return false;
    }
    op->params.dequantize.plus = (int8_t)plus;
    op->params.dequantize.minus = (int8_t)minus;
  }
  /* A vector is written as height 0. */
  if (!sbnn_read_option(options, "height", 0, 32768, &height, problem) ||
      !sbnn_read_option(options, "width", 0, 32768, &width, problem) ||
      !sbnn_read_option(options, "channels", 1, INT32_MAX - 31, &channels,
                        problem)) {
    return false;
  }
  int32_t elements = channels;
  if (height == 0) {
    const int32_t words = sbnn_plane_words(channels);
    SBNN_CHECK(x->rank == 2, "rank of an input bit vector", x->rank, 2);
    SBNN_CHECK(x->dims[1] == words, "words of the input", x->dims[1], words);
    op->output.channel_bits = 1;
    op->params.dequantize.positions = 1;
    sbnn_vector_shape(output, channels);
  } else {
    SBNN_CHECK(width >= 1, "width", width, 1);
    const int32_t words = sbnn_plane_words(height * width);
    SBNN_CHECK(x->rank == 3, "rank of input bit planes", x->rank, 3);
    SBNN_CHECK(x->dims[1] == channels, "input planes", x->dims[1], channels);
    SBNN_CHECK(x->dims[2] == words, "words of an input plane", x->dims[2],
               words);
    op->output.channel_bits = 32 * words;
    op->params.dequantize.positions = height * width;
    if (!sbnn_multiply(&elements, op->output.channel_bits, problem)) {
      return false;
    }
    sbnn_image_shape(output, height, width, channels);
  }
  op->output.channels = channels;
  op->output.kind = output->type == SBNN_INT8 ? SBNN_TO_INT8 : SBNN_TO_FLOAT;
  return true;
}

static void invoke_dequantize(const sbnn_op* op, const void* x, void* y,
                              void* scratch) {
  (void)scratch;
  const sbnn_output* o = &op->output;
  const int32_t positions = op->params.dequantize.positions;
  if (o->kind == SBNN_TO_INT8) {
    sbnn_dequantize_int8(o->channels, o->channel_bits, positions,
                         op->params.dequantize.plus,
                         op->params.dequantize.minus, (const uint32_t*)x,
                         (int8_t*)y);
  } else {
    sbnn_dequantize(o->channels, o->channel_bits, positions,
                    (const uint32_t*)x, (float*)y);
  }
}

const sbnn_op_class sbnn_dequantize_class = {
    "SbnnDequantize", 1, prepare_dequantize, invoke_dequantize};
