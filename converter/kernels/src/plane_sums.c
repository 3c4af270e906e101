/* Carry-save sums of planes, one word of 32 positions at a time.
 *
 * Adding n words to a counter one by one would ripple a carry through all
 * slices n times. Carry-save order instead adds words in pairs, the carries of
 * two pairs as a pair one slice higher, and so on, a tournament: of n words
 * about n/2 additions happen in slice 0, n/4 in slice 1, ... Here the list is
 * taken apart by the binary digits of n: one word, two, four, eight, then
 * sixteen at a time. A digit's carry waits as `pending` for the next digit's,
 * so that the two go up together in one full adder. */
#include "hot.h"
#include <stddef.h>

#include "plane_sums.h"

#include "bit_slices.h"
#include "inline.h"
#include "plane_steps.h"
#include "plane_sums_mve.h"
/* Its names are those of the next one, too. */
#include "plane_ends_thumb2.h"
#include "plane_sums_thumb2.h"

#ifdef SBNN_MVE

/* Makes a program for whole sums one for so many slices. */
SBNN_COLD void set_slices_mve(uint32_t* program, int32_t slices) {
  const uint32_t more = (uint32_t)slices - program[MVE_SLICES];
  uint32_t* const rippled = program + program[MVE_RIPPLED];
  program[MVE_SLICES] += more;
  program[program[MVE_STEPS]] =
      sbnn_sum_steps_mve[MVE_START_4 + slices - MVE_LEAST_SLICES];
  *rippled += more;
  /* Behind it: top, put_top, whole. */
  rippled[4] = sbnn_sum_steps_mve[MVE_WHOLE_4 + slices - MVE_LEAST_SLICES];
}

/* Moves the program's addresses from where its last run has left them. */
SBNN_HOT SBNN_NOINLINE void run_program_mve(const sbnn_plane_sums* sums,
                                            const uint32_t* planes,
                                            int32_t words, uint32_t* y,
                                            int32_t pitch) {
  uint32_t* const program = sums->program;
  const uint32_t base = (uint32_t)(uintptr_t)planes;
  const sbnn_mve_sums all = {program + MVE_HEADER,
                             program + program[MVE_STEPS],
                             sums->init,
                             y,
                             words,
                             (int32_t)(program[MVE_LISTED] >> 1),
                             base - program[MVE_BASE],
                             4 * pitch};
  program[MVE_BASE] = base + 16u * (((uint32_t)words + 3u) / 4u);
  sbnn_sum_words_mve(&all);
}

SBNN_INLINE bool is_mve(const sbnn_plane_sums* sums) {
  return (sums->program[MVE_LISTED] & 1u) != 0u;
}

#endif

#ifdef SBNN_THUMB2

SBNN_HOT SBNN_NOINLINE void run_program(const sbnn_plane_sums* sums,
                                        const uint32_t* planes, int32_t words,
                                        const uint32_t* y, uint32_t* out,
                                        int32_t pitch, int32_t level_words) {
  const uintptr_t base = (uintptr_t)planes;
  uint32_t* const operands = (uint32_t*)(uintptr_t)sums->program[0];
  const word_sums all = {sums->program + 1,
                         (uintptr_t)sums->init - base,
                         (uintptr_t)y - base,
                         planes + words,
                         planes,
                         out,
                         4 * pitch,
                         sums->slices - 7,
                         4 * (sums->slices - 1),
                         4u * (uint32_t)level_words};
  operands[0] = (uint32_t)all.init;
  operands[1] = (uint32_t)all.y;
  operands[2] = (uint32_t)(uintptr_t)all.end;
  sbnn_sum_words_thumb2(all);
}

SBNN_HOT void sbnn_plane_run(const sbnn_plane_sums* sums,
                             const uint32_t* planes, int32_t words,
                             int32_t level_words) {
  run_program(sums, planes, words, planes, NULL, 0, level_words);
}

SBNN_HOT void sbnn_plane_signs(const sbnn_plane_sums* sums,
                               const uint32_t* planes, int32_t words,
                               uint32_t* y) {
#ifdef SBNN_MVE
  if (is_mve(sums)) {
    run_program_mve(sums, planes, words, y, 0);
    return;
  }
#endif
  uint32_t slices[SBNN_MAX_SLICES];
  run_program(sums, planes, words, y, slices, 0, 0);
}

