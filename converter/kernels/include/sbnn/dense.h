/* Fully connected layer with binary weights. */
#ifndef SBNN_DENSE_H_
#define SBNN_DENSE_H_

#include <stddef.h>
#include <stdint.h>

#include "sbnn/connections.h"
#include "sbnn/domain.h"
#include "sbnn/option_list.h"
#include "sbnn/output.h"

#define SBNN_DENSE_OPTIONS(X)                                                 \
  X(units, 1, INT32_MAX, SBNN_ALWAYS, "outputs")                              \
  X(planes, 1, INT32_MAX, SBNN_ALWAYS,                                        \
    "planes of the input; 1 if it is numbers")                                \
  X(positions, 1, INT32_MAX - 31, SBNN_ALWAYS, "bits of a plane, or numbers") \
  X(in_zero_point, -128, 127, SBNN_WITH_INT8_INPUT,                           \
    "what stands for 0 in the input")

typedef struct {
  /* Input i of the kernel is position i % positions of plane i / positions, so
   * that a flattened image needs no unpacking: the converter permutes the kernel
   * instead. A plain vector is one plane. Of activations of several bits, each
   * plane here is as many in the input. */
  SBNN_DENSE_OPTIONS(SBNN_OPTION_FIELD)
  sbnn_domain domain;
  int32_t input_bits; /* planes of an input channel; 0 is as good as 1 */
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
                      const sbnn_connections* kernel, const sbnn_output* output,
                      const float* x, void* y, void* scratch);

#endif /* SBNN_DENSE_H_ */
