/* Every task of many short jobs runs once, and no worker number twice at a time. Tasks
 * are few and short, so that workers often wake when all is done. */
#include "host/thread_pool.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 33, THREADS = 6 };

typedef struct {
  int32_t runs[MOST];
  int32_t inside[THREADS]; /* tasks that each worker is in */
  int32_t overlaps;
} job;

static void run(void* data, int32_t task, int32_t worker) {
  job* j = (job*)data;
  if (__atomic_fetch_add(&j->inside[worker], 1, __ATOMIC_SEQ_CST) != 0) {
    __atomic_fetch_add(&j->overlaps, 1, __ATOMIC_SEQ_CST);
  }
  for (volatile int32_t i = 0; i < task * 37 % 200; ++i) continue;
  __atomic_fetch_add(&j->runs[task], 1, __ATOMIC_SEQ_CST);
  __atomic_fetch_sub(&j->inside[worker], 1, __ATOMIC_SEQ_CST);
}

int main(void) {
  for (int32_t threads = 2; threads <= THREADS; ++threads) {
    sbnn_thread_pool* pool = sbnn_open_threads(threads);
    for (int32_t i = 0; i < 4000; ++i) {
      const int32_t tasks = 1 + i % MOST;
      job j;
      memset(&j, 0, sizeof(j));
      sbnn_run_tasks(pool, tasks, run, &j);
      for (int32_t task = 0; task < MOST; ++task) {
        if (j.runs[task] == (task < tasks ? 1 : 0) && j.overlaps == 0) continue;
        printf("%d threads, job %d: task %d of %d ran %d times\n", threads, i,
               task, tasks, j.runs[task]);
        return 1;
      }
    }
    sbnn_close_threads(pool);
  }
  return 0;
}