SBNN_HOT void sbnn_plane_sums_of_words(const sbnn_plane_sums* sums,
                                       const uint32_t* planes, int32_t words,
                                       uint32_t* out, int32_t pitch) {
#ifdef SBNN_MVE
  if (is_mve(sums)) {
    if (sums->slices != (int32_t)sums->program[MVE_SLICES]) {
      set_slices_mve(sums->program, sums->slices);
    }
    run_program_mve(sums, planes, words, out, pitch);
    return;
  }
#endif
  run_program(sums, planes, words, out, out, pitch, 0);
}

#else

typedef struct {
  uint32_t one, two, four, eight, sixteen, s32, s64;
} counter;

SBNN_INLINE uint32_t word_at(const uint32_t* planes, uint32_t offset) {
  return *(const uint32_t*)(const void*)((const char*)planes + offset);
}

/* The four words in front of *at, which moves there, into slice 0. */
SBNN_INLINE sbnn_carry_pair add_four(uint32_t* one, const uint32_t* planes,
                                     const uint32_t** at) {
  *at -= 4;
  const uint32_t a = word_at(planes, (*at)[0]), b = word_at(planes, (*at)[1]);
  const uint32_t c = word_at(planes, (*at)[2]), d = word_at(planes, (*at)[3]);
  return sbnn_add_two_pairs(one, a, a ^ b, c, c ^ d);
}

/* Eight words into slices 0 and 1. */
SBNN_INLINE sbnn_carry_pair add_eight(uint32_t* one, uint32_t* two,
                                      const uint32_t* planes,
                                      const uint32_t** at) {
  const sbnn_carry_pair a = add_four(one, planes, at);
  const sbnn_carry_pair b = add_four(one, planes, at);
  return sbnn_add_two_pairs(two, a.first, a.differ, b.first, b.differ);
}

/* A carry into slice 4 and whatever follows from it. */
SBNN_INLINE void add_sixteen(counter* sum, int32_t slices, uint32_t carry) {
  carry = sbnn_half_add(&sum->sixteen, carry);
  if (slices > 5) carry = sbnn_half_add(&sum->s32, carry);
  if (slices > 6) sum->s64 ^= carry; /* nothing lies above */
}

/* A word into slice 0. */
SBNN_INLINE void add_one(counter* sum, uint32_t carry, int32_t slices) {
  carry = sbnn_half_add(&sum->one, carry);
  carry = sbnn_half_add(&sum->two, carry);
  carry = sbnn_half_add(&sum->four, carry);
  add_sixteen(sum, slices, sbnn_half_add(&sum->eight, carry));
}

/* The listed words into `sum`. The list is read from its end. */
SBNN_INLINE void add_all(counter* sum, const uint32_t* planes,
                         const uint32_t* list, int32_t count, int32_t slices) {
  const uint32_t* at = list + count;
  for (; (count & 3) != 0; --count) {
    add_one(sum, word_at(planes, *--at), slices);
  }
  uint32_t one = sum->one, two = sum->two, four = sum->four, eight = sum->eight;
  uint32_t pending = 0;
  if ((count & 4) != 0) {
    const sbnn_carry_pair a = add_four(&one, planes, &at);
    const uint32_t carry = sbnn_add_pair(&two, a.first, a.differ);
    pending = sbnn_half_add(&four, carry);
  }
  if ((count & 8) != 0) {
    const sbnn_carry_pair a = add_eight(&one, &two, planes, &at);
    const uint32_t carry = sbnn_add_pair(&four, a.first, a.differ);
    pending = sbnn_full_add(&eight, carry, pending);
  } else {
    pending = sbnn_half_add(&eight, pending);
  }
  add_sixteen(sum, slices, pending);
  while (at != list) {
    const sbnn_carry_pair a = add_eight(&one, &two, planes, &at);
    const sbnn_carry_pair b = add_eight(&one, &two, planes, &at);
    const sbnn_carry_pair c =
        sbnn_add_two_pairs(&four, a.first, a.differ, b.first, b.differ);
    add_sixteen(sum, slices, sbnn_add_pair(&eight, c.first, c.differ));
  }
  sum->one = one;
  sum->two = two;
  sum->four = four;
  sum->eight = eight;
}

SBNN_INLINE void load(counter* sum, const uint32_t* init, int32_t slices) {
  sum->one = init[0];
  sum->two = init[1];
  sum->four = init[2];
  sum->eight = init[3];
  sum->sixteen = init[4];
  sum->s32 = slices > 5 ? init[5] : 0u;
  sum->s64 = slices > 6 ? init[6] : 0u;
}

SBNN_INLINE void invert(counter* sum) {
  sum->one = ~sum->one;
  sum->two = ~sum->two;
  sum->four = ~sum->four;
  sum->eight = ~sum->eight;
  sum->sixteen = ~sum->sixteen;
  sum->s32 = ~sum->s32;
  sum->s64 = ~sum->s64;
}

