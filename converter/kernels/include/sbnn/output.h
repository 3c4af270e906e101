/* The output stage: from the sums of a channel to what the next op reads.
 *
 * To bits.  Batch normalization, bias and sign behind a layer collapse into one
 * comparison, because each of them is monotone in the sum:
 *
 *     bit = (sum >= threshold[channel]) xor flip[channel]
 *
 * A flip stands for a negative slope (a negative batch-normalization gamma). A
 * channel that never changes its sign gets a threshold that no sum, or every
 * sum, reaches.
 *
 * To float.  y = sum * scale[channel] + bias[channel], written channels last.
 */
#ifndef SBNN_OUTPUT_H_
#define SBNN_OUTPUT_H_

#include <stdint.h>

typedef enum { SBNN_TO_BITS, SBNN_TO_FLOAT } sbnn_output_kind;

/* What the output stage needs to know of a layer; constants only. */
typedef struct {
  sbnn_output_kind kind;
  int32_t channels;
  /* Bits between position 0 of neighbouring channels: 32 * plane words for an
   * image, 1 for a vector. Only for SBNN_TO_BITS. */
  int32_t channel_bits;
  /* SBNN_TO_BITS: int32 or float thresholds, as the sums are. */
  const int32_t* thresholds;
  const float* float_thresholds;
  const uint32_t* flips; /* one bit a channel */
  /* SBNN_TO_FLOAT. */
  const float* scale;
  const float* bias;
} sbnn_output;

/* Writes channel `channel` of the output from integer sums, one a position.
 * `y` is uint32_t words (already zeroed) or floats, as `output->kind` says. */
void sbnn_write_sums(const sbnn_output* output, int32_t channel,
                     const int32_t* sums, int32_t positions, void* y);

/* The same from float sums that lie `stride` floats apart. */
void sbnn_write_float_sums(const sbnn_output* output, int32_t channel,
                           const float* sums, int32_t stride,
                           int32_t positions, void* y);

#endif /* SBNN_OUTPUT_H_ */
