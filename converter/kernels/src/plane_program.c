/* Lists of planes as programs, in the form that the core likes best (plane_sums.h). */
#include <stddef.h>

#include "inline.h"
#include "plane_steps.h"
#include "plane_sums.h"

#ifdef SBNN_THUMB2

static uint32_t* put(uint32_t* to, int32_t step) {
  *to =
      (uint32_t)(uintptr_t)sbnn_sum_steps_thumb2 - sbnn_sum_steps_thumb2[step];
  return to + 1;
}

/* Parts of a list are moved with as many registers as there are. Where they overlap
 * they move towards the front. */
SBNN_INLINE uint32_t* move_four(uint32_t* to, const uint32_t* from) {
  __asm__ volatile(
      "ldm %1, {r4, r5, r6, r8}\n\t"
      "stmia %0!, {r4, r5, r6, r8}"
      : "+r"(to)
      : "r"(from)
      : "r4", "r5", "r6", "r8", "memory");
  return to;
}

SBNN_INLINE uint32_t* move_eight(uint32_t* to, const uint32_t* from) {
  __asm__ volatile(
      "ldm %1, {r4, r5, r6, r8, r9, r10, r12, lr}\n\t"
      "stmia %0!, {r4, r5, r6, r8, r9, r10, r12, lr}"
      : "+r"(to)
      : "r"(from)
      : "r4", "r5", "r6", "r8", "r9", "r10", "r12", "lr", "memory");
  return to;
}

SBNN_INLINE uint32_t* move_sixteen(uint32_t* to, const uint32_t* from) {
  return move_eight(move_eight(to, from), from + 8);
}

/* Steps that take words, and those that subtract them. */
typedef struct {
  int32_t block, eight, four, four_only;
} list_steps;

static const list_steps kAdd = {STEP_BLOCK, STEP_EIGHT, STEP_FOUR,
                                STEP_FOUR_ONLY};
static const list_steps kSubtract = {STEP_LESS_BLOCK, STEP_LESS_EIGHT,
                                     STEP_LESS_FOUR, STEP_LESS_FOUR_ONLY};

/* Blocks and a tail; the last block's carry and the tail's stay, the others are kept
 * from place `kept` on. */
static uint32_t* put_list(uint32_t* to, const uint32_t* list, int32_t count,
                          const list_steps* steps, int32_t kept) {
  for (; count >= 16; count -= 16, list += 16) {
    to = move_sixteen(put(to, steps->block), list);
    if (count >= 32) to = put(to, STEP_KEEP_A + kept++);
  }
  if ((count & 8) != 0) {
    to = move_eight(put(to, steps->eight), list);
    list += 8;
    if ((count & 4) == 0) return put(to, STEP_EIGHT_LAST);
    to = put(to, steps->four);
  } else {
    if ((count & 4) == 0) return to;
    to = put(to, steps->four_only);
  }
  return move_four(to, list);
}

/* Makes the carries 0 that lists do not have. */
static uint32_t* put_missing(uint32_t* to, bool has_block, bool has_tail) {
  if (!has_block) to = put(to, STEP_NO_BLOCK);
  return has_tail ? to : put(to, STEP_NO_TAIL);
}

/* A list of any length, for the long way. */
static uint32_t* put_long_list(uint32_t* to, const uint32_t* list,
                               int32_t count, const list_steps* steps) {
  int32_t pairs = 0;
  for (; count >= 32; count -= 32, list += 32) {
    to = move_sixteen(put(to, steps->block), list);
    to = move_sixteen(put(put(to, STEP_KEEP_A), steps->block), list + 16);
    to = put(to, STEP_LONG_TWO);
    if ((++pairs & 3) == 0) to = put(to, STEP_LONG_RIPPLE);
  }
  to = put_list(to, list, count, steps, 0);
  to = put_missing(to, count >= 16, (count & 12) != 0);
  return put(put(to, STEP_LONG_LAST), STEP_LONG_RIPPLE);
}

