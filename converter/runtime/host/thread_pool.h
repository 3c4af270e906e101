/* A few threads that work through numbered tasks. */
#ifndef SBNN_HOST_THREAD_POOL_H_
#define SBNN_HOST_THREAD_POOL_H_

#include <stdint.h>

typedef struct sbnn_thread_pool sbnn_thread_pool;

/* A pool of `threads` workers, the caller of `run` among them; NULL if there is no
 * memory or no thread to be had. */
sbnn_thread_pool* sbnn_open_threads(int32_t threads);
void sbnn_close_threads(sbnn_thread_pool* pool);

/* Calls run(data, task, worker) for each task below `tasks` and returns when all
 * are done. Workers are numbered from 0, which is the caller; two calls with the
 * same number never overlap. A pool that is busy already, or NULL, or that another
 * process opened before it forked, leaves all to the caller. */
void sbnn_run_tasks(sbnn_thread_pool* pool, int32_t tasks,
                    void (*run)(void* data, int32_t task, int32_t worker),
                    void* data);

#endif /* SBNN_HOST_THREAD_POOL_H_ */
