#define _POSIX_C_SOURCE 200809L /* posix_memalign */
#include "host/host_op.h"

#include <stdlib.h>
#include <string.h>

#include "../kernels/host/level.h"
#include "host/thread_pool.h"
#include "ops/classes.h"

struct sbnn_host {
  const sbnn_host_level* level;
  sbnn_thread_pool* pool;
  int32_t threads;
};

/* Below this many additions of vectors (about as many cycles) waking a thread
 * takes longer than its help is worth. */
enum { WORTH_A_THREAD = 60000 };

/* Memory of an op, released all at once. */
typedef struct block {
  struct block* next;
} block;

struct sbnn_host_op {
  sbnn_host* host;
  sbnn_op op;
  block* blocks;
  bool planned; /* else the plain kernel runs */
  union {
    sbnn_host_conv2d conv2d;
    sbnn_host_float_conv2d float_conv2d;
    sbnn_host_dense dense;
  } plan;
  int32_t workers; /* that there is scratch for */
  int32_t tasks;
  int32_t chunks; /* tasks for the same copies: parts of the channels */
  size_t scratch_bytes; /* of a worker */
  uint8_t* scratch;
  int32_t* copied; /* of each worker: whose copies its scratch holds, or -1 */
  /* Of the call that is running. */
  const uint8_t* x;
  uint8_t* y;
};

sbnn_host* sbnn_open_host(const char* instructions) {
  const sbnn_host_level* level = instructions == NULL
                                     ? sbnn_host_best_level()
                                     : sbnn_host_level_named(instructions);
  if (level == NULL) return NULL;
  sbnn_host* host = (sbnn_host*)calloc(1, sizeof(sbnn_host));
  if (host == NULL) return NULL;
  host->level = level;
  host->threads = 1;
  return host;
}

void sbnn_close_host(sbnn_host* host) {
  if (host == NULL) return;
  sbnn_close_threads(host->pool);
  free(host);
}

void sbnn_set_host_threads(sbnn_host* host, int32_t threads) {
  if (threads < 1) threads = 1;
  if (threads == host->threads) return;
  sbnn_close_threads(host->pool);
  host->pool = sbnn_open_threads(threads);
  host->threads = threads;
}

static void* take(void* owner, size_t bytes) {
  sbnn_host_op* op = (sbnn_host_op*)owner;
  void* memory = NULL;
  if (bytes > SIZE_MAX / 2u ||
      posix_memalign(&memory, SBNN_HOST_ALIGNMENT,
                     SBNN_HOST_ALIGNMENT + bytes + SBNN_HOST_SLACK) != 0) {
    return NULL;
  }
  memset(memory, 0, SBNN_HOST_ALIGNMENT + bytes + SBNN_HOST_SLACK);
  block* head = (block*)memory;
  head->next = op->blocks;
  op->blocks = head;
  return (uint8_t*)memory + SBNN_HOST_ALIGNMENT;
}

static void release(sbnn_host_op* op) {
  while (op->blocks != NULL) {
    block* next = op->blocks->next;
    free(op->blocks);
    op->blocks = next;
  }
}

void sbnn_free_host_op(sbnn_host_op* op) {
  if (op == NULL) return;
  release(op);
  free(op);
}

static bool plan_conv2d(sbnn_host_op* self, const sbnn_host_memory* memory) {
  const sbnn_op* op = &self->op;
  if (op->input == SBNN_FLOAT32) {
    sbnn_host_float_conv2d* plan = &self->plan.float_conv2d;
    if (!sbnn_host_plan_float_conv2d(plan, &op->params.conv2d, &op->kernel,
                                     &op->output, memory)) {
      return false;
    }
    self->scratch_bytes = plan->scratch_bytes;
    return true;
  }
  sbnn_host_conv2d* plan = &self->plan.conv2d;
  if (!sbnn_host_plan_conv2d(plan, &op->params.conv2d, &op->kernel,
                             &op->output, op->input == SBNN_INT8, op->batch,
                             self->host->level->widest, memory)) {
    return false;
  }
  self->scratch_bytes = plan->scratch_bytes;
  self->tasks =
      (op->batch + plan->samples - 1) / plan->samples * plan->bands;
  const int32_t threads = self->host->threads;
  if (self->tasks < threads &&
      plan->work * plan->samples > 2 * WORTH_A_THREAD) {
    /* Whole blocks of channels, as numbers are written. */
    const int32_t blocks =
        (op->params.conv2d.out_channels + SBNN_HOST_CHANNEL_BLOCK - 1) /
        SBNN_HOST_CHANNEL_BLOCK;
    self->chunks = (threads + self->tasks - 1) / self->tasks;
    if (self->chunks > blocks) self->chunks = blocks;
    self->tasks *= self->chunks;
  }
  return true;
}

static bool plan_op(sbnn_host_op* self) {
  const sbnn_host_memory memory = {take, self};
  const sbnn_op* op = &self->op;
  self->tasks = op->batch;
  self->chunks = 1;
  if (op->kind == &sbnn_conv2d_class) return plan_conv2d(self, &memory);
  if (op->kind == &sbnn_dense_class) {
    sbnn_host_dense* plan = &self->plan.dense;
    if (!sbnn_host_plan_dense(plan, &op->params.dense, &op->kernel,
                              &op->output, op->input == SBNN_INT32,
                              &memory)) {
      return false;
    }
    self->scratch_bytes = plan->scratch_bytes;
  }
  return true;
}