/* Whether a block follows the last one, or anything the tail, of what is subtracted:
 * their carries are kept. */
static bool keeps_block(sbnn_plane_lists lists) {
  return lists.subtracted >= 16 && lists.added >= 16;
}

static bool keeps_tail(sbnn_plane_lists lists) {
  return (lists.subtracted & 12) != 0 && lists.added != 0;
}

/* Two carries can be kept. */
static bool are_long(sbnn_plane_lists lists) {
  const int32_t blocks = lists.added / 16;
  const int32_t kept = (keeps_block(lists) ? 1 : 0) +
                       (keeps_tail(lists) ? 1 : 0) +
                       (blocks > 0 ? blocks - 1 : 0);
  return lists.subtracted >= 32 || kept > 2;
}

/* Both lists, which are not long; all carries are there. */
static uint32_t* put_lists(uint32_t* to, sbnn_plane_lists lists) {
  const int32_t less = lists.subtracted, more = lists.added;
  int32_t kept = 0;
  if (less != 0) {
    to = put_list(to, lists.subtract, less, &kSubtract, 0);
    if (keeps_block(lists)) to = put(to, STEP_KEEP_A + kept++);
    if (keeps_tail(lists)) to = put(to, STEP_KEEP_TAIL_A + kept++);
  }
  to = put_list(to, lists.add, more, &kAdd, kept);
  return put_missing(to, less >= 16 || more >= 16,
                     ((more != 0 ? more : less) & 12) != 0);
}

int32_t sbnn_plane_program(uint32_t* program, sbnn_plane_lists lists,
                           int32_t slices, bool whole) {
  const int32_t less = lists.subtracted, more = lists.added;
  uint32_t* to = program;
  if ((slices > SBNN_LONG_SLICES && !whole) || are_long(lists)) {
    to = put(to, STEP_LONG);
    if (less != 0) to = put_long_list(to, lists.subtract, less, &kSubtract);
    to = put_long_list(to, lists.add, more, &kAdd);
    put(whole ? to : put(to, STEP_LONG_SIGN), STEP_LONG_END);
    return less;
  }
  if (whole || slices == SBNN_LONG_SLICES) {
    to = put_lists(to, lists);
    if (whole) to = put(to, STEP_WHOLE);
    put(to, whole ? STEP_WHOLE_END : STEP_WIDE_END);
  } else {
    to = put_list(to, lists.add, more, &kAdd, 0);
    if ((more & 12) == 0) to = put(to, STEP_NO_TAIL);
    put(to, slices == 5 ? STEP_SHORT_END : STEP_MIDDLE_END);
  }
  return less;
}

static uint32_t* put_end(uint32_t* to, int32_t step) {
  *to =
      (uint32_t)(uintptr_t)sbnn_end_steps_thumb2 - sbnn_end_steps_thumb2[step];
  return to + 1;
}

/* Where X >= least, which is at least 1. */
static uint32_t* put_chain(uint32_t* to, const sbnn_plane_end* end,
                           uint32_t least) {
  int32_t i = (int32_t)sbnn_trailing_zeros(least);
  if (i == 0) {
    to = put_end(to, END_OR_0);
    *to++ = 0u - 4u * (uint32_t)end->levels;
  } else {
    to = put_end(to, END_OR_1 + i - 1);
  }
  for (++i; i < end->slices - 1; ++i) {
    to = put_end(
        to, ((least >> i) & 1u) != 0u ? END_AND_1 + i - 1 : END_OR_1 + i - 1);
  }
  return to;
}

static void put_cuts(uint32_t* to, const sbnn_plane_end* end, uint32_t y,
                     uint32_t pitch) {
  if (end->planes == 1) {
    to = put_end(to, END_ONE_CUT);
  } else {
    to = put_chain(to, end, (uint32_t)end->up);
    if (end->up != end->down) {
      to = put_chain(put_end(to, END_SECOND), end, (uint32_t)end->down);
      to = put_end(to, END_TWO_CHAINS);
    } else {
      to = put_end(to, END_CUTS);
    }
    *to++ = y;
    y += pitch;
  }
  *to++ = y;
  *to = end->flip;
}

