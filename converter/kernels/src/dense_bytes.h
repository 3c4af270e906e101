/* Dense layers whose gaps are bytes: a connection is decoded and used in five instructions. */
#ifndef SBNN_DENSE_BYTES_H_
#define SBNN_DENSE_BYTES_H_

#include <stdint.h>

#include "dense_units.h"
#include "sbnn/connections.h"

/* Runs all units.
 *
 * code: SBNN_CODE_BYTES, not signed.
 * inputs: `count` numbers; `zero` is taken off each that a connection leads to. */
void sbnn_dense_bytes(sbnn_dense_units* units, const sbnn_connections* code,
                      const int8_t* inputs, int32_t count, int32_t zero);

#endif /* SBNN_DENSE_BYTES_H_ */
