/* Sums of bit planes: the inner loop of convolutions and of sliced dense layers.
 *
 * Word w of the sum is init[w] plus word w of each plane of one list, less word w of each
 * plane of another list. All numbers are bit-sliced (bit_slices.h), in two's complement with
 * `slices` bits.
 *
 * Starting at minus a threshold instead of at 0 makes the comparison free: the
 * sum's top slice, its sign, says where the threshold was not reached. What the
 * sign is XORed with can be part of the start, too: nothing lies above it that a
 * carry could reach.
 *
 * Lists are made a program first, in the form that the core likes best; it serves
 * any number of words. */
#ifndef SBNN_PLANE_SUMS_H_
#define SBNN_PLANE_SUMS_H_

#include <stdbool.h>
#include <stdint.h>

enum { SBNN_LONG_SLICES = 7, SBNN_MAX_SLICES = 40 };

/* Byte offsets of planes. Their numbers are multiples of 4: a plane of zeros fills up.
 * What stands in `list` is subtracted up to `subtracted`, then added; the rest of what
 * is added may stand elsewhere. */
typedef struct {
  const uint32_t* subtract;
  int32_t subtracted;
  const uint32_t* add;
  int32_t added;
} sbnn_plane_lists;

typedef struct {
  const uint32_t* program;
  const uint32_t* const*
      init;       /* where the numbers stand that words start from */
  int32_t slices; /* SBNN_LONG_SLICES .. SBNN_MAX_SLICES; short lists: below */
} sbnn_plane_sums;

/* Words of a program besides the offsets of `count` planes, at most. */
static inline int32_t sbnn_plane_steps(int32_t count) { return count / 7 + 24; }

/* Writes the program for `lists`. The list that comes first, what is subtracted, or
 * what is added if nothing is, may stand sbnn_plane_steps of both lists' numbers
 * behind `program`. `whole`: for sums of words or slices, not for signs. Numbers
 * must start lower by what is returned. */
int32_t sbnn_plane_program(uint32_t* program, sbnn_plane_lists lists,
                           int32_t slices, bool whole);

/* y[w] = top slice of the sum of word w, for `words` words. Where nothing is subtracted,
 * numbers from -count - 1 to count may also have 5 slices if count < 16, 6 if
 * 16 <= count < 32; that is faster. */
void sbnn_plane_signs(const sbnn_plane_sums* sums, const uint32_t* planes,
                      int32_t words, uint32_t* y);

/* out[w * pitch] and so on = all slices of word w, lowest first. They may be where
 * its init is. */
void sbnn_plane_sums_of_words(const sbnn_plane_sums* sums,
                              const uint32_t* planes, int32_t words,
                              uint32_t* out, int32_t pitch);

#endif /* SBNN_PLANE_SUMS_H_ */
