/* Instructions of SBNN ops one by one, through the interface that every runtime
 * uses: the cases come from cases.h, which ops.py writes. For each it prints
 * what preparing it, its scratch memory and one run take. */
#include "cases.h"

#include "startup.h"
#include "support.h"

/* Random bits, small floats in multiples of 1/16, or random bytes. */
static void* random_input(sbnn_type type, int32_t words) {
  uint32_t* x = (uint32_t*)allocate(4u * (size_t)words);
  for (int32_t i = 0; i < words; ++i) x[i] = random_word();
  if (type == SBNN_FLOAT32) {
    float* floats = (float*)(void*)x;
    for (int32_t i = 0; i < words; ++i) {
      floats[i] = (float)random_in(-16, 16) / 16.0f;
    }
  }
  return x;
}

static bool run(const bench_case* c) {
  sbnn_op op;
  sbnn_problem problem;
  sbnn_tensor output = {0};
  output.type = c->output;
  bench_start();
  const bool accepted =
      sbnn_prepare_op(&op, sbnn_find_op(c->op), &c->options, c->inputs,
                      c->input_count, &output, &problem);
  const uint32_t prepare = bench_stop();
  if (!accepted) {
    bench_print(c->op);
    bench_print(" is refused: ");
    bench_print(problem.what);
    bench_print("\n");
    return false;
  }
  const void* x = random_input(c->inputs[0].type, (op.x_bytes + 3) / 4);
  const void* other = op.other == 0 ? NULL
                                    : random_input(c->inputs[op.other].type,
                                                   (op.other_bytes + 3) / 4);
  void* y = allocate((size_t)op.y_bytes);
  void* scratch = allocate(op.scratch_bytes);
  bench_start();
  sbnn_invoke_op(&op, x, other, y, scratch);
  const uint32_t instructions = bench_stop();
  bench_report(c->name, instructions);
  bench_print("prepare.");
  bench_report(c->name, prepare);
  bench_print("scratch.");
  bench_report(c->name, (uint32_t)op.scratch_bytes);
  return free_all();
}

int main(void) {
  seed_random(3);
  for (uint32_t i = 0; i < sizeof(kCases) / sizeof(kCases[0]); ++i) {
    if (!run(&kCases[i])) return 1;
  }
  return 0;
}
