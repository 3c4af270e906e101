/* Programs for the vectors of plane_sums_mve.h; a part of plane_program.c.
 *
 * The lists become fours: the first one holds what is over of both, then those that are subtracted,
 * then those that are added. If their number is odd, the first eight has one. */
#ifndef SBNN_PLANE_PROGRAM_MVE_H_
#define SBNN_PLANE_PROGRAM_MVE_H_

#include <stdbool.h>

#include "plane_steps.h"
#include "plane_sums.h"
#include "vectors_mve.h"

#ifdef SBNN_MVE

/* Where sums of one word are wanted, vectors take no fewer instructions. */
enum { MVE_LEAST_WORDS = 2 };

/* Whole sums may be made of up to four levels, a slice more each. */
SBNN_INLINE bool suits_mve(const sbnn_plane_lists* lists, int32_t slices,
                           bool whole) {
  return lists->words >= MVE_LEAST_WORDS &&
         slices <= MVE_MOST_SLICES - (whole ? 3 : 0);
}

static uint32_t* put_mve(uint32_t* to, int32_t step) {
  *to = sbnn_sum_steps_mve[step];
  return to + 1;
}

/* The first four is taken from the ends of the lists; its step is returned. */
static int32_t take_first_four(sbnn_plane_lists* lists, uint32_t first[4],
                               int32_t* taken) {
  const int32_t over = lists->subtracted & 3;
  *taken = over != 0 ? 4 : lists->added & 3;
  lists->subtracted -= over;
  for (int32_t i = 0; i < over; ++i) {
    first[i] = lists->subtract[lists->subtracted + i];
  }
  if (over == 0) {
    lists->added -= *taken; /* what lies behind them does not matter */
    vst1q_u32(first, vld1q_u32(lists->add + lists->added));
    return MVE_ONE - 1 + *taken;
  }
  for (int32_t i = over; i < 4; ++i) {
    first[i] = lists->added > 0 ? lists->add[--lists->added] : lists->zeros;
  }
  for (; (lists->added & 3) != 0; ++lists->added) {
    lists->add[lists->added] = lists->zeros;
  }
  return MVE_MIXED_1 - 1 + over;
}

/* What becomes of the carry of eight `done`, which is on `level`: it meets those that wait, and
 * waits itself. The highest level has no more than a slice. */
static uint32_t* put_carry(uint32_t* to, int32_t done, int32_t level,
                           int32_t top) {
  for (; level < top && ((done >> level) & 1) == 0; ++level) {
    to = put_mve(to, MVE_MEET);
  }
  if (level < top) return put_mve(to, MVE_KEEP);
  return put_mve(put_mve(to, MVE_TOP), MVE_PUT_TOP);
}

/* The same for the last one of `done`, behind which all that wait are met, up to the sign. */
static uint32_t* put_last_carry(uint32_t* to, int32_t done, int32_t level,
                                int32_t top, bool whole) {
  for (; level < top && done != 0 && ((done >> level) & 1) == 0; ++level) {
    to = put_mve(to, MVE_MEET);
  }
  if (level < top && done != 0) {
    to = put_mve(to, MVE_RIPPLE);
    for (++level; level < top && (done >> level) != 0; ++level) {
      to = put_mve(to, ((done >> level) & 1) != 0 ? MVE_MEET : MVE_RIPPLE);
    }
  }
  if (whole || top - level > 1) {
    to = put_mve(to, MVE_RIPPLES);
    *to++ = (uint32_t)(top - level);
  } else if (top - level == 1) {
    to = put_mve(to, MVE_RIPPLE);
  }
  return put_mve(to, MVE_TOP);
}

/* The fours of a list, of which the first `less` are subtracted, with their carries up to
 * the sign; `first` is the step of the very first one if that is none of these. */
