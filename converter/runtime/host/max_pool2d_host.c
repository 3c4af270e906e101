/* Max pooling on a host: nothing is worked out ahead. */
#include "host/host_class.h"

static void run(const sbnn_host_task* task) {
  const sbnn_op* op = task->op;
  task->level->max_pool2d(&op->params.max_pool2d, op->input.planes, op->minimum,
                          sbnn_host_x(task), sbnn_host_y(task));
}

const sbnn_host_class sbnn_host_max_pool2d_class = {NULL, run};
