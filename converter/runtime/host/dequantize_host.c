/* Planes to numbers on a host: nothing is worked out ahead. */
#include "host/host_class.h"

static void run(const sbnn_host_task* task) {
  const sbnn_op* op = task->op;
  const sbnn_output* output = &op->output;
  if (output->face.kind == SBNN_INT8_NUMBERS) {
    task->level->dequantize_int8(
        output->channels, output->channel_bits, op->positions,
        (int8_t)op->params.dequantize.plus, (int8_t)op->params.dequantize.minus,
        sbnn_host_x(task), sbnn_host_y(task));
  } else {
    task->level->dequantize_float(output->channels, output->channel_bits,
                                  op->positions, sbnn_host_x(task),
                                  sbnn_host_y(task));
  }
}

const sbnn_host_class sbnn_host_dequantize_class = {NULL, run};
