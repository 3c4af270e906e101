/* Sums of bit planes: the inner loop of convolutions and of sliced dense layers.
 *
 * Word w of the sum is init[w] plus, for each entry of `list`, word w of the
 * plane that starts `list[i]` words behind `planes`. All numbers are bit-sliced
 * (bit_slices.h), in two's complement with `slices` bits.
 *
 * Starting at minus a threshold instead of at 0 makes the comparison free: the
 * sum's top slice, its sign, says where the threshold was not reached. */
#ifndef SBNN_PLANE_SUMS_H_
#define SBNN_PLANE_SUMS_H_

#include <stdint.h>

enum { SBNN_MIN_SLICES = 5, SBNN_MAX_SLICES = 40 };

typedef struct {
  const uint32_t* list; /* word offsets of the planes to add */
  int32_t count;
  const uint32_t* const* init; /* where the numbers stand that words start from */
  int32_t slices; /* SBNN_MIN_SLICES .. SBNN_MAX_SLICES */
} sbnn_plane_sums;

/* y[w] = sign(sum of word w) ^ flip, for `words` words. Up to seven slices
 * `count` must be a multiple of 4: fill the list up with a plane of zeros. */
void sbnn_plane_signs(const sbnn_plane_sums* sums, const uint32_t* planes,
                      int32_t words, uint32_t flip, uint32_t* y);

/* All slices of one word's sum, lowest first; `out` has room for at least seven,
 * whatever their number. */
void sbnn_plane_slices(const sbnn_plane_sums* sums, const uint32_t* plane_word,
                       int32_t word, uint32_t* out);

#endif /* SBNN_PLANE_SUMS_H_ */
