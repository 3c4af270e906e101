/* Convolutions on a host: on planes, bits or pixels, in parts that threads share;
 * on floats a sample at a time. */
#include "host/host_class.h"

/* Shares the channels, too, where there are fewer tasks than threads. */
static void share_channels(sbnn_host_plan* out, const sbnn_op* op,
                           const sbnn_host_conv2d* plan, int32_t threads) {
  if (out->tasks >= threads ||
      plan->work * plan->samples <= 2 * SBNN_WORTH_A_THREAD) {
    return;
  }
  /* Whole blocks of channels, as numbers are written. */
  const int32_t blocks =
      (op->params.conv2d.out_channels + SBNN_HOST_CHANNEL_BLOCK - 1) /
      SBNN_HOST_CHANNEL_BLOCK;
  out->chunks = (threads + out->tasks - 1) / out->tasks;
  if (out->chunks > blocks) out->chunks = blocks;
  out->tasks *= out->chunks;
}

static bool plan_planes(sbnn_host_plan* out, const sbnn_op* op,
                        const sbnn_host_level* level, int32_t threads,
                        const sbnn_host_memory* memory) {
  sbnn_host_conv2d* plan =
      (sbnn_host_conv2d*)sbnn_host_take(memory, 1, sizeof(sbnn_host_conv2d));
  if (plan == NULL ||
      !sbnn_host_plan_conv2d(plan, &op->params.conv2d, &op->kernel, &op->output,
                             op->input, op->batch, level->widest, memory)) {
    return false;
  }
  out->plan = plan;
  out->scratch_bytes = plan->scratch_bytes;
  out->tasks = (op->batch + plan->samples - 1) / plan->samples * plan->bands;
  share_channels(out, op, plan, threads);
  out->work = plan->work / plan->bands / out->chunks;
  return true;
}

static bool plan_floats(sbnn_host_plan* out, const sbnn_op* op,
                        const sbnn_host_memory* memory) {
  const sbnn_conv2d_params* p = &op->params.conv2d;
  sbnn_host_float_conv2d* plan = (sbnn_host_float_conv2d*)sbnn_host_take(
      memory, 1, sizeof(sbnn_host_float_conv2d));
  if (plan == NULL ||
      !sbnn_host_plan_float_conv2d(plan, p, &op->kernel, &op->output, memory)) {
    return false;
  }
  out->plan = plan;
  out->scratch_bytes = plan->scratch_bytes;
  out->work = (int64_t)op->kernel.count * p->out_height * p->out_width / 16;
  return true;
}

static bool plan(sbnn_host_plan* out, const sbnn_op* op,
                 const sbnn_host_level* level, int32_t threads,
                 const sbnn_host_memory* memory) {
  return op->input.kind == SBNN_FLOAT_NUMBERS
             ? plan_floats(out, op, memory)
             : plan_planes(out, op, level, threads, memory);
}

static void run_planes(const sbnn_host_task* self) {
  const sbnn_host_conv2d* plan = (const sbnn_host_conv2d*)self->plan;
  const sbnn_op* op = self->op;
  const int32_t part = self->number / self->chunks; /* samples and band */
  const int32_t chunk = self->number % self->chunks;
  const int32_t sample = part / plan->bands * plan->samples;
  const int32_t channels = op->params.conv2d.out_channels;
  const int32_t block = SBNN_HOST_CHANNEL_BLOCK;
  const int64_t blocks = (channels + block - 1) / block;
  sbnn_host_conv2d_task task;
  task.band = part % plan->bands;
  task.begin = (int32_t)(blocks * chunk / self->chunks) * block;
  task.end = (int32_t)(blocks * (chunk + 1) / self->chunks) * block;
  if (task.end > channels) task.end = channels;
  task.samples =
      op->batch - sample < plan->samples ? op->batch - sample : plan->samples;
  task.x = self->x + (int64_t)sample * op->x_bytes;
  task.other = self->other == NULL
                   ? NULL
                   : self->other + (int64_t)sample * op->other_bytes;
  task.y = self->y + (int64_t)sample * op->y_bytes;
  task.x_bytes = op->x_bytes;
  task.y_bytes = op->y_bytes;
  self->level->conv2d(plan, &task, self->scratch, *self->copied == part);
  *self->copied = part;
}

static void run(const sbnn_host_task* task) {
  if (task->op->input.kind == SBNN_FLOAT_NUMBERS) {
    task->level->float_conv2d((const sbnn_host_float_conv2d*)task->plan,
                              sbnn_host_x(task), sbnn_host_y(task),
                              task->scratch);
  } else {
    run_planes(task);
  }
}

const sbnn_host_class sbnn_host_conv2d_class = {plan, run};