/* To subtract, a sum is inverted, which makes -sum - 1 of it, added to, and
 * inverted again. */
SBNN_INLINE void signs(const sbnn_plane_sums* sums, int32_t slices,
                       const uint32_t* planes, int32_t words, uint32_t* y) {
  const int32_t less = (int32_t)sums->program[PROGRAM_SUBTRACTED];
  const uint32_t* const add = sums->program + PROGRAM_NUMBERS + less;
  const uint32_t* const* init = sums->init;
  const uint32_t* const end = y + words;
  do {
    counter sum;
    const uint32_t* list = add;
    int32_t count = (int32_t)sums->program[PROGRAM_ADDED];
    load(&sum, *init++, slices);
    if (less != 0) {
      list -= less;
      count = less;
      invert(&sum);
    }
    for (;;) {
      add_all(&sum, planes, list, count, slices);
      if (list == add) break;
      list = add;
      count = (int32_t)sums->program[PROGRAM_ADDED];
      invert(&sum);
    }
    ++planes;
    *y++ = slices == 5 ? sum.sixteen : slices == 6 ? sum.s32 : sum.s64;
  } while (y != end);
}

/* As many words as seven slices can count, then these seven into the wide sum.
 * Rippling through all slices every 16 words costs more. */
enum { WORDS_IN_SEVEN = 112 };

SBNN_HOT SBNN_NOINLINE void add_long(const uint32_t* planes,
                                     const uint32_t* list, int32_t count,
                                     int32_t slices, uint32_t* sum) {
  while (count > 0) {
    const int32_t some = count < WORDS_IN_SEVEN ? count : WORDS_IN_SEVEN;
    counter part = {0, 0, 0, 0, 0, 0, 0};
    add_all(&part, planes, list, some, SBNN_LONG_SLICES);
    uint32_t carry = sbnn_half_add(&sum[0], part.one);
    carry = sbnn_full_add(&sum[1], part.two, carry);
    carry = sbnn_full_add(&sum[2], part.four, carry);
    carry = sbnn_full_add(&sum[3], part.eight, carry);
    carry = sbnn_full_add(&sum[4], part.sixteen, carry);
    carry = sbnn_full_add(&sum[5], part.s32, carry);
    carry = sbnn_full_add(&sum[6], part.s64, carry);
    for (int32_t k = SBNN_LONG_SLICES; k < slices; ++k) {
      carry = sbnn_half_add(&sum[k], carry);
    }
    list += some;
    count -= some;
  }
}

SBNN_HOT static void sum_slices(const sbnn_plane_sums* sums,
                                const uint32_t* planes, int32_t word,
                                uint32_t* out) {
  const uint32_t* list = sums->program + PROGRAM_NUMBERS;
  const int32_t less = (int32_t)sums->program[PROGRAM_SUBTRACTED];
  const uint32_t* init = sums->init[word];
  const uint32_t flip = less > 0 ? 0xFFFFFFFFu : 0u;
  for (int32_t k = 0; k < sums->slices; ++k) out[k] = init[k] ^ flip;
  if (less > 0) {
    add_long(planes, list, less, sums->slices, out);
    for (int32_t k = 0; k < sums->slices; ++k) out[k] = ~out[k];
  }
  add_long(planes, list + less, (int32_t)sums->program[PROGRAM_ADDED],
           sums->slices, out);
}

SBNN_HOT void sbnn_plane_signs(const sbnn_plane_sums* sums,
                               const uint32_t* planes, int32_t words,
                               uint32_t* y) {
  if (sums->slices == 5) {
    signs(sums, 5, planes, words, y);
  } else if (sums->slices == 6) {
    signs(sums, 6, planes, words, y);
  } else if (sums->slices == 7) {
    signs(sums, 7, planes, words, y);
  } else {
    uint32_t sum[SBNN_MAX_SLICES];
    for (int32_t w = 0; w < words; ++w) {
      sum_slices(sums, planes + w, w, sum);
      y[w] = sum[sums->slices - 1];
    }
  }
}

SBNN_HOT void sbnn_plane_sums_of_words(const sbnn_plane_sums* sums,
                                       const uint32_t* planes, int32_t words,
                                       uint32_t* out, int32_t pitch) {
  for (int32_t w = 0; w < words; ++w, out += pitch) {
    sum_slices(sums, planes + w, w, out);
  }
}

#endif /* SBNN_THUMB2 */