sbnn_host_op* sbnn_make_host_op(sbnn_host* host, const sbnn_op* op) {
  sbnn_host_op* self = (sbnn_host_op*)calloc(1, sizeof(sbnn_host_op));
  if (self == NULL) return NULL;
  self->host = host;
  self->op = *op;
  self->planned = plan_op(self);
  self->workers = host->threads;
  if (!self->planned) {
    release(self);
    self->scratch_bytes = op->scratch_bytes;
    self->tasks = 1;
    self->workers = 1;
  }
  self->scratch_bytes =
      (self->scratch_bytes / SBNN_HOST_ALIGNMENT + 2u) * SBNN_HOST_ALIGNMENT;
  self->scratch =
      (uint8_t*)take(self, self->scratch_bytes * (size_t)self->workers);
  self->copied =
      (int32_t*)take(self, sizeof(int32_t) * (size_t)self->workers);
  if (self->scratch == NULL || self->copied == NULL) {
    sbnn_free_host_op(self);
    return NULL;
  }
  return self;
}

static void run_conv2d(sbnn_host_op* self, int32_t number, int32_t worker,
                       uint8_t* scratch) {
  const sbnn_host_conv2d* plan = &self->plan.conv2d;
  const sbnn_op* op = &self->op;
  const int32_t part = number / self->chunks; /* samples and band */
  const int32_t chunk = number % self->chunks;
  const int32_t sample = part / plan->bands * plan->samples;
  const int32_t channels = op->params.conv2d.out_channels;
  const int32_t block = SBNN_HOST_CHANNEL_BLOCK;
  const int64_t blocks = (channels + block - 1) / block;
  sbnn_host_conv2d_task task;
  task.band = part % plan->bands;
  task.begin = (int32_t)(blocks * chunk / self->chunks) * block;
  task.end = (int32_t)(blocks * (chunk + 1) / self->chunks) * block;
  if (task.end > channels) task.end = channels;
  task.samples = op->batch - sample < plan->samples ? op->batch - sample
                                                    : plan->samples;
  task.x = self->x + (int64_t)sample * op->x_bytes;
  task.y = self->y + (int64_t)sample * op->y_bytes;
  task.x_bytes = op->x_bytes;
  task.y_bytes = op->y_bytes;
  self->host->level->conv2d(plan, &task, scratch,
                            self->copied[worker] == part);
  self->copied[worker] = part;
}

static void run_task(void* data, int32_t number, int32_t worker) {
  sbnn_host_op* self = (sbnn_host_op*)data;
  const sbnn_op* op = &self->op;
  const sbnn_host_level* level = self->host->level;
  uint8_t* scratch = self->scratch + self->scratch_bytes * (size_t)worker;
  const uint8_t* x = self->x + (int64_t)number * op->x_bytes;
  uint8_t* y = self->y + (int64_t)number * op->y_bytes;
  const sbnn_output* output = &op->output;
  if (op->kind == &sbnn_conv2d_class) {
    if (op->input == SBNN_FLOAT32) {
      level->float_conv2d(&self->plan.float_conv2d, x, y, scratch);
    } else {
      run_conv2d(self, number, worker, scratch);
    }
  } else if (op->kind == &sbnn_dense_class) {
    if (op->input == SBNN_FLOAT32) {
      level->dense_float(&self->plan.dense, x, y, scratch);
    } else if (op->input == SBNN_INT8) {
      level->dense_int8(&self->plan.dense, x, y, scratch);
    } else {
      level->dense_bits(&self->plan.dense, x, y, scratch);
    }
  } else if (op->kind == &sbnn_max_pool2d_class) {
    level->max_pool2d(&op->params.max_pool2d, op->minimum, x, y);
  } else if (op->kind == &sbnn_quantize_class) {
    const int32_t item_bytes = op->input == SBNN_INT8    ? 1
                               : op->input == SBNN_INT16 ? 2
                                                         : 4;
    level->quantize(output, op->params.positions, item_bytes, x, y);
  } else if (output->kind == SBNN_TO_INT8) {
    level->dequantize_int8(output->channels, output->channel_bits,
                           op->params.dequantize.positions,
                           op->params.dequantize.plus,
                           op->params.dequantize.minus, x, y);
  } else {
    level->dequantize_float(output->channels, output->channel_bits,
                            op->params.dequantize.positions, x, y);
  }
}

/* Additions of vectors in a task, about. */
static int64_t work_of(const sbnn_host_op* self) {
  const sbnn_op* op = &self->op;
  if (op->kind == &sbnn_conv2d_class && op->input != SBNN_FLOAT32) {
    const sbnn_host_conv2d* plan = &self->plan.conv2d;
    return plan->work / plan->bands / self->chunks;
  }
  if (op->kind == &sbnn_conv2d_class) {
    const sbnn_conv2d_params* p = &op->params.conv2d;
    return (int64_t)op->kernel.count * p->out_height * p->out_width / 16;
  }
  if (op->kind == &sbnn_dense_class) return op->kernel.count;
  return (op->x_bytes + op->y_bytes) / 16;
}

void sbnn_run_host_op(sbnn_host_op* self, const void* x, void* y) {
  const sbnn_op* op = &self->op;
  if (!self->planned) {
    sbnn_invoke_op(op, x, y, self->scratch);
    return;
  }
  self->x = (const uint8_t*)x;
  self->y = (uint8_t*)y;
  for (int32_t i = 0; i < self->workers; ++i) self->copied[i] = -1;
  /* Without scratch for all of them (their number has changed since), none. */
  const bool share = self->workers >= self->host->threads &&
                     work_of(self) * self->tasks > WORTH_A_THREAD;
  sbnn_run_tasks(share ? self->host->pool : NULL, self->tasks, run_task,
                 self);
}
