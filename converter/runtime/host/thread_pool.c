#define _POSIX_C_SOURCE 200809L
#include "host/thread_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
  sbnn_thread_pool* pool;
  pthread_t thread;
  int32_t number;
} worker;

struct sbnn_thread_pool {
  pid_t process; /* in which the threads live: a fork leaves them behind */
  pthread_mutex_t mutex;
  pthread_cond_t begin; /* a job is there, or the end */
  pthread_cond_t done;  /* the last active worker has left the job */
  uint32_t job; /* counts jobs; changed by atomic additions, as `active` is */
  bool busy, closing;
  int32_t active; /* workers, the caller excepted, inside the job */
  int32_t tasks;
  int32_t next; /* changed by atomic additions only */
  void (*run)(void* data, int32_t task, int32_t worker);
  void* data;
  int32_t started;
  worker workers[]; /* all but the caller */
};

/* How often a thread looks before it sleeps, some 50 to 100 microseconds in all: as long as ops of
 * a network follow one another it need not be woken, which takes as long as a small op does. */
enum { LOOKS = 2000 };

static void pause_shortly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void work(sbnn_thread_pool* pool, int32_t number) {
  for (;;) {
    const int32_t task = __atomic_fetch_add(&pool->next, 1, __ATOMIC_RELAXED);
    if (task >= pool->tasks) return;
    pool->run(pool->data, task, number);
  }
}

/* Looks for another job than `seen` for a while. */
static void look_for_job(const sbnn_thread_pool* pool, uint32_t seen) {
  for (int32_t i = 0; i < LOOKS; ++i) {
    if (__atomic_load_n(&pool->job, __ATOMIC_RELAXED) != seen) return;
    pause_shortly();
  }
}

/* Looks for the end of all workers' tasks for a while. */
static void look_for_end(const sbnn_thread_pool* pool) {
  for (int32_t i = 0; i < LOOKS; ++i) {
    if (__atomic_load_n(&pool->active, __ATOMIC_RELAXED) == 0) return;
    pause_shortly();
  }
}

static void* live(void* argument) {
  worker* self = (worker*)argument;
  sbnn_thread_pool* pool = self->pool;
  uint32_t seen = 0;
  for (;;) {
    look_for_job(pool, seen);
    pthread_mutex_lock(&pool->mutex);
    while (pool->job == seen && !pool->closing) {
      pthread_cond_wait(&pool->begin, &pool->mutex);
    }
    if (pool->closing) break;
    seen = pool->job;
    const bool late = !pool->busy; /* all tasks are done */
    if (!late) __atomic_add_fetch(&pool->active, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&pool->mutex);
    if (late) continue;
    work(pool, self->number);
    pthread_mutex_lock(&pool->mutex);
    if (__atomic_sub_fetch(&pool->active, 1, __ATOMIC_RELAXED) == 0) {
      pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->mutex);
  }
  pthread_mutex_unlock(&pool->mutex);
  return NULL;
}

sbnn_thread_pool* sbnn_open_threads(int32_t threads) {
  if (threads < 2) return NULL;
  const int32_t others = threads - 1;
  sbnn_thread_pool* pool = (sbnn_thread_pool*)calloc(
      1, sizeof(sbnn_thread_pool) + (size_t)others * sizeof(worker));
  if (pool == NULL) return NULL;
  pool->process = getpid();
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->begin, NULL);
  pthread_cond_init(&pool->done, NULL);
  for (int32_t i = 0; i < others; ++i) {
    worker* next = &pool->workers[i];
    next->pool = pool;
    next->number = i + 1;
    if (pthread_create(&next->thread, NULL, live, next) != 0) break;
    ++pool->started;
  }
  if (pool->started == 0) {
    sbnn_close_threads(pool);
    return NULL;
  }
  return pool;
}

void sbnn_close_threads(sbnn_thread_pool* pool) {
  if (pool == NULL) return;
  if (pool->process != getpid()) {
    free(pool); /* its threads would be waited for in vain */
    return;
  }
  pthread_mutex_lock(&pool->mutex);
  pool->closing = true;
  pthread_cond_broadcast(&pool->begin);
  pthread_mutex_unlock(&pool->mutex);
  for (int32_t i = 0; i < pool->started; ++i) {
    pthread_join(pool->workers[i].thread, NULL);
  }
  pthread_cond_destroy(&pool->done);
  pthread_cond_destroy(&pool->begin);
  pthread_mutex_destroy(&pool->mutex);
  free(pool);
}

void sbnn_run_tasks(sbnn_thread_pool* pool, int32_t tasks,
                    void (*run)(void* data, int32_t task, int32_t worker),
                    void* data) {
  bool alone = pool == NULL || tasks < 2 || pool->process != getpid();
  if (!alone) {
    pthread_mutex_lock(&pool->mutex);
    alone = pool->busy;
    if (!alone) {
      pool->busy = true;
      pool->run = run;
      pool->data = data;
      pool->tasks = tasks;
      pool->next = 0;
      __atomic_add_fetch(&pool->job, 1u, __ATOMIC_RELAXED);
      pthread_cond_broadcast(&pool->begin);
    }
    pthread_mutex_unlock(&pool->mutex);
  }
  if (alone) {
    for (int32_t task = 0; task < tasks; ++task) run(data, task, 0);
    return;
  }
  work(pool, 0);
  look_for_end(pool);
  pthread_mutex_lock(&pool->mutex);
  /* No task is left: who has not begun by now need not be waited for. */
  while (pool->active > 0) pthread_cond_wait(&pool->done, &pool->mutex);
  pool->busy = false;
  pthread_mutex_unlock(&pool->mutex);
}
