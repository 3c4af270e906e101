/* How a host runs the ops of a class: one of these for each that ops/op_list.h
 * says hosts have kernels for. */
#ifndef SBNN_HOST_HOST_CLASS_H_
#define SBNN_HOST_HOST_CLASS_H_

#include <stdbool.h>
#include <stdint.h>

#include "../kernels/host/level.h"
#include "../kernels/host/memory.h"
#include "ops/op.h"
#include "ops/op_list.h"

/* What one call of `run` gets. */
typedef struct {
  const sbnn_op* op;
  const sbnn_host_level* level;
  const void* plan;
  int32_t chunks;       /* parts of the channels: neighbouring tasks */
  int32_t number;       /* of the task */
  const uint8_t* x;     /* of the whole batch */
  const uint8_t* other; /* the stream to add to, or NULL */
  uint8_t* y;
  uint8_t* scratch;
  int32_t* copied; /* kept for the worker in a call: what its scratch holds */
} sbnn_host_task;

/* An op as it is worked out ahead. */
typedef struct {
  void* plan;           /* the class's own; NULL: it needs none */
  size_t scratch_bytes; /* of a worker */
  int32_t tasks;        /* for the whole batch; a sample each unless changed */
  int32_t chunks;
  int64_t work; /* additions of vectors in a task, about */
} sbnn_host_plan;

typedef struct {
  /* NULL: there is nothing to plan. False: no memory, or the layer is too large;
   * the plain kernel then runs. */
  bool (*plan)(sbnn_host_plan* plan, const sbnn_op* op,
               const sbnn_host_level* level, int32_t threads,
               const sbnn_host_memory* memory);
  void (*run)(const sbnn_host_task* task);
} sbnn_host_class;

/* sbnn_host_conv2d_class and so on. */
#define SBNN_DECLARE_CLASS(Name, name) \
  extern const sbnn_host_class sbnn_host_##name##_class;
SBNN_OPS_WITH_HOST_KERNELS(SBNN_DECLARE_CLASS)
#undef SBNN_DECLARE_CLASS

/* Below this many additions of vectors (about as many cycles) waking a thread
 * takes longer than its help is worth. */
enum { SBNN_WORTH_A_THREAD = 60000 };

/* Inputs and output of the sample that is a task of its own. */
static inline const void* sbnn_host_x(const sbnn_host_task* task) {
  return task->x + (int64_t)task->number * task->op->x_bytes;
}

static inline const void* sbnn_host_other(const sbnn_host_task* task) {
  return task->other == NULL
             ? NULL
             : task->other + (int64_t)task->number * task->op->other_bytes;
}

static inline void* sbnn_host_y(const sbnn_host_task* task) {
  return task->y + (int64_t)task->number * task->op->y_bytes;
}

#endif /* SBNN_HOST_HOST_CLASS_H_ */
