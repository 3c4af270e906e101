/* The SBNN ops as every runtime runs them.
 *
 * A binding (TensorFlow Lite's delegate, TensorFlow Lite Micro's registrations)
 * collects tensor views and options from its runtime, lets `prepare` check them
 * and tell the output's shape and the scratch size, finds memory, and calls
 * `invoke`. All checks and all arithmetic are behind this interface, so that
 * every runtime refuses the same files and gives the same answers.
 */
#ifndef SBNN_OPS_OP_H_
#define SBNN_OPS_OP_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ops/op_list.h"
#include "ops/options.h"
#include "sbnn/face.h"

/* Version of the file format that these ops read (docs/format.md). */
enum { SBNN_FORMAT_VERSION = 2 };

enum { SBNN_MAX_INPUTS = 5, SBNN_MAX_RANK = 4 };

typedef enum {
  SBNN_FLOAT32,
  SBNN_INT32, /* bit planes, or constants */
  SBNN_INT8,
  SBNN_INT16,
  SBNN_OTHER_TYPE
} sbnn_type;

typedef struct {
  sbnn_type type;
  int32_t rank;
  int32_t dims[SBNN_MAX_RANK];
  /* Constant tensors have their data in `prepare` already; others NULL. */
  void* data;
} sbnn_tensor;

/* Why an op was refused. `found` and `wanted` are shown if they differ. */
typedef struct {
  const char* what; /* a sentence, or an option's name if `missing` */
  int32_t found;
  int32_t wanted;
  bool missing;
} sbnn_problem;

/* The printf format for, in this order: the op's name, what, found, wanted. */
static inline const char* sbnn_problem_format(const sbnn_problem* problem) {
  if (problem->missing) return "%s: option '%s' is missing or no whole number";
  return problem->found == problem->wanted ? "%s: %s"
                                           : "%s: %s: found %d, wanted %d";
}

typedef struct sbnn_op sbnn_op;

/* An option that an op's file has: ops/option_rules.h. */
typedef struct sbnn_option_rule sbnn_option_rule;

typedef struct {
  const char* name;  /* custom code in the flatbuffer */
  int32_t inputs;    /* number of input tensors */
  bool takes_stream; /* one more may stand behind them: a stream to add to */
  bool shares_cuts;  /* planes may have the same thresholds in all channels */
  /* The kinds of faces that it reads and writes, a bit each, and what is wrong
   * where a file has others. */
  uint8_t reads, writes;
  uint8_t option_count;
  const char* faces;
  /* Of `op->params`; those of weights and output stages stand in ops/weights.h
   * and ops/stage.h. */
  const sbnn_option_rule* options;
  /* Checks tensors, fills in `op` and `output->dims`. Faces are known, options
   * are read. False, with `problem` set, if anything does not fit. */
  bool (*prepare)(sbnn_op* op, const sbnn_option_values* options,
                  const sbnn_tensor* inputs, sbnn_tensor* output,
                  sbnn_problem* problem);
  /* Runs one sample of the batch; `other` is that of a second activation. */
  void (*invoke)(const sbnn_op* op, const void* x, const void* other, void* y,
                 void* scratch);
} sbnn_op_class;

enum {
  SBNN_ON_PLANES = 1 << SBNN_PLANES,
  SBNN_ON_FLOAT = 1 << SBNN_FLOAT_NUMBERS,
  SBNN_ON_INT8 = 1 << SBNN_INT8_NUMBERS,
  SBNN_ON_INT16 = 1 << SBNN_INT16_NUMBERS
};

/* An op that `prepare` has accepted. */
struct sbnn_op {
  const sbnn_op_class* kind;
  sbnn_op_params params;
  sbnn_face input;
  sbnn_connections kernel;
  sbnn_output output;      /* always with its face */
  const uint32_t* minimum; /* max pooling only */
  int32_t positions;       /* of a channel; quantizing and back only */
  int32_t batch;
  int32_t other; /* number of the input that is a second activation, or 0 */
  int32_t x_bytes, other_bytes, y_bytes; /* of one sample */
  size_t scratch_bytes;
};

/* The op called `name`, or NULL. */
const sbnn_op_class* sbnn_find_op(const char* name);

/* The class's own `prepare` between the checks that all ops share: number and
 * rank of inputs, format version, batch, sizes. */
bool sbnn_prepare_op(sbnn_op* op, const sbnn_op_class* kind,
                     const sbnn_options* options, const sbnn_tensor* inputs,
                     int32_t input_count, sbnn_tensor* output,
                     sbnn_problem* problem);

/* Runs the whole batch. `other` is the data of input `op->other`, NULL if that is
 * 0. `scratch` is aligned for pointers. */
void sbnn_invoke_op(const sbnn_op* op, const void* x, const void* other,
                    void* y, void* scratch);

#endif /* SBNN_OPS_OP_H_ */
