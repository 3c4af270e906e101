#define _POSIX_C_SOURCE 200809L /* posix_memalign */
#include "host/host_op.h"

#include <stdlib.h>
#include <string.h>

#include "host/host_class.h"
#include "host/thread_pool.h"
#include "ops/classes.h"

static const struct {
  const sbnn_op_class* kind;
  const sbnn_host_class* on_host;
} kClasses[] = {
#define SBNN_ON_HOST(Name, name) \
  {&sbnn_##name##_class, &sbnn_host_##name##_class},
    SBNN_OPS_WITH_HOST_KERNELS(SBNN_ON_HOST)
#undef SBNN_ON_HOST
};

struct sbnn_host {
  const sbnn_host_level* level;
  sbnn_thread_pool* pool;
  int32_t threads;
};

/* Memory of an op, released all at once. */
typedef struct block {
  struct block* next;
} block;

struct sbnn_host_op {
  sbnn_host* host;
  sbnn_op op;
  block* blocks;
  const sbnn_host_class* on_host; /* NULL: the plain kernel runs */
  sbnn_host_plan plan;
  int32_t workers; /* that there is scratch for */
  uint8_t* scratch;
  int32_t* copied; /* of each worker: whose copies its scratch holds, or -1 */
  /* Of the call that is running. */
  const uint8_t* x;
  const uint8_t* other;
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

/* Quantizers of several planes run in the plain kernels. */
static bool is_beyond_bits(const sbnn_op* op) {
  return (op->kind == &sbnn_quantize_class ||
          op->kind == &sbnn_dequantize_class) &&
         (op->input.planes > 1 || op->output.face.planes > 1);
}

static const sbnn_host_class* class_of(const sbnn_op* op) {
  if (is_beyond_bits(op)) return NULL;
  for (size_t i = 0; i < sizeof(kClasses) / sizeof(kClasses[0]); ++i) {
    if (op->kind == kClasses[i].kind) return kClasses[i].on_host;
  }
  return NULL;
}

/* Works the op out ahead; if that cannot be, the plain kernel runs it. */
static void plan_op(sbnn_host_op* self) {
  const sbnn_host_memory memory = {take, self};
  const sbnn_op* op = &self->op;
  sbnn_host_plan* plan = &self->plan;
  self->on_host = class_of(op);
  self->workers = self->host->threads;
  plan->tasks = op->batch;
  plan->chunks = 1;
  plan->work = (op->x_bytes + op->y_bytes) / 16;
  if (self->on_host != NULL &&
      (self->on_host->plan == NULL ||
       self->on_host->plan(plan, op, self->host->level, self->host->threads,
                           &memory))) {
    return;
  }
  release(self);
  self->on_host = NULL;
  self->workers = 1;
  plan->scratch_bytes = op->scratch_bytes;
}

sbnn_host_op* sbnn_make_host_op(sbnn_host* host, const sbnn_op* op) {
  sbnn_host_op* self = (sbnn_host_op*)calloc(1, sizeof(sbnn_host_op));
  if (self == NULL) return NULL;
  self->host = host;
  self->op = *op;
  plan_op(self);
  self->plan.scratch_bytes =
      (self->plan.scratch_bytes / SBNN_HOST_ALIGNMENT + 2u) *
      SBNN_HOST_ALIGNMENT;
  self->scratch =
      (uint8_t*)take(self, self->plan.scratch_bytes * (size_t)self->workers);
  self->copied = (int32_t*)take(self, sizeof(int32_t) * (size_t)self->workers);
  if (self->scratch == NULL || self->copied == NULL) {
    sbnn_free_host_op(self);
    return NULL;
  }
  return self;
}

static void run_task(void* data, int32_t number, int32_t worker) {
  sbnn_host_op* self = (sbnn_host_op*)data;
  const sbnn_host_task task = {
      .op = &self->op,
      .level = self->host->level,
      .plan = self->plan.plan,
      .chunks = self->plan.chunks,
      .number = number,
      .x = self->x,
      .other = self->other,
      .y = self->y,
      .scratch = self->scratch + self->plan.scratch_bytes * (size_t)worker,
      .copied = self->copied + worker,
  };
  self->on_host->run(&task);
}

void sbnn_run_host_op(sbnn_host_op* self, const void* x, const void* other,
                      void* y) {
  if (self->on_host == NULL) {
    sbnn_invoke_op(&self->op, x, other, y, self->scratch);
    return;
  }
  self->x = (const uint8_t*)x;
  self->other = (const uint8_t*)other;
  self->y = (uint8_t*)y;
  for (int32_t i = 0; i < self->workers; ++i) self->copied[i] = -1;
  /* Without scratch for all of them (their number has changed since), none. */
  const sbnn_host_plan* plan = &self->plan;
  const bool share = self->workers >= self->host->threads &&
                     plan->work * plan->tasks > SBNN_WORTH_A_THREAD;
  sbnn_run_tasks(share ? self->host->pool : NULL, plan->tasks, run_task, self);
}
