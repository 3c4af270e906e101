/* What programs for sums of planes are made of: plane_program.c writes them, plane_sums.c
 * runs them. */
#ifndef SBNN_PLANE_STEPS_H_
#define SBNN_PLANE_STEPS_H_

#include <stdint.h>

#include "inline.h"

#ifdef SBNN_THUMB2

/* Steps of plane_sums_thumb2.h, in the order of the table behind its code: the address of
 * a step is that of the table less what stands there. */
enum {
  STEP_BLOCK,
  STEP_EIGHT,
  STEP_EIGHT_LAST, /* behind the eight words: there are no four */
  STEP_FOUR,       /* behind the eight words */
  STEP_FOUR_ONLY,
  STEP_LESS_BLOCK,
  STEP_LESS_EIGHT,
  STEP_LESS_FOUR,
  STEP_LESS_FOUR_ONLY,
  STEP_KEEP_A,
  STEP_KEEP_B,
  STEP_KEEP_TAIL_A,
  STEP_KEEP_TAIL_B,
  STEP_NO_BLOCK,
  STEP_NO_TAIL,
  STEP_SHORT_END,  /* 5 slices, one carry at most; no block */
  STEP_MIDDLE_END, /* 6 slices, two carries */
  STEP_WIDE_END,   /* 7 slices, four carries */
  STEP_WHOLE,      /* 7 slices or more, all of them, four carries */
  STEP_WHOLE_END,  /* stores them */
  STEP_LONG,
  STEP_LONG_TWO,  /* the kept carry and a block's into the slices in memory */
  STEP_LONG_LAST, /* a block's and a tail's */
  STEP_LONG_RIPPLE,
  STEP_LONG_SIGN,
  STEP_LONG_END
};
extern const uint16_t sbnn_sum_steps_thumb2[];

/* Steps of plane_ends_thumb2.h, in the order of their table. */
enum {
  END_TWO_LEVELS,
  END_SLICES_8, /* finds the sign of D with so many slices */
  END_SLICES_9,
  END_SLICES_10,
  END_OR_1, /* up to slice 8 */
  END_AND_1 = END_OR_1 + 8,
  END_OR_0 = END_AND_1 + 8, /* first of a chain; the place of slice 0 */
  END_SECOND,               /* another chain */
  END_ONE_CUT,              /* planes, and what they are XORed with */
  END_CUTS,
  END_TWO_CHAINS,
  END_OPPOSITE, /* of an update */
  END_STREAM,   /* before the first plane */
  END_STREAM_8, /* the same; slice 8 is in the place of slice 1 from here on */
  END_ADD_1,    /* up to slice 7 */
  END_ADD_0 = END_ADD_1 + 7, /* the first one; the place of slice 0 */
  END_ADD_SIGN,
  END_EXTEND,
  END_SATURATE,
  END_SATURATE_1 /* a plane; up to eight */
};
extern const uint16_t sbnn_end_steps_thumb2[];

#else

/* The numbers of both lists, in front of them. */
enum { PROGRAM_SUBTRACTED, PROGRAM_ADDED, PROGRAM_NUMBERS };

#endif /* SBNN_THUMB2 */
#endif /* SBNN_PLANE_STEPS_H_ */
