/* SbnnAdd: two streams, images or vectors. */
#include "ops/check.h"
#include "ops/classes.h"
#include "ops/option_rules.h"

#define SBNN_FIELDS sbnn_add_params
static const sbnn_option_rule kRules[] = {SBNN_ADD_OPTIONS(SBNN_OPTION_RULE)};

/* Finds the words of a plane in a stream of the op's channels. */
static bool measure(const sbnn_op* op, const sbnn_tensor* stream,
                    int32_t planes, int32_t* words, sbnn_problem* problem) {
  const int32_t channels = op->params.add.channels;
  int32_t wanted = channels;
  SBNN_CHECK(stream->rank == 3 || stream->rank == 2, "rank of a stream",
             stream->rank, 3);
  if (!sbnn_multiply(&wanted, planes, problem)) return false;
  if (stream->rank == 3) {
    SBNN_CHECK(stream->dims[1] == wanted, "planes of a stream", stream->dims[1],
               wanted);
    *words = stream->dims[2];
    return true;
  }
  SBNN_CHECK(channels == 1, "channels of vectors", channels, 1);
  SBNN_CHECK(stream->dims[1] % planes == 0,
             "words of a stream, which are no multiple of its planes",
             stream->dims[1], planes);
  *words = stream->dims[1] / planes;
  return true;
}

static bool prepare(sbnn_op* op, const sbnn_option_values* options,
                    const sbnn_tensor* inputs, sbnn_tensor* output,
                    sbnn_problem* problem) {
  const sbnn_add_params* p = &op->params.add;
  const int32_t in = op->input.planes, out = op->output.face.planes;
  const int32_t widest = in > p->other_planes ? in : p->other_planes;
  int32_t words, other_words;
  (void)options;
  op->other = 1;
  SBNN_CHECK(out <= widest, "out_planes, more than either stream has", out,
             widest);
  SBNN_CHECK(inputs[1].rank == inputs[0].rank, "rank of the second stream",
             inputs[1].rank, inputs[0].rank);
  if (!measure(op, &inputs[0], in, &words, problem) ||
      !measure(op, &inputs[1], p->other_planes, &other_words, problem)) {
    return false;
  }
  SBNN_CHECK(other_words == words, "words of a plane of the second stream",
             other_words, words);
  op->output.channels = p->channels;
  op->positions = words;
  output->rank = inputs[0].rank;
  output->dims[1] = out * (output->rank == 3 ? p->channels : words);
  output->dims[2] = words;
  return true;
}

static void invoke(const sbnn_op* op, const void* x, const void* other, void* y,
                   void* scratch) {
  (void)scratch;
  sbnn_add_planes(&op->params.add, op->input.planes, op->output.face.planes,
                  op->positions, (const uint32_t*)x, (const uint32_t*)other,
                  (uint32_t*)y);
}

const sbnn_op_class sbnn_add_class = {
    .name = "SbnnAdd",
    .inputs = 2,
    .reads = SBNN_ON_PLANES,
    .writes = SBNN_ON_PLANES,
    .faces = "streams that are added are bit planes, as is their sum",
    .options = kRules,
    .option_count = SBNN_RULE_COUNT(kRules),
    .prepare = prepare,
    .invoke = invoke,
};