static void put_stream(uint32_t* to, const sbnn_plane_end* end, uint32_t y,
                       uint32_t pitch, uint32_t stream) {
  const int32_t sign = end->slices - 1;
  const uint32_t lowest = y;
  if (end->is_inverted) to = put_end(to, END_OPPOSITE);
  to = put_end(to, sign == 9 ? END_STREAM_8 : END_STREAM);
  for (int32_t i = 0; i < end->planes; ++i) {
    const int32_t slice = end->dropped + i;
    *to++ = stream;
    *to++ = y;
    y += pitch;
    stream += pitch;
    if (slice == 0) {
      to = put_end(to, END_ADD_0);
      *to++ = 0u - 4u * (uint32_t)end->levels;
    } else if (slice < sign) {
      to = put_end(to, END_ADD_1 + (slice == 8 ? 0 : slice - 1));
    } else {
      to = put_end(to, slice == sign ? END_ADD_SIGN : END_EXTEND);
    }
  }
  *to++ = pitch;
  *to++ = lowest;
  to = put_end(to, END_SATURATE);
  put_end(to, END_SATURATE_1 + end->planes - 1);
}

bool sbnn_plane_ends(const sbnn_plane_end* end, sbnn_plane_lists lists) {
  if (end->levels > 2 || end->slices < SBNN_LONG_SLICES + end->levels ||
      end->slices > 10 || are_long(lists)) {
    return false;
  }
  if (end->stream == NULL) {
    return end->planes == 1 ||
           (end->planes == 2 && end->up > 0 && end->down > 0);
  }
  return end->slices - end->dropped <= end->planes &&
         end->planes <= SBNN_END_PLANES &&
         (end->slices < 10 || end->dropped >= 2) &&
         (end->dropped > 0 || !end->is_inverted);
}

int32_t sbnn_plane_end_program(uint32_t* program, sbnn_plane_lists lists,
                               const sbnn_plane_end* end,
                               const uint32_t* planes) {
  const uintptr_t base = (uintptr_t)planes;
  const uint32_t y = (uint32_t)((uintptr_t)end->y - base);
  const uint32_t pitch = 4u * (uint32_t)end->pitch;
  uint32_t* to = put_lists(program, lists);
  to = end->levels == 2 ? put_end(to, END_TWO_LEVELS) : put(to, STEP_WHOLE);
  to = put_end(to, END_SLICES_8 + end->slices - 8);
  if (end->stream == NULL) {
    put_cuts(to, end, y, pitch);
  } else {
    put_stream(to, end, y, pitch, (uint32_t)((uintptr_t)end->stream - base));
  }
  return lists.subtracted;
}

#else

/* Moves a list, whose length is a multiple of 4, towards the front. */
static uint32_t* move_fours(uint32_t* to, const uint32_t* from, int32_t count) {
  uint32_t* const end = to + count;
  while (to != end) {
    const uint32_t a = from[0], b = from[1], c = from[2], d = from[3];
    from += 4;
    to[0] = a;
    to[1] = b;
    to[2] = c;
    to[3] = d;
    to += 4;
  }
  return to;
}

int32_t sbnn_plane_program(uint32_t* program, sbnn_plane_lists lists,
                           int32_t slices, bool whole) {
  uint32_t* to = program + PROGRAM_NUMBERS;
  (void)slices;
  (void)whole;
  program[PROGRAM_SUBTRACTED] = (uint32_t)lists.subtracted;
  program[PROGRAM_ADDED] = (uint32_t)lists.added;
  to = move_fours(to, lists.subtract, lists.subtracted);
  move_fours(to, lists.add, lists.added);
  return 0;
}

#endif /* SBNN_THUMB2 */
