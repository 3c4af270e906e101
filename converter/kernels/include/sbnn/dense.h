/* Fully connected layer with binary weights. */
#ifndef SBNN_DENSE_H_
#define SBNN_DENSE_H_

#include <stdint.h>

#include "sbnn/connections.h"
#include "sbnn/domain.h"
#include "sbnn/output.h"

typedef struct {
  int32_t units;
  /* The input as bit planes: `planes` planes of `positions` bits each. Input i
   * of the kernel is position i % positions of plane i / positions, so that a
   * flattened image needs no unpacking: the converter permutes the kernel
   * instead. A plain vector is one plane. Float inputs: planes = 1. */
  int32_t planes, positions;
  sbnn_domain domain;
} sbnn_dense_params;

void sbnn_dense_bits(const sbnn_dense_params* params,
                     const sbnn_connections* kernel, const sbnn_output* output,
                     const uint32_t* x, void* y);

/* Sums are float32, added in the order of the connections. */
void sbnn_dense_float(const sbnn_dense_params* params,
                      const sbnn_connections* kernel,
                      const sbnn_output* output, const float* x, void* y);

#endif /* SBNN_DENSE_H_ */
