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
 *
 * To int8 and int16.  All in whole numbers, written channels last:
 *
 *     y = clamp((sum * multiplier[channel] + offset[channel]) >> shift)
 *
 * with a 64-bit product, an arithmetic shift, and the type's range as limits.
 * The converter puts the tensor's zero point and the half that makes the shift
 * round to nearest into the offset.
 */
#ifndef SBNN_OUTPUT_H_
#define SBNN_OUTPUT_H_

#include <stdint.h>

typedef enum {
  SBNN_TO_BITS,
  SBNN_TO_FLOAT,
  SBNN_TO_INT8,
  SBNN_TO_INT16
} sbnn_output_kind;

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
  /* SBNN_TO_INT8, SBNN_TO_INT16. */
  const int32_t* multipliers;
  const int32_t* offsets;
  int32_t shift; /* 0 .. 31 */
} sbnn_output;

/* Writes `count` positions of channel `channel`, from position `first` on, from
 * integer sums. `y` is what `output->kind` says: uint32_t words (already
 * zeroed), float, int8_t or int16_t. */
void sbnn_write_sums(const sbnn_output* output, int32_t channel,
                     int32_t first, const int32_t* sums, int32_t count,
                     void* y);

/* The same from float sums that lie `stride` floats apart, all positions at
 * once; to bits or float. */
void sbnn_write_float_sums(const sbnn_output* output, int32_t channel,
                           const float* sums, int32_t stride,
                           int32_t positions, void* y);

#endif /* SBNN_OUTPUT_H_ */
