/* Fully connected layer with binary weights. */
#ifndef SBNN_DENSE_H_
#define SBNN_DENSE_H_

#include <stddef.h>
#include <stdint.h>

#include "sbnn/connections.h"
#include "sbnn/domain.h"
#include "sbnn/output.h"

typedef struct {
  int32_t units;
  /* The input as bit planes: `planes` planes of `positions` bits each. Input i
   * of the kernel is position i % positions of plane i / positions, so that a
   * flattened image needs no unpacking: the converter permutes the kernel
   * instead. A plain vector is one plane. Other inputs: planes = 1. */
  int32_t planes, positions;
  sbnn_domain domain;
  int32_t in_zero_point; /* int8 input stands for x - in_zero_point */
} sbnn_dense_params;

/* Each kernel tells the bytes of scratch, aligned for pointers, that a call
 * needs. */

/* Bit planes. The kernel's code decides how: SBNN_CODE_SLICED is the form for
 * speed, the others are streamed. */
size_t sbnn_dense_bits_scratch_bytes(const sbnn_dense_params* params,
                                     const sbnn_connections* kernel);
void sbnn_dense_bits(const sbnn_dense_params* params,
                     const sbnn_connections* kernel, const sbnn_output* output,
                     const uint32_t* x, void* y, void* scratch);

/* int8; sums of x - in_zero_point. */
size_t sbnn_dense_int8_scratch_bytes(const sbnn_connections* kernel);
void sbnn_dense_int8(const sbnn_dense_params* params,
                     const sbnn_connections* kernel, const sbnn_output* output,
                     const int8_t* x, void* y, void* scratch);

/* Float; sums are float32, added in the order of the connections. */
size_t sbnn_dense_float_scratch_bytes(const sbnn_connections* kernel);
void sbnn_dense_float(const sbnn_dense_params* params,
                      const sbnn_connections* kernel,
                      const sbnn_output* output, const float* x, void* y,
                      void* scratch);

#endif /* SBNN_DENSE_H_ */