static uint32_t* put_fours(uint32_t* to, int32_t first, int32_t less,
                           int32_t fours, int32_t top, bool whole) {
  const int32_t eights = (fours + 1) / 2;
  int32_t at = 0; /* fours behind us */
  for (int32_t done = 1; done <= eights; ++done) {
    const bool is_single = done == 1 && (fours & 1) != 0;
    const bool is_first = at == 0 && first != STEP_NONE;
    int32_t level = 0;
    if (!is_single && !is_first && at >= less) {
      if ((done & 3) == 1 && fours - at >= 8 && top >= 2) {
        to = put_mve(to, MVE_QUAD);
        done += 3;
        at += 8;
        level = 2;
      } else if ((done & 1) != 0 && done != eights) {
        to = put_mve(to, MVE_EIGHT_KEPT);
        at += 2;
        continue;
      } else if ((done & 3) == 2 && done != eights && top > 1) {
        to = put_mve(to, MVE_EIGHT_MET);
        at += 2;
        continue;
      } else {
        to = put_mve(to, MVE_EIGHT);
        at += 2;
      }
    } else {
      const int32_t step = at < less ? MVE_LESS_FIRST : MVE_FIRST;
      to = put_mve(to, is_first ? first : step);
      ++at;
      if (is_single) {
        to = put_mve(to, MVE_SINGLE);
      } else {
        to = put_mve(to, at < less ? MVE_LESS_SECOND : MVE_SECOND);
        ++at;
      }
    }
    if (done == eights) return put_last_carry(to, done, level, top, whole);
    to = put_carry(to, done, level, top);
  }
  return put_last_carry(put_mve(to, MVE_NONE), 0, 0, top, whole);
}

/* A list whose number is a multiple of four, as addresses. */
SBNN_INLINE uint32_t* move_list_mve(uint32_t* to, const uint32_t* from,
                                    int32_t count, uint32_t base) {
  for (uint32_t* const end = to + count; to != end; to += 4, from += 4) {
    vst1q_u32(to, vaddq_n_u32(vld1q_u32(from), base));
  }
  return to;
}

/* As sbnn_plane_program. The steps stand behind the lists, which move to the front. */
static int32_t put_program_mve(uint32_t* program, sbnn_plane_lists lists,
                               int32_t slices, bool whole) {
  const int32_t lower = lists.subtracted;
  uint32_t four[4];
  int32_t taken;
  int32_t first = take_first_four(&lists, four, &taken);
  if (taken == 0) first = STEP_NONE;
  const uint32_t base = (uint32_t)(uintptr_t)lists.planes;
  uint32_t* to = program + MVE_HEADER;
  for (int32_t i = 0; i < taken; ++i) *to++ = four[i] + base;
  to = move_list_mve(to, lists.subtract, lists.subtracted, base);
  to = move_list_mve(to, lists.add, lists.added, base);
  const int32_t steps = (int32_t)(to - program);
  program[MVE_LISTED] = 2u * (uint32_t)(steps - MVE_HEADER) + 1u;
  program[MVE_BASE] = base;
  program[MVE_STEPS] = (uint32_t)steps;
  const int32_t before = taken != 0 ? 1 : 0;
  const int32_t less = lists.subtracted / 4;
  to = put_mve(to, MVE_START_4 + slices - MVE_LEAST_SLICES);
  to = put_fours(to, first, less == 0 ? 0 : before + less,
                 before + less + lists.added / 4, slices - MVE_LEAST_SLICES,
                 whole);
  program[MVE_SLICES] = (uint32_t)slices;
  program[MVE_RIPPLED] = (uint32_t)(to - program) - 2u;
  if (whole) {
    to = put_mve(put_mve(to, MVE_PUT_TOP), MVE_WHOLE);
    put_mve(to, MVE_WHOLE_4 + slices - MVE_LEAST_SLICES);
  } else {
    put_mve(to, MVE_SIGN);
  }
  return lower;
}

#endif /* SBNN_MVE */
#endif /* SBNN_PLANE_PROGRAM_MVE_H_ */
