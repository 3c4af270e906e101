/* Between numbers and planes, and from planes to fewer. */
#ifndef SBNN_QUANTIZE_H_
#define SBNN_QUANTIZE_H_

#include <stdint.h>

#include "sbnn/option_list.h"
#include "sbnn/output.h"

#define SBNN_QUANTIZE_OPTIONS(X) \
  X(positions, 1, INT32_MAX - 31, SBNN_WITH_PLANES_INPUT, "bits of a plane")

typedef struct {
  SBNN_QUANTIZE_OPTIONS(SBNN_OPTION_FIELD)
} sbnn_quantize_params;

#define SBNN_DEQUANTIZE_OPTIONS(X)                                      \
  X(height, 0, SBNN_MAX_SIDE, SBNN_ALWAYS, "rows; 0 if it is a vector") \
  X(width, 0, SBNN_MAX_SIDE, SBNN_ALWAYS, "columns")                    \
  X(channels, 1, INT32_MAX - 31, SBNN_ALWAYS,                           \
    "channels, or features of a vector")                                \
  X(plus, -128, 127, SBNN_WITH_INT8_OUTPUT, "what stands for +1")       \
  X(minus, -128, 127, SBNN_WITH_INT8_OUTPUT, "what stands for -1")

typedef struct {
  SBNN_DEQUANTIZE_OPTIONS(SBNN_OPTION_FIELD)
} sbnn_dequantize_params;

/* Binarizes `x`, positions x channels floats, through the cuts of `output`: a plain
 * sign is threshold 0 without flip. */
void sbnn_quantize(const sbnn_output* output, int32_t positions, const float* x,
                   uint32_t* y);

/* The same for int8 and int16, through int32 thresholds on the stored numbers. */
void sbnn_quantize_int8(const sbnn_output* output, int32_t positions,
                        const int8_t* x, uint32_t* y);
void sbnn_quantize_int16(const sbnn_output* output, int32_t positions,
                         const int16_t* x, uint32_t* y);

/* The same to activations of several bits, and from the unsigned numbers that the
 * `planes` planes of a channel are to activations of one bit or several. */
void sbnn_quantize_levels(const sbnn_output* output, int32_t positions,
                          const float* x, uint32_t* y);
void sbnn_quantize_levels_int8(const sbnn_output* output, int32_t positions,
                               const int8_t* x, uint32_t* y);
void sbnn_quantize_levels_int16(const sbnn_output* output, int32_t positions,
                                const int16_t* x, uint32_t* y);
void sbnn_quantize_planes(const sbnn_output* output, int32_t positions,
                          int32_t planes, const uint32_t* x, uint32_t* y);

/* Writes bits as +1.0 and -1.0, positions x channels. `channel_bits` as in
 * sbnn_output. */
void sbnn_dequantize(int32_t channels, int32_t channel_bits, int32_t positions,
                     const uint32_t* x, float* y);

/* The same of channels of `planes` planes, as the odd whole numbers
 * 2 n - (2^planes - 1). `channel_bits` is 1 for a vector. */
void sbnn_dequantize_planes(int32_t channels, int32_t channel_bits,
                            int32_t positions, int32_t planes,
                            const uint32_t* x, float* y);

/* Bits as int8: `plus` for +1 and `minus` for -1. */
void sbnn_dequantize_int8(int32_t channels, int32_t channel_bits,
                          int32_t positions, int8_t plus, int8_t minus,
                          const uint32_t* x, int8_t* y);

#endif /* SBNN_QUANTIZE_H_ */
