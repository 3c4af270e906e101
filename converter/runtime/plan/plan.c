/* What an op would need on a 32-bit microcontroller, asked on the host.
 *
 * The converter asks before it writes a file: how much scratch memory an op takes
 * and how often a convolution goes over its weights. The answers come from the
 * very code that the kernels plan with, built with SBNN_POINTER_BYTES = 4; this
 * library never runs an op. */
#include <stdlib.h>
#include <string.h>

#include "../../kernels/src/carver.h"
#include "../../kernels/src/conv2d_borders.h"
#include "../../kernels/src/conv2d_int8_strips.h"
#include "../../kernels/src/conv2d_layout.h"
#include "ops/classes.h"

typedef struct {
  int64_t scratch_bytes;
  int64_t most; /* connections of the output channel with the most */
  /* Convolutions of bits, all passes together: */
  int64_t passes;       /* how often the weights are decoded */
  int64_t copies;       /* moved planes, for all groups */
  int64_t copy_words;   /* their words */
  int64_t stream_rows;  /* image rows, or parts of them, moved one by one */
  int64_t word_classes; /* words whose borders differ */
  int64_t kind_bits;    /* kinds of positions in these */
  int64_t kinds;        /* kinds of positions */
  int64_t way;          /* how copies are made: sbnn_copy_way */
  /* Convolutions of int8 only; they have passes, too: */
  int64_t rows;      /* of the input, as they are loaded in all passes */
  int64_t row_words; /* of one of these and a channel */
  int64_t strips;    /* of the output, an output row each */
  int64_t lanes;     /* 1 if lanes of 16 bits suffice for every channel */
} sbnn_plan;

/* Rows that one pass moves one by one where planes can't be moved whole. */
static int64_t stream_rows(const sbnn_conv2d_params* p,
                           const sbnn_conv2d_layout* layout) {
  int64_t streams = 0;
  int32_t written = -1;
  if (layout->way != SBNN_COPY_ROW_BY_ROW) return 0;
  for (int32_t i = 0; i < layout->row_copies_count; ++i) {
    if (layout->row_copies[i].rho != written) ++streams;
    written = layout->row_copies[i].rho;
  }
  return streams * p->kernel_width * p->groups * layout->group_in *
         layout->levels * (32 * layout->buffer_words / p->out_width + 1) *
         ((p->out_width + 15) / 16);
}

static bool plan_conv2d_bits(const sbnn_op* op, bool anywhere,
                             sbnn_plan* plan) {
  const sbnn_conv2d_params* p = &op->params.conv2d;
  sbnn_conv2d_layout layout;
  sbnn_conv2d_borders borders;
  sbnn_carver carver = {NULL, 0};
  memset(&layout, 0, sizeof(layout));
  memset(&borders, 0, sizeof(borders));
  sbnn_conv2d_lay_out(&layout, p, anywhere, &carver);
  sbnn_conv2d_find_borders(&borders, p, &layout, &carver);
  void* memory = malloc(sbnn_carved(&carver) + sizeof(void*));
  if (memory == NULL) return false;
  carver.memory = (uint8_t*)memory;
  carver.used = 0;
  sbnn_conv2d_lay_out(&layout, p, anywhere, &carver);
  sbnn_conv2d_find_borders(&borders, p, &layout, &carver);
  for (int32_t first = 0; first < layout.words; first += layout.band_words) {
    const int32_t words = layout.words - first < layout.band_words
                              ? layout.words - first
                              : layout.band_words;
    sbnn_conv2d_sort_words(&borders, p, first, words);
    ++plan->passes;
    const int64_t copied = (int64_t)p->groups * layout.group_in * layout.levels;
    plan->stream_rows += stream_rows(p, &layout);
    plan->word_classes += borders.word_classes;
    plan->kind_bits += borders.class_at[borders.word_classes];
    plan->copies += (int64_t)layout.row_copies_count * p->kernel_width * copied;
    for (int32_t i = 0; i < layout.row_copies_count; ++i) {
      plan->copy_words +=
          (int64_t)(layout.row_copies[i].words - (layout.band_words - words)) *
          p->kernel_width * copied;
    }
  }
  plan->kinds = (int64_t)borders.row_classes * borders.column_classes;
  plan->way = (int64_t)layout.way;
  free(memory);
  return true;
}

static void plan_conv2d_int8(const sbnn_op* op, sbnn_plan* plan) {
  const sbnn_conv2d_params* p = &op->params.conv2d;
  sbnn_carver carver = {NULL, 0};
  sbnn_int8_strips strips;
  int32_t base;
  sbnn_int8_set_up(&strips, p, &op->kernel, &carver);
  const int64_t in_row = (p->out_width - 1) / STRIP + 1;
  plan->passes = ((p->out_height - 1) / strips.band_rows + 1) * in_row;
  plan->strips = p->out_height * in_row;
  plan->rows = plan->passes * strips.rows;
  plan->row_words = strips.row_words;
  plan->lanes =
      op->output.stage == SBNN_CUTS &&
      sbnn_int8_lanes_suffice(&strips, op->kernel.most,
                              op->kernel.most * strips.zero, 0, &base);
}

/* Prepares the op `name` from its options and tensors as a runtime would, for cores that load
 * words from anywhere (conv2d_layout.h) or for others; scratch memory suffices for all.
 * `output` has its type only. False if the op is refused; `problem` says why. */
__attribute__((visibility("default"))) bool SbnnPlanOp(
    const char* name, const uint8_t* options, size_t size,
    const sbnn_tensor* inputs, int32_t input_count, bool anywhere,
    sbnn_tensor* output, sbnn_plan* plan, sbnn_problem* problem) {
  memset(plan, 0, sizeof(*plan));
  memset(problem, 0, sizeof(*problem));
  const sbnn_op_class* kind = sbnn_find_op(name);
  const sbnn_options read = {options, size};
  sbnn_op op;
  problem->what = "unknown op";
  if (kind == NULL || !sbnn_prepare_op(&op, kind, &read, inputs, input_count,
                                       output, problem)) {
    return false;
  }
  plan->scratch_bytes = (int64_t)op.scratch_bytes;
  plan->most = op.kernel.most;
  if (kind != &sbnn_conv2d_class) return true;
  if (op.input.kind == SBNN_INT8_NUMBERS) plan_conv2d_int8(&op, plan);
  if (op.input.kind == SBNN_PLANES && !plan_conv2d_bits(&op, anywhere, plan)) {
    problem->what = "out of memory";
    return false;
  }
  return true;
}
