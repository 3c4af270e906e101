/* Dense layers whose gaps are bytes: each connection is used as it is decoded. */
#ifndef SBNN_DENSE_BYTES_H_
#define SBNN_DENSE_BYTES_H_

#include <stdbool.h>
#include <stdint.h>

#include "dense_units.h"
#include "sbnn/connections.h"

/* Runs all units.
 *
 * code: SBNN_CODE_BYTES, not signed.
 * inputs: `count` numbers; `zero` is taken off each that a connection leads to. */
void sbnn_dense_bytes(sbnn_dense_units* units, const sbnn_connections* code,
                      const int8_t* inputs, int32_t count, int32_t zero);

/* The same for weights of both signs, where no gap takes two bytes (the code's parameter is 0). */
void sbnn_dense_signed_bytes(sbnn_dense_units* units,
                             const sbnn_connections* code, const int8_t* inputs,
                             int32_t count, int32_t zero);

/* Whether one of them runs this kernel. */
static inline bool sbnn_is_dense_bytes(const sbnn_connections* kernel) {
  return kernel->code == SBNN_CODE_BYTES &&
         (kernel->is_signed == 0u || kernel->parameter == 0u);
}

/* Runs all units of such a kernel. */
static inline void sbnn_run_dense_bytes(sbnn_dense_units* units,
                                        const sbnn_connections* kernel,
                                        const int8_t* inputs, int32_t count,
                                        int32_t zero) {
  if (kernel->is_signed != 0u) {
    sbnn_dense_signed_bytes(units, kernel, inputs, count, zero);
  } else {
    sbnn_dense_bytes(units, kernel, inputs, count, zero);
  }
}

#endif /* SBNN_DENSE_BYTES_H_ */
