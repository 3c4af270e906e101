/* Sums of bit planes: the inner loop of convolutions and of sliced dense layers.
 *
 * Word w of the sum is init[w] plus, for each entry of `list`, word w of the
 * plane that starts `list[i]` bytes behind `planes`. All numbers are bit-sliced
 * (bit_slices.h), in two's complement with `slices` bits.
 *
 * Starting at minus a threshold instead of at 0 makes the comparison free: the
 * sum's top slice, its sign, says where the threshold was not reached. What the
 * sign is XORed with can be part of the start, too: nothing lies above it that a
 * carry could reach. */
#ifndef SBNN_PLANE_SUMS_H_
#define SBNN_PLANE_SUMS_H_

#include <stdint.h>

enum { SBNN_LONG_SLICES = 7, SBNN_MAX_SLICES = 40 };

typedef struct {
  const uint32_t* list; /* byte offsets of the planes to add */
  int32_t count; /* a multiple of 4, at least 4: a plane of zeros fills up */
  const uint32_t* const*
      init;       /* where the numbers stand that words start from */
  int32_t slices; /* SBNN_LONG_SLICES .. SBNN_MAX_SLICES; short lists: below */
} sbnn_plane_sums;

/* y[w] = top slice of the sum of word w, for `words` words. Numbers from
 * -count - 1 to count may also have 5 slices if count < 16, 6 if 16 <= count < 32;
 * that is faster. */
void sbnn_plane_signs(const sbnn_plane_sums* sums, const uint32_t* planes,
                      int32_t words, uint32_t* y);

/* The same, and out[w * pitch] and so on = all slices of word w, lowest first. They
 * may be where its init is. SBNN_LONG_SLICES at least. */
void sbnn_plane_sums_of_words(const sbnn_plane_sums* sums,
                              const uint32_t* planes, int32_t words,
                              uint32_t* y, uint32_t* out, int32_t pitch);

/* All slices of one word's sum, lowest first. `planes` already points to the
 * word. `out` may be where init[word] is. */
void sbnn_plane_slices(const sbnn_plane_sums* sums, const uint32_t* planes,
                       int32_t word, uint32_t* out);

#endif /* SBNN_PLANE_SUMS_H_ */
