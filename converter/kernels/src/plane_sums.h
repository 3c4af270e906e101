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

#include "inline.h"

enum { SBNN_LONG_SLICES = 7, SBNN_MAX_SLICES = 40 };

/* Byte offsets of planes. What stands in `subtract` is subtracted; there is room for three more
 * behind both lists, and `zeros`, a plane of zeros, if anything is. */
typedef struct {
  uint32_t* subtract;
  int32_t subtracted;
  uint32_t* add;
  int32_t added;
  uint32_t zeros;
#ifdef SBNN_MVE
  /* What the program will be run for first, and words, or 0 if that is not known. */
  const uint32_t* planes;
  int32_t words;
#endif
} sbnn_plane_lists;

typedef struct {
  uint32_t* program;
  const uint32_t* const*
      init;       /* where the numbers stand that words start from */
  int32_t slices; /* SBNN_LONG_SLICES .. SBNN_MAX_SLICES; short lists: below */
} sbnn_plane_sums;

/* Words of a program besides the offsets of `count` planes, at most: two addresses for sixteen
 * planes that are added, seven for as many that are subtracted, and a few for its ends. */
static inline int32_t sbnn_plane_steps(int32_t count, bool subtracts) {
  return (subtracts ? count * 15 / 32 : count * 9 / 64) + 24;
}

/* Writes the program for `lists`. The list that comes first, what is subtracted, or
 * what is added if nothing is, may stand sbnn_plane_steps of both lists' numbers
 * behind `program`. `whole`: for sums of words or slices, not for signs. Numbers
 * must start lower by what is returned. */
int32_t sbnn_plane_program(uint32_t* program, sbnn_plane_lists lists,
                           int32_t slices, bool whole);

/* y[w] = top slice of the sum of word w, for `words` words. Sums from -count - 1 to count, which
 * is a multiple of 4 and no less than the planes, may also have 5 slices if count < 16, 6 if
 * 16 <= count < 32; that is faster. */
void sbnn_plane_signs(const sbnn_plane_sums* sums, const uint32_t* planes,
                      int32_t words, uint32_t* y);

/* out[w * pitch] and so on = all slices of word w, lowest first. They may be where
 * its init is. */
void sbnn_plane_sums_of_words(const sbnn_plane_sums* sums,
                              const uint32_t* planes, int32_t words,
                              uint32_t* out, int32_t pitch);

/* What is made of the sums D of a channel right away, and with them which program. The starts
 * of words are `levels` slices behind slice 0 of D. Planes of y are `pitch` words apart. */
typedef struct {
  int32_t levels, slices; /* of D; counters have a slice less for each level */
  uint32_t* y;
  int32_t planes, pitch;
  /* Cuts: one at 0; if there are two planes, at 0, at `up` above and `down` below. */
  int32_t up, down;
  uint32_t flip;
  /* Streams: D, of which `dropped` slices are dropped and the others inverted or not, is
   * added to this one. NULL: cuts. */
  const uint32_t* stream;
  int32_t dropped;
  bool is_inverted;
} sbnn_plane_end;

/* Planes of a stream, and words of a program for an end, at most. */
enum { SBNN_END_PLANES = 8, SBNN_END_ROOM = 3 * SBNN_END_PLANES + 12 };

#ifdef SBNN_THUMB2

/* Whether there is a program for it. */
bool sbnn_plane_ends(const sbnn_plane_end* end, sbnn_plane_lists lists);

/* As sbnn_plane_program. `planes` are those of the highest level, which y is later said
 * relative to. */
int32_t sbnn_plane_end_program(uint32_t* program, sbnn_plane_lists lists,
                               const sbnn_plane_end* end,
                               const uint32_t* planes);

/* `level_words` are from a level's planes to those of the next higher one. */
void sbnn_plane_run(const sbnn_plane_sums* sums, const uint32_t* planes,
                    int32_t words, int32_t level_words);

#else

/* No other core has the registers. */
static inline bool sbnn_plane_ends(const sbnn_plane_end* end,
                                   sbnn_plane_lists lists) {
  (void)end;
  (void)lists;
  return false;
}

static inline int32_t sbnn_plane_end_program(uint32_t* program,
                                             sbnn_plane_lists lists,
                                             const sbnn_plane_end* end,
                                             const uint32_t* planes) {
  (void)program;
  (void)lists;
  (void)end;
  (void)planes;
  return 0;
}

static inline void sbnn_plane_run(const sbnn_plane_sums* sums,
                                  const uint32_t* planes, int32_t words,
                                  int32_t level_words) {
  (void)sums;
  (void)planes;
  (void)words;
  (void)level_words;
}

#endif /* SBNN_THUMB2 */
#endif /* SBNN_PLANE_SUMS_H_ */
