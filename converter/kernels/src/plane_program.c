/* Lists of planes as programs, in the form that the core likes best (plane_sums.h). */
#include "hot.h"

#include <stddef.h>

#include "inline.h"
#include "plane_program_mve.h"
#include "plane_steps.h"
#include "plane_sums.h"

#ifdef SBNN_THUMB2

SBNN_INLINE uint32_t address_of(int32_t step) {
  return (uint32_t)(uintptr_t)sbnn_sum_steps_thumb2 -
         sbnn_sum_steps_thumb2[step];
}

static uint32_t* put(uint32_t* to, int32_t step) {
  *to = address_of(step);
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

SBNN_INLINE uint32_t* move_twelve(uint32_t* to, const uint32_t* from) {
  __asm__ volatile(
      "ldmia %1!, {r4, r5, r6, r8, r9, r10}\n\t"
      "stmia %0!, {r4, r5, r6, r8, r9, r10}\n\t"
      "ldmia %1!, {r4, r5, r6, r8, r9, r10}\n\t"
      "stmia %0!, {r4, r5, r6, r8, r9, r10}"
      : "+r"(to), "+r"(from)
      :
      : "r4", "r5", "r6", "r8", "r9", "r10", "memory");
  return to;
}

/* Where fours stand: four places of a block, the tail's pair and what is behind it, a tail of one
 * four. The steps of what is added in the tail, and those of what is subtracted in all places, the
 * second if there are two. */
enum { PLACE_TAIL = 4, PLACE_ONLY = 7 };
static const int8_t kAdded[] = {STEP_FIRST, STEP_TAIL_SECOND, STEP_TAIL_LAST,
                                STEP_TAIL_ONLY};
static const int8_t kLess[][2] = {
    {STEP_LESS_FIRST, STEP_NONE},      {STEP_LESS, STEP_SECOND_ADDED},
    {STEP_LESS_FIRST, STEP_NONE},      {STEP_LESS, STEP_FOURTH_ADDED},
    {STEP_LESS_FIRST, STEP_NONE},      {STEP_LESS, STEP_TAIL_SECOND_ADDED},
    {STEP_LESS, STEP_TAIL_LAST_ADDED}, {STEP_LESS_FIRST, STEP_NONE}};

/* Place of four `i` of `count`. */
SBNN_INLINE int32_t place_of(int32_t i, int32_t count) {
  const int32_t place = i & 3;
  if (i < (count & ~3)) return place;
  return place + ((count & 2) != 0 ? PLACE_TAIL : PLACE_ONLY);
}

/* What is done with the carries of `blocks` blocks between the offsets behind them and the step
 * that takes those. */
static uint32_t* put_between(uint32_t* to, int32_t blocks, bool is_long,
                             bool is_tail) {
  if (!is_long) {
    return blocks == 0 || is_tail ? to : put(to, STEP_KEEP_A + blocks - 1);
  }
  if (blocks == 0) return put(to, STEP_LONG);
  if ((blocks & 1) != 0) return is_tail ? to : put(to, STEP_KEEP_A);
  to = put(to, STEP_LONG_TWO);
  return (blocks & 7) == 0 ? put(to, STEP_LONG_RIPPLE) : to;
}

/* Blocks `block` to `behind`, of sixteen that are added, each. */
SBNN_NOINLINE uint32_t* put_blocks(uint32_t* to, const uint32_t* list,
                                   int32_t block, int32_t behind,
                                   bool is_long) {
  const uint32_t step = address_of(STEP_BLOCK);
  for (; block != behind; ++block, list += 16) {
    to = move_four(to, list);
    if (block != 0 || is_long) to = put_between(to, block, is_long, false);
    *to++ = step;
    to = move_twelve(to, list + 4);
  }
  return to;
}

/* More carries than those of a block and a tail can be kept of two blocks. */
enum { MOST_FOURS = 15 };

static bool are_long(const sbnn_plane_lists* lists) {
  return lists->subtracted + lists->added > 4 * MOST_FOURS;
}

/* Both lists: what is over, which is taken from their ends, then the fours that are subtracted,
 * then those that are added. Behind them is room for the operands of the word's end, of which the
 * program's first word says where it is. All carries are there, but for what sums of five slices need no
 * block for. Returns whether there may be more than two. */
static bool put_lists(uint32_t** program, const sbnn_plane_lists* lists,
                      bool is_long, bool is_short) {
  const uint32_t* less = lists->subtract;
  const uint32_t* more = lists->add;
  const uint32_t* const less_end = less + (lists->subtracted & ~3);
  const uint32_t* first = NULL;
  int32_t first_step = STEP_NONE;
  const int32_t count = (lists->subtracted + lists->added + 3) / 4;
  if ((lists->subtracted & 3) != 0) {
    /* Filled up with what is added, and that with zeros. */
    uint32_t* from = lists->add + lists->added;
    uint32_t* to = lists->subtract + lists->subtracted;
    first = less_end;
    first_step = STEP_MIXED_1 - 1 + (lists->subtracted & 3);
    for (; to != first + 4; ++to) *to = from == more ? lists->zeros : *--from;
    for (; ((from - more) & 3) != 0; ++from) *from = lists->zeros;
  } else if ((lists->added & 3) != 0) {
    first = more + (lists->added & ~3);
    first_step = STEP_ONE - 1 + (lists->added & 3);
  }
  const int32_t blocks = count / 4;
  uint32_t* to = *program + 1;
  int32_t i = 0;
  if (first != NULL) {
    to = move_four(to, first);
    if (is_long) to = put(to, STEP_LONG);
    to = put(to, first_step);
    ++i;
  }
  for (; less != less_end; less += 4, ++i) {
    const int8_t* steps = kLess[place_of(i, count)];
    to = move_four(to, less);
    if ((i & 3) == 0) to = put_between(to, i / 4, is_long, i >= 4 * blocks);
    to = put(to, steps[0]);
    if (steps[1] != STEP_NONE) to = put(to, steps[1]);
  }
  if (i < 4 * blocks && (i & 3) != 0) { /* goes on by itself */
    to = put(move_four(to, more), STEP_BLOCK + (i & 3));
    for (more += 4; (++i & 3) != 0; more += 4) to = move_four(to, more);
  }
  if (i < 4 * blocks) {
    to = put_blocks(to, more, i / 4, blocks, is_long);
    more += 4 * (4 * blocks - i);
    i = 4 * blocks;
  }
  for (; i != count; ++i, more += 4) {
    to = move_four(to, more);
    if ((i & 3) == 0) to = put_between(to, blocks, is_long, true);
    to = put(to, kAdded[(i & 3) + ((count & 2) != 0 ? 0 : 3)]);
  }
  if ((count & 3) == 1 && more == lists->add) {
    to = put(to + 4, STEP_TAIL_FIRST_LAST); /* which takes no offsets */
  }
  **program = (uint32_t)(uintptr_t)to;
  to += 4;
  const int32_t in_tail = count & 3;
  if (in_tail == 0) to = put_between(to, blocks, is_long, true);
  if (in_tail == 2) to = put(to, STEP_TAIL_SECOND_LAST);
  if (is_long ? (blocks & 1) == 0 : blocks == 0 && !is_short) {
    to = put(to, STEP_NO_BLOCK);
  }
  const bool is_kept = blocks == 2 && !is_long;
  if (in_tail == 0) to = put(to, is_kept ? STEP_FETCH_A : STEP_NO_TAIL);
  *program = to;
  return blocks > 2 || (is_kept && in_tail != 0);
}

int32_t sbnn_plane_program(uint32_t* program, sbnn_plane_lists lists,
                           int32_t slices, bool whole) {
#ifdef SBNN_MVE
  if (suits_mve(&lists, slices, whole)) {
    return put_program_mve(program, lists, slices, whole);
  }
#endif
  const bool is_long =
      (slices > SBNN_LONG_SLICES && !whole) || are_long(&lists);
  uint32_t* to = program;
  const bool four = put_lists(&to, &lists, is_long, slices == 5);
  if (is_long) {
    to = put(put(to, STEP_LONG_LAST), STEP_LONG_RIPPLE);
    put(whole ? to : put(to, STEP_LONG_SIGN), STEP_LONG_END);
  } else if (whole) {
    put(put(to, four ? STEP_WHOLE_4 : STEP_WHOLE_2), STEP_WHOLE_END);
  } else if (slices == SBNN_LONG_SLICES) {
    put(to, four ? STEP_WIDEST_END : STEP_WIDE_END);
  } else {
    put(to, slices == 5 ? STEP_SHORT_END : STEP_MIDDLE_END);
  }
  return lists.subtracted;
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
  const uint32_t* stop = to + 3 * end->planes;
  int32_t slice = end->dropped;
  for (; to < stop; ++slice) {
    to[0] = stream;
    to[1] = y;
    y += pitch;
    stream += pitch;
    to = put_end(to + 2, slice < sign    ? END_ADD_0 + slice
                         : slice == sign ? END_ADD_SIGN
                                         : END_EXTEND);
    if (slice == 0) {
      *to++ = 0u - 4u * (uint32_t)end->levels;
      ++stop;
    }
  }
  *to++ = pitch;
  *to++ = lowest - (SBNN_END_PLANES - (uint32_t)end->planes) * pitch;
  to = put_end(to, END_SATURATE);
  put_end(to, END_SATURATE_1 + end->planes - 1);
}

bool sbnn_plane_ends(const sbnn_plane_end* end, sbnn_plane_lists lists) {
#ifdef SBNN_MVE
  /* Whole sums take a quarter of the instructions, which outweighs their ends. */
  if (suits_mve(&lists, end->slices, true)) return false;
#endif
  if (end->levels > 2 || end->slices < SBNN_LONG_SLICES + end->levels ||
      end->slices > 10 || are_long(&lists)) {
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
  uint32_t* to = program;
  const bool four = put_lists(&to, &lists, false, false);
  if (end->levels == 2) {
    to = put_end(to, END_START_LEVEL);
    to = put(to, four ? STEP_WHOLE_4_FROM : STEP_WHOLE_2_FROM);
    to = put_end(to, END_TWO_LEVELS);
  } else {
    to = put(to, four ? STEP_WHOLE_4 : STEP_WHOLE_2);
  }
  to = put_end(to, END_SLICES_8 + end->slices - 8);
  if (end->stream == NULL) {
    put_cuts(to, end, y, pitch);
  } else {
    put_stream(to, end, y, pitch, (uint32_t)((uintptr_t)end->stream - base));
  }
  return lists.subtracted;
}

#else

/* Moves a list towards the front. */
static uint32_t* move_words(uint32_t* to, const uint32_t* from, int32_t count) {
  uint32_t* const end = to + count;
  while (to != end) *to++ = *from++;
  return to;
}

int32_t sbnn_plane_program(uint32_t* program, sbnn_plane_lists lists,
                           int32_t slices, bool whole) {
  uint32_t* to = program + PROGRAM_NUMBERS;
  (void)slices;
  (void)whole;
  program[PROGRAM_SUBTRACTED] = (uint32_t)lists.subtracted;
  program[PROGRAM_ADDED] = (uint32_t)lists.added;
  to = move_words(to, lists.subtract, lists.subtracted);
  move_words(to, lists.add, lists.added);
  return 0;
}

#endif /* SBNN_THUMB2 */
