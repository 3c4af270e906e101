/* Dense layers on a host, a sample at a time. */
#include "host/host_class.h"

static bool plan(sbnn_host_plan* out, const sbnn_op* op,
                 const sbnn_host_level* level, int32_t threads,
                 const sbnn_host_memory* memory) {
  (void)level;
  (void)threads;
  sbnn_host_dense* made =
      (sbnn_host_dense*)sbnn_host_take(memory, 1, sizeof(sbnn_host_dense));
  if (made == NULL ||
      !sbnn_host_plan_dense(made, &op->params.dense, &op->kernel, &op->output,
                            op->input, memory)) {
    return false;
  }
  out->plan = made;
  out->scratch_bytes = made->scratch_bytes;
  out->work = (int64_t)op->kernel.count * made->levels;
  return true;
}

static void run(const sbnn_host_task* task) {
  const sbnn_host_level* level = task->level;
  const sbnn_host_dense* made = (const sbnn_host_dense*)task->plan;
  const void* x = sbnn_host_x(task);
  const void* other = sbnn_host_other(task);
  void* y = sbnn_host_y(task);
  switch (task->op->input.kind) {
    case SBNN_FLOAT_NUMBERS:
      level->dense_float(made, x, other, y, task->scratch);
      break;
    case SBNN_INT8_NUMBERS:
      level->dense_int8(made, x, other, y, task->scratch);
      break;
    default: level->dense_bits(made, x, other, y, task->scratch);
  }
}

const sbnn_host_class sbnn_host_dense_class = {plan, run};
