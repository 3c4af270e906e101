/* Pooling of channels that have several planes: numbers, bit-sliced. */
#ifndef SBNN_POOL_PLANES_H_
#define SBNN_POOL_PLANES_H_

#include <stdint.h>

#include "sbnn/max_pool2d.h"

/* What `halve` below reads and writes. */
typedef struct {
  int32_t planes;              /* of a channel */
  int32_t in_words, out_words; /* from a plane to the next */
  int32_t width;               /* of a row of the input, 4, 8, 16 or 32 */
  uint32_t upper; /* the upper rows of a word's windows: sbnn_upper_rows */
  uint32_t flip;  /* what bits are inverted with: 0 or all ones */
} sbnn_halves;

/* What a window becomes. Planes are inverted before and after in channels that are
 * marked to be. */
typedef struct {
  /* The slices that `join` makes, over those of a channel; windows have 2^shift
   * positions, or `shift` is 0. What they become is divided by 2^shift, to the
   * nearest whole number, halves up. */
  int32_t shift;
  /* Puts `next`, 32 numbers of `planes` slices, to `number`, which has `slices` of
   * them and begins with 0. Columns are joined by doubling: where a window is not
   * 1, 2, 4 .. columns wide, numbers are put to it more than once. */
  void (*join)(uint32_t* number, int32_t slices, const uint32_t* next,
               int32_t planes);
  /* 2x2 windows in up to four words of each plane, of which `left` are there: a word of each
   * plane at y. */
  void (*halve)(const sbnn_halves* halves, const uint32_t* x, int32_t left,
                uint32_t* y);
} sbnn_pooling;

/* `inverted`: marks of channels, or NULL. */
void sbnn_pool_planes(const sbnn_pooling* pooling,
                      const sbnn_max_pool2d_params* params, int32_t planes,
                      const uint32_t* inverted, const uint32_t* x, uint32_t* y);

#endif /* SBNN_POOL_PLANES_H_ */
