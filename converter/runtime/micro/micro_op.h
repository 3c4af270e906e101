/* What every TensorFlow Lite Micro binding of the ops has in common.
 *
 * TensorFlow Lite Micro trusts its file: it hands out constants where they lie
 * in the flatbuffer and checks neither their sizes nor what an op is wired to.
 * The checks that TensorFlow Lite makes by itself on a host stand here. */
#ifndef SBNN_MICRO_OP_H_
#define SBNN_MICRO_OP_H_

#include "ops/op.h"

/* An op of a model. It lives in the arena as long as the interpreter. */
typedef struct sbnn_micro_op {
  /* Its own address: what a node of another layout shows in its place is not. */
  const struct sbnn_micro_op* self;
  sbnn_options options;
  sbnn_op op;
  int scratch_index; /* of the interpreter's scratch buffers; -1: none */
} sbnn_micro_op;

/* How an interpreter shows its tensor number `index`. False if it has none. */
typedef bool (*sbnn_micro_view)(void* interpreter, int index,
                                sbnn_tensor* view);

/* The tensors of an op, by their numbers. */
typedef struct {
  const int* inputs;
  int input_count;
  const int* outputs;
  int output_count;
} sbnn_micro_wiring;

/* Makes an op in `memory` of its size, or says that there was none (NULL).
 * Returns what the interpreter has to keep as the node's user data. The custom
 * options have to stay where they are. */
void* sbnn_micro_init(void* memory, const char* options, size_t size);

/* Checks all that a file says about an op, and that `user_data`, as the node
 * shows it, is what `sbnn_micro_init` returned: with TF_LITE_STATIC_MEMORY the
 * node has it in another place than without. False, with `problem` set, if the
 * op cannot run; otherwise `user_data` is an sbnn_micro_op. */
bool sbnn_micro_prepare(void* user_data, const sbnn_op_class* kind,
                        const sbnn_micro_wiring* wiring, sbnn_micro_view view,
                        void* interpreter, sbnn_problem* problem);

#endif /* SBNN_MICRO_OP_H_ */
