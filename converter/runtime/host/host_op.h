/* Ops as a host runs them: worked out once, with vectors and threads.
 *
 * A microcontroller decodes weights in every call, because it has no room for
 * anything else. A host keeps what can be worked out ahead (kernels/host/) beside
 * the op that ops/op.h has checked. Any runtime on a host may use this; the
 * answers are those of `sbnn_invoke_op`, bit by bit. */
#ifndef SBNN_HOST_HOST_OP_H_
#define SBNN_HOST_HOST_OP_H_

#include <stdint.h>

#include "ops/op.h"

/* What the ops of an interpreter share: the instructions to use, and threads. */
typedef struct sbnn_host sbnn_host;

/* `instructions` is "baseline", "avx2" or "avx512", or NULL for the best that
 * the processor has. NULL if it has not those, or there is no memory. */
sbnn_host* sbnn_open_host(const char* instructions);
void sbnn_close_host(sbnn_host* host);

/* Lets ops that are made from now on share `threads` threads, the caller's among
 * them. Called while no op runs. */
void sbnn_set_host_threads(sbnn_host* host, int32_t threads);

typedef struct sbnn_host_op sbnn_host_op;

/* Prepares a checked op; what `op` points to must outlive it. NULL: no memory. */
sbnn_host_op* sbnn_make_host_op(sbnn_host* host, const sbnn_op* op);
void sbnn_free_host_op(sbnn_host_op* op);

/* Runs the whole batch; `other` as for sbnn_invoke_op. */
void sbnn_run_host_op(sbnn_host_op* op, const void* x, const void* other,
                      void* y);

#endif /* SBNN_HOST_HOST_OP_H_ */
