/* What the kernels must agree with, bit by bit: plain loops over positions and weights
 * which share nothing with them, not even how a bit is read. */
#ifndef SBNN_REFERENCE_H_
#define SBNN_REFERENCE_H_

#include "sbnn/add.h"
#include "sbnn/average_pool2d.h"
#include "sbnn/conv2d.h"
#include "sbnn/dense.h"
#include "sbnn/max_pool2d.h"
#include "sbnn/output.h"
#include "sbnn/quantize.h"

/* Whole number `i` of some that a file holds, lowest byte first. */
int32_t reference_integer(sbnn_integers all, int64_t i);

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
/* These two take the kernel as a byte a weight, 0, 1 or -1, in the order of its
 * code. */
void reference_dense_int8(const sbnn_dense_params* params, const int8_t* ones,
                          const sbnn_output* output, const int8_t* x, void* y);
void reference_conv2d_int8(const sbnn_conv2d_params* params, const int8_t* ones,
                           const sbnn_output* output, const int8_t* x, void* y);
void reference_max_pool2d_bits(const sbnn_max_pool2d_params* params,
                               const uint32_t* minimum, const uint32_t* x,
                               uint32_t* y);
void reference_quantize(const sbnn_output* output, int32_t positions,
                        const float* x, uint32_t* y);
void reference_dequantize(int32_t channels, int32_t channel_bits,
                          int32_t positions, const uint32_t* x, float* y);

/* The same of channels of several planes. What is quantized are whole numbers,
 * positions x channels, through int32 thresholds. */
void reference_max_pool2d_planes(const sbnn_max_pool2d_params* params,
                                 int32_t planes, const uint32_t* minimum,
                                 const uint32_t* x, uint32_t* y);
void reference_average_pool2d(const sbnn_average_pool2d_params* params,
                              int32_t planes, const uint32_t* x, uint32_t* y);
void reference_quantize_levels(const sbnn_output* output, int32_t positions,
                               const double* x, uint32_t* y);
void reference_dequantize_planes(int32_t channels, int32_t channel_bits,
                                 int32_t positions, int32_t planes,
                                 const uint32_t* x, float* y);
void reference_add_planes(const sbnn_add_params* params, int32_t planes,
                          int32_t out_planes, int32_t positions,
                          const uint32_t* x, const uint32_t* other,
                          uint32_t* y);

/* The number that planes first .. first + planes - 1, of `words` words each, are at
 * a position; and the same, into planes that are still 0 there. */
int64_t reference_number(const uint32_t* x, int32_t words, int32_t first,
                         int32_t planes, int32_t position);
void reference_put_number(uint32_t* y, int32_t words, int32_t first,
                          int32_t planes, int32_t position, int64_t number);

/* One sum into place (channel, position) of the output, zeroed where it is bits. */
void reference_zero_bits(const sbnn_output* output, int32_t positions, void* y);
void reference_write_sum(const sbnn_output* output, int32_t channel,
                         int32_t position, int32_t sum, void* y);
void reference_write_float_sum(const sbnn_output* output, int32_t channel,
                               int32_t position, float sum, void* y);

/* Bits, the lowest of a word first; words that hold so many. */
bool reference_bit(const uint32_t* words, int32_t at);
int32_t reference_words(int32_t bits);

/* The number 2 n - (2^k - 1) at a position: n is bit by bit in `levels` planes of
 * `words` words. */
int32_t reference_odd(const uint32_t* planes, int32_t words, int32_t levels,
                      int32_t position);

/* The weights of a code one by one, 0 or 1, or -1 with signs; zeros behind its end. */
typedef struct {
  const sbnn_connections* code;
  int32_t bit;  /* the next of the code */
  int32_t left; /* connections that were not met */
  int32_t gap;  /* zeros in front of the next one; -1: to be read */
  int32_t met;  /* connections that were met */
} reference_weights;
reference_weights reference_first_weight(const sbnn_connections* code);
int32_t reference_next_weight(reference_weights* weights);

#endif /* SBNN_REFERENCE_H_ */
