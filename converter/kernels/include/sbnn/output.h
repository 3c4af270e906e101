/* The output stage: from the sums of a channel to what the next op reads.
 *
 * Cuts, to planes.  Batch normalization, bias and quantizer behind a layer
 * collapse into comparisons, because each of them is monotone in the sum. Bits
 * have one cut:
 *
 *     bit = (sum >= threshold[channel]) xor flip[channel]
 *
 * and activations of k bits 2^k - 1 of them, one between each two levels: their
 * number is how many of the cuts a sum reaches. A flip stands for a negative
 * slope (a negative batch-normalization gamma) and inverts all planes. A channel
 * that never changes its sign gets a threshold that no sum, or every sum,
 * reaches.
 *
 * A scale, to numbers, written channels last, or to a stream. To float,
 *
 *     y = sum * factor[channel] + bias[channel]
 *
 * to int8 and int16 all in whole numbers,
 *
 *     y = clamp((sum * multiplier[channel] + offset[channel]) >> shift)
 *
 * with a 64-bit product, an arithmetic shift, and the type's range as limits.
 * The converter puts the tensor's zero point and the half that makes the shift
 * round to nearest into the offset. To a stream of s planes it is the same, with
 * multipliers that are powers of two, what the stream held before added in front
 * of the limits, and 2^(s - 1) behind them.
 */
#ifndef SBNN_OUTPUT_H_
#define SBNN_OUTPUT_H_

#include <stdbool.h>
#include <stdint.h>

#include "sbnn/face.h"
#include "sbnn/integers.h"

typedef enum { SBNN_CUTS, SBNN_STREAM, SBNN_SCALE } sbnn_stage;

typedef struct {
  int32_t count; /* of a channel: 1 for bits */
  bool shared;   /* all channels have the same; quantizers of planes only */
  /* [channel][count], or [count] where they are shared, ascending: whole or
   * float, as the sums are. */
  sbnn_integers thresholds;
  const float* float_thresholds;
  const uint32_t* flips; /* one bit a channel */
} sbnn_cuts;

typedef struct {
  /* To float. */
  const float* factors;
  const float* biases;
  /* To int8 and int16. */
  const int32_t* multipliers;
  const int32_t* offsets;
  int32_t shift; /* 0 .. 31 */
} sbnn_scale;

typedef struct {
  sbnn_integers multipliers; /* plus or minus powers of two */
  sbnn_integers offsets;
  int32_t shift; /* 0 .. 31 */
  /* What the stream held before, with the same planes as what is written; NULL
   * where it begins. */
  const uint32_t* before;
} sbnn_stream;

/* What the output stage needs to know of a layer; constants only. */
typedef struct {
  sbnn_stage stage;
  sbnn_face face; /* what is written */
  int32_t channels;
  /* Bits from position 0 of a channel to that of the next one, and from a plane
   * of a channel to its next one. Only where planes are written. */
  int32_t channel_bits, plane_bits;
  union {
    sbnn_cuts cuts;
    sbnn_scale scale; /* of numbers */
    sbnn_stream stream;
  } by;
} sbnn_output;

/* Zeroes the planes of an output of `positions` positions, 1 for a vector. Other
 * outputs stay as they are. */
void sbnn_zero_planes(const sbnn_output* output, int32_t positions, void* y);

/* Writes `count` positions of channel `channel`, from position `first` on, from
 * integer sums. `y` is what `output->face` says: uint32_t words (already
 * zeroed), float, int8_t or int16_t. */
void sbnn_write_sums(const sbnn_output* output, int32_t channel, int32_t first,
                     const int32_t* sums, int32_t count, void* y);

/* The same from float sums that lie `stride` floats apart, all positions at
 * once; to bits or float. */
void sbnn_write_float_sums(const sbnn_output* output, int32_t channel,
                           const float* sums, int32_t stride, int32_t positions,
                           void* y);

#endif /* SBNN_OUTPUT_H_ */
