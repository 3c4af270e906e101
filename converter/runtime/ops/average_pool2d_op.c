/* SbnnAveragePool2D: input x. */
#include "ops/check.h"
#include "ops/classes.h"
#include "ops/face.h"
#include "ops/option_rules.h"
#include "sbnn/planes.h"

#define SBNN_FIELDS sbnn_average_pool2d_params
static const sbnn_option_rule kRules[] = {
    SBNN_AVERAGE_POOL2D_OPTIONS(SBNN_OPTION_RULE)};

/* Along one axis: the last window ends inside the image. */
static bool check_inside(int32_t in, int32_t out, int32_t pool, int32_t stride,
                         const char* what, sbnn_problem* problem) {
  const int64_t end = (int64_t)(out - 1) * stride + pool;
  SBNN_CHECK(end <= in, what, (int32_t)(end < INT32_MAX ? end : INT32_MAX), in);
  return true;
}

static bool check_windows(const sbnn_average_pool2d_params* p,
                          sbnn_problem* problem) {
  const int32_t area = p->pool_height * p->pool_width;
  int32_t wanted = 1;
  while (wanted < area && wanted < SBNN_MAX_POOL_AREA) wanted *= 2;
  SBNN_CHECK(area == wanted, "positions of a window, a power of two", area,
             wanted);
  return check_inside(p->in_height, p->out_height, p->pool_height,
                      p->stride_height, "row at which windows end", problem) &&
         check_inside(p->in_width, p->out_width, p->pool_width, p->stride_width,
                      "column at which windows end", problem);
}

static bool prepare(sbnn_op* op, const sbnn_option_values* options,
                    const sbnn_tensor* inputs, sbnn_tensor* output,
                    sbnn_problem* problem) {
  const sbnn_average_pool2d_params* p = &op->params.average_pool2d;
  (void)options;
  const int32_t planes = p->channels * op->input.planes;
  int32_t in_words = sbnn_plane_words(p->in_height * p->in_width);
  if (!sbnn_check_same_planes(op, problem) || !check_windows(p, problem) ||
      !sbnn_check_image(&inputs[0], op->input, p->in_height, p->in_width,
                        p->channels, problem) ||
      !sbnn_multiply(&in_words, planes, problem)) {
    return false;
  }
  sbnn_image_shape(output, op->output.face, p->out_height, p->out_width,
                   p->channels);
  return true;
}

static void invoke(const sbnn_op* op, const void* x, const void* other, void* y,
                   void* scratch) {
  (void)other;
  (void)scratch;
  sbnn_average_pool2d(&op->params.average_pool2d, op->input.planes,
                      (const uint32_t*)x, (uint32_t*)y);
}

const sbnn_op_class sbnn_average_pool2d_class = {
    .name = "SbnnAveragePool2D",
    .inputs = 1,
    .reads = SBNN_ON_PLANES,
    .writes = SBNN_ON_PLANES,
    .faces = "average pooling of this kind runs on bit planes only",
    .options = kRules,
    .option_count = SBNN_RULE_COUNT(kRules),
    .prepare = prepare,
    .invoke = invoke,
};
