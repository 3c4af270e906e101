/* Sums of planes: programs for lists of any length, with and without words that are subtracted,
 * run more than once on other planes, beside additions bit by bit. */
#include "../../converter/kernels/src/plane_sums.h"

#include <string.h>

#include "support.h"

enum { PLANES = 24, ZEROS = 0 };

/* Numbers of a case. */
typedef struct {
  int32_t words, less, add, slices;
  bool whole;
} sizes;

static sizes random_sizes(void) {
  sizes s;
  s.words = random_in(1, 40);
  s.less = random_in(0, 2) == 0 ? random_in(1, 70) : 0;
  s.add = random_in(0, PICK(5, 40, 70, 300));
  s.whole = random_in(0, 1) != 0;
  const int32_t count = s.less + s.add + 3;
  s.slices = 5;
  while ((1 << (s.slices - 1)) <= count) ++s.slices;
  if (s.whole || s.slices > 6) s.slices += random_in(0, 4);
  if (s.whole && s.slices < SBNN_LONG_SLICES) s.slices = SBNN_LONG_SLICES;
  return s;
}

/* A list of byte offsets of planes, of which the first one is zeros. */
static void fill_list(uint32_t* list, int32_t count, int32_t words) {
  for (int32_t i = 0; i < count; ++i) {
    list[i] = 4u * (uint32_t)(words * random_in(ZEROS + 1, PLANES - 1));
  }
}

static int32_t bit_of(const uint32_t* planes, uint32_t offset, int32_t at) {
  return (int32_t)((planes[offset / 4u + (uint32_t)(at / 32)] >> (at % 32)) &
                   1u);
}

static bool sums_case(void) {
  const sizes s = random_sizes();
  const int32_t count = s.less + s.add;
  const int32_t room = (count + 6) & ~3;
  const int32_t steps = sbnn_plane_steps(room, s.less > 0);
  const int32_t behind = 4 + (s.whole ? SBNN_END_ROOM : 0);
  uint32_t* program = (uint32_t*)allocate(4u * (size_t)(steps + room + behind));
  uint32_t* first = program + steps;
  uint32_t* others = (uint32_t*)allocate(4u * (size_t)room);
  uint32_t* kept = (uint32_t*)allocate(4u * (size_t)room);
  fill_list(kept, count, s.words);
  memcpy(first, kept, 4u * (size_t)(s.less > 0 ? s.less : s.add));
  memcpy(others, kept + s.less, 4u * (size_t)s.add);

  uint32_t* planes = (uint32_t*)allocate(4u * (size_t)(PLANES * s.words));
  const uint32_t** init =
      (const uint32_t**)allocate((size_t)s.words * sizeof(const uint32_t*));
  uint32_t* starts = (uint32_t*)allocate(4u * (size_t)(s.words * s.slices));
  for (int32_t w = 0; w < s.words; ++w) {
    init[w] = starts + random_in(0, s.words - 1) * s.slices;
  }
  for (int32_t i = 0; i < s.words * s.slices; ++i) starts[i] = random_word();
  uint32_t* found =
      (uint32_t*)allocate(4u * (size_t)(s.words * (s.whole ? s.slices : 1)));

  sbnn_plane_lists lists = {.subtract = first,
                            .subtracted = s.less,
                            .add = s.less > 0 ? others : first,
                            .added = s.add,
                            .zeros = ZEROS};
#ifdef SBNN_MVE
  lists.words = s.words;
  lists.planes = random_in(0, 1) != 0 ? planes : NULL;
#endif
  const int32_t lower = sbnn_plane_program(program, lists, s.slices, s.whole);
  const sbnn_plane_sums sums = {program, init, s.slices};
  for (int32_t run = 0; run < 2; ++run) {
    for (int32_t i = 0; i < PLANES * s.words; ++i) {
      planes[i] = i < s.words ? 0u : random_word();
    }
    if (s.whole) {
      sbnn_plane_sums_of_words(&sums, planes, s.words, found, s.slices);
    } else {
      sbnn_plane_signs(&sums, planes, s.words, found);
    }
    for (int32_t at = 0; at < 32 * s.words; ++at) {
      int32_t sum = lower;
      for (int32_t k = 0; k < s.slices; ++k) {
        sum += (int32_t)((init[at / 32][k] >> (at % 32)) & 1u) << k;
      }
      for (int32_t i = 0; i < count; ++i) {
        const int32_t bit = bit_of(planes, kept[i], at);
        sum += i < s.less ? -bit : bit;
      }
      for (int32_t k = s.whole ? 0 : s.slices - 1; k < s.slices; ++k) {
        const uint32_t word = found[s.whole ? at / 32 * s.slices + k : at / 32];
        if (((word >> (at % 32)) & 1u) != (((uint32_t)sum >> k) & 1u)) {
          return false;
        }
      }
    }
  }
  return true;
}

int main(void) { return RUN_CASES(60, 300, {"sums of planes", sums_case}); }
