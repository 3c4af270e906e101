/* The variants that sbnn_dense_bits picks from. */
#ifndef SBNN_DENSE_VARIANTS_H_
#define SBNN_DENSE_VARIANTS_H_

#include <stdint.h>

#include "sbnn/dense.h"

size_t sbnn_dense_streamed_scratch_bytes(const sbnn_dense_params* params,
                                         const sbnn_connections* kernel);
void sbnn_dense_streamed(const sbnn_dense_params* params,
                         const sbnn_connections* kernel,
                         const sbnn_output* output, const uint32_t* x, void* y,
                         void* scratch);

size_t sbnn_dense_sliced_scratch_bytes(const sbnn_dense_params* params,
                                       const sbnn_connections* kernel);
void sbnn_dense_sliced(const sbnn_dense_params* params,
                       const sbnn_connections* kernel,
                       const sbnn_output* output, const uint32_t* x, void* y,
                       void* scratch);

#endif /* SBNN_DENSE_VARIANTS_H_ */
