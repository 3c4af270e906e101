/* The kernels in their simplest form: what the real ones must agree with, bit by
 * bit. One connection, one position at a time; no scratch, no tricks. */
#ifndef SBNN_REFERENCE_H_
#define SBNN_REFERENCE_H_

#include "sbnn/conv2d.h"
#include "sbnn/dense.h"
#include "sbnn/max_pool2d.h"
#include "sbnn/output.h"
#include "sbnn/quantize.h"

size_t reference_conv2d_scratch_bytes(const sbnn_conv2d_params* params);
void reference_conv2d_bits(const sbnn_conv2d_params* params,
                           const sbnn_connections* kernel,
                           const sbnn_output* output, const uint32_t* x,
                           void* y, void* scratch);
void reference_conv2d_float(const sbnn_conv2d_params* params,
                            const sbnn_connections* kernel,
                            const sbnn_output* output, const float* x, void* y,
                            void* scratch);
void reference_dense_bits(const sbnn_dense_params* params,
                          const sbnn_connections* kernel,
                          const sbnn_output* output, const uint32_t* x,
                          void* y);
void reference_dense_float(const sbnn_dense_params* params,
                           const sbnn_connections* kernel,
                           const sbnn_output* output, const float* x, void* y);
/* These two take the kernel as a byte a weight, in the order of its code. */
void reference_dense_int8(const sbnn_dense_params* params, const uint8_t* ones,
                          const sbnn_output* output, const int8_t* x, void* y);
void reference_conv2d_int8(const sbnn_conv2d_params* params,
                           const uint8_t* ones, const sbnn_output* output,
                           const int8_t* x, void* y, int32_t* sums);
void reference_max_pool2d_bits(const sbnn_max_pool2d_params* params,
                               const uint32_t* minimum, const uint32_t* x,
                               uint32_t* y);
void reference_quantize(const sbnn_output* output, int32_t positions,
                        const float* x, uint32_t* y);
void reference_dequantize(int32_t channels, int32_t channel_bits,
                          int32_t positions, const uint32_t* x, float* y);
void reference_write_sums(const sbnn_output* output, int32_t channel,
                          const int32_t* sums, int32_t positions, void* y);
void reference_write_float_sums(const sbnn_output* output, int32_t channel,
                                const float* sums, int32_t stride,
                                int32_t positions, void* y);
void reference_open_connections(sbnn_connection_reader* reader,
                                const sbnn_connections* code);
int32_t reference_next_connection(sbnn_connection_reader* reader);

#endif /* SBNN_REFERENCE_H_ */
