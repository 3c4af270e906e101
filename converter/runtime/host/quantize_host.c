/* Numbers to planes on a host: nothing is worked out ahead. */
#include "host/host_class.h"

/* Planes become fewer in the plain kernel. */
static bool plan(sbnn_host_plan* unused, const sbnn_op* op,
                 const sbnn_host_level* level, int32_t threads,
                 const sbnn_host_memory* memory) {
  (void)unused;
  (void)level;
  (void)threads;
  (void)memory;
  return op->input.kind != SBNN_PLANES;
}

static void run(const sbnn_host_task* task) {
  const sbnn_op* op = task->op;
  task->level->quantize(&op->output, op->positions, op->input,
                        sbnn_host_x(task), sbnn_host_y(task));
}

const sbnn_host_class sbnn_host_quantize_class = {plan, run};
