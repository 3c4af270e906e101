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
  STEP_NONE = -1,
  STEP_BLOCK, /* from its first, second, third, fourth four on */
  STEP_FIRST = STEP_BLOCK + 4,
  STEP_ONE, /* first: one word, two, three */
  STEP_MIXED_1 =
      STEP_ONE + 3, /* first: one of four words subtracted, two, three */
  STEP_LESS_FIRST = STEP_MIXED_1 + 3,
  STEP_LESS, /* any other place, for which one of ..._ADDED follows */
  STEP_SECOND_ADDED,
  STEP_FOURTH_ADDED,
  STEP_TAIL_SECOND,
  STEP_TAIL_SECOND_ADDED,
  STEP_TAIL_SECOND_LAST, /* behind a second four: there are no more */
  STEP_TAIL_FIRST_LAST,  /* behind a first four: there are no more */
  STEP_TAIL_ONLY,        /* the last four, if there are no two in front of it */
  STEP_TAIL_LAST,
  STEP_TAIL_LAST_ADDED,
  STEP_KEEP_A,
  STEP_KEEP_B,
  STEP_FETCH_A, /* the kept carry takes the place of a tail's */
  STEP_NO_BLOCK,
  STEP_NO_TAIL,
  STEP_SHORT_END,    /* 5 slices, one carry at most; no block */
  STEP_MIDDLE_END,   /* 6 slices, two carries */
  STEP_WIDE_END,     /* 7 slices, two carries */
  STEP_WIDEST_END,   /* 7 slices, four carries */
  STEP_WHOLE_2,      /* 7 slices or more, all of them, two carries */
  STEP_WHOLE_2_FROM, /* the same from what r7 says */
  STEP_WHOLE_4,      /* four carries */
  STEP_WHOLE_4_FROM,
  STEP_WHOLE_END, /* stores them */
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
  END_START_LEVEL, /* where a level starts from, for STEP_WHOLE_..._FROM */
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
  END_ADD_0, /* the first one, and the place of slice 0; up to slice 8, which stands in slice 1 */
  END_ADD_SIGN = END_ADD_0 + 9,
  END_EXTEND,
  END_SATURATE,
  END_SATURATE_1 /* a plane; up to eight */
};
extern const uint16_t sbnn_end_steps_thumb2[];

#else

/* The numbers of both lists, in front of them. */
enum { PROGRAM_SUBTRACTED, PROGRAM_ADDED, PROGRAM_NUMBERS };

#endif /* SBNN_THUMB2 */

#ifdef SBNN_MVE

/* Steps of plane_sums_mve.h, in the order of the table behind its code, which holds their
 * addresses. */
enum {
  MVE_START_4, /* so many slices, up to sixteen */
  MVE_ONE = MVE_START_4 + 13,
  MVE_FIRST = MVE_ONE + 3,
  MVE_MIXED_1,
  MVE_LESS_FIRST = MVE_MIXED_1 + 3,
  MVE_SINGLE,
  MVE_NONE,
  MVE_SECOND,
  MVE_LESS_SECOND,
  MVE_EIGHT,
  MVE_EIGHT_KEPT,
  MVE_EIGHT_MET,
  MVE_QUAD,
  MVE_MEET,
  MVE_KEEP,
  MVE_RIPPLE,
  MVE_RIPPLES, /* their number follows, which may be 0 */
  MVE_TOP,
  MVE_PUT_TOP,
  MVE_SIGN,
  MVE_WHOLE,
  MVE_WHOLE_4 /* so many slices, up to sixteen */
};
extern const uint32_t sbnn_sum_steps_mve[];

enum { MVE_LEAST_SLICES = 4, MVE_MOST_SLICES = 16 };

/* What stands in front of the planes' addresses: twice their number and one, which no program of
 * plane_sums_thumb2.h begins with; what they are relative to; where the steps are; slices, and,
 * of whole sums, where the number of levels stands that nothing waits on at the end. */
enum { MVE_LISTED, MVE_BASE, MVE_STEPS, MVE_SLICES, MVE_RIPPLED, MVE_HEADER };

#endif /* SBNN_MVE */
#endif /* SBNN_PLANE_STEPS_H_ */
