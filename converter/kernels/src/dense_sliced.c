/* Dense layer in the form for speed: 32 units at a time, inactive inputs free.
 *
 * Each input has a word with the weights of 32 units. The sum of the words of
 * those inputs that are +1, bit-sliced (plane_sums.h), counts for each unit the
 * connections c to such inputs; with n connections in all, the unit's sum is
 * 2 c - n. The words of inputs that are -1 are never read. If more than half of
 * the inputs are +1 it is the other way round: the sum over inputs that are -1
 * counts n - c. So a layer never adds more than half of its words.
 *
 * With thresholds T as in starts.h, bit = c + start >= 0, or, counting e = n - c
 * instead, the opposite of e - n - start - 1 >= 0.
 *
 * A signed kernel has words for the opposites of the inputs behind those of the
 * inputs; of each pair one is active. Of activations of k bits the highest plane is
 * added first, and the sum goes up by a slice for each lower one: with c_i on plane
 * i, the sum is 2 (c_0 + 2 c_1 + ...) - (2^k - 1) n. */
#include "hot.h"
#include <stdbool.h>
#include <string.h>

#include "bit_count.h"
#include "bit_slices.h"
#include "carver.h"
#include "dense_variants.h"
#include "dense_window.h"
#include "plane_sums.h"
#include "sbnn/planes.h"
#include "starts.h"
#include "unslice.h"

static int32_t inputs_of(const sbnn_dense_params* p) {
  return p->planes * p->positions;
}

/* Whether each input is a bit, of which only those of the rarer value are added. */
static bool takes_rarer(const sbnn_dense_params* p,
                        const sbnn_connections* kernel) {
  return kernel->is_signed == 0u && p->input_bits <= 1;
}

size_t sbnn_dense_sliced_scratch_bytes(const sbnn_dense_params* p,
                                       const sbnn_connections* kernel) {
  sbnn_carver carver = {NULL, 0};
  const int32_t inputs = inputs_of(p);
  const int32_t most = takes_rarer(p, kernel) ? inputs / 2 + 1 : inputs;
  sbnn_carve(&carver, sbnn_plane_steps(most, false) + most + 3, 4u);
  return sbnn_carved(&carver);
}

/* The bits of word `w` of a plane that are inputs, inverted if `flip` says so. */
SBNN_INLINE uint32_t inputs_in(const sbnn_dense_params* p, int32_t w,
                               uint32_t word, uint32_t flip) {
  const int32_t left = p->positions - 32 * w;
  return (word ^ flip) & (0xFFFFFFFFu >> (left < 32 ? 32 - left : 0));
}

static int32_t count_active(const sbnn_dense_params* p, const uint32_t* x) {
  const int32_t words = sbnn_plane_words(p->positions);
  int32_t count = 0;
  for (int32_t plane = 0; plane < p->planes; ++plane) {
    for (int32_t w = 0; w < words; ++w) {
      count += sbnn_bit_count(inputs_in(p, w, *x++, 0u));
    }
  }
  return count;
}

/* Lists the inputs that are +1, or -1 if `flip` is all ones, as places behind
 * `behind`; `pitch` words are a channel. Returns the list's end. */
SBNN_HOT static uint32_t* list_inputs(const sbnn_dense_params* p,
                                      const uint32_t* x, int32_t pitch,
                                      uint32_t flip, int32_t behind,
                                      uint32_t* list) {
  const int32_t words = sbnn_plane_words(p->positions);
  for (int32_t plane = 0; plane < p->planes; ++plane, x += pitch) {
    for (int32_t w = 0; w < words; ++w) {
      const uint32_t first = (uint32_t)(behind + plane * p->positions + 32 * w);
      uint32_t bits = inputs_in(p, w, x[w], flip);
      while (bits != 0u) {
        *list++ = 4u * (first + sbnn_trailing_zeros(bits));
        bits &= bits - 1u;
      }
    }
  }
  return list;
}

/* The sums over listed words. */
typedef struct {
  int32_t count, slices;
  uint32_t* program; /* the list stands behind it */
  uint32_t* list;
} listed_sums;

static void plan_sums(const listed_sums* sums) {
  const sbnn_plane_lists lists = {.subtract = NULL,
                                  .subtracted = 0,
                                  .add = sums->list,
                                  .added = sums->count,
                                  .zeros = 0};
  sbnn_plane_program(sums->program, lists, sums->slices, true);
}

SBNN_HOT static void sum_listed_words(const listed_sums* sums,
                                      const uint32_t* planes,
                                      const uint32_t* init, uint32_t* out) {
  const sbnn_plane_sums all = {sums->program, &init, sums->slices};
  sbnn_plane_sums_of_words(&all, planes, 1, out, 0);
}

/* What the counters of `count` units start from. `invert` is all ones if inputs
 * of -1 are counted. */
SBNN_NOINLINE void find_unit_starts(const sbnn_dense_params* p,
                                    sbnn_integers thresholds, int32_t first,
                                    const uint32_t* connections, int32_t units,
                                    int32_t window_part, int32_t invert,
                                    int32_t least, int32_t* starts) {
  const int32_t shift = p->domain.shift;
  sbnn_copy_integers(thresholds, first, units, starts);
  for (const int32_t* const end = starts + units; starts != end; ++starts) {
    const int32_t n = (int32_t)*connections++;
    /* Out of reach of any sum, which is below 2^29, but no overflow. */
    int32_t from = *starts;
    from = from > 0x3FFFFFFF ? 0x3FFFFFFF : from;
    from = from < -0x40000000 ? -0x40000000 : from;
    const sbnn_start_rule rule = {window_part - from, shift, shift + 1, -1};
    from = sbnn_start_of(rule, n);
    from = (from ^ invert) - (n & invert);
    from &= from >> 31;
    *starts = from < least ? least : from;
  }
}

/* The general form: 2 c - (2^k - 1) n in whole numbers, all active words added. */
SBNN_HOT static void run_planes(const sbnn_dense_params* p,
                                const sbnn_connections* kernel,
                                const sbnn_output* output, const uint32_t* x,
                                void* y, uint32_t* program) {
  const int32_t inputs = inputs_of(p);
  const int32_t words = sbnn_plane_words(p->positions);
  const int32_t levels = p->input_bits > 1 ? p->input_bits : 1;
  const bool is_signed = kernel->is_signed != 0u;
  const int32_t block = is_signed ? 2 * inputs : inputs;
  const int32_t weight = (1 << levels) - 1;
  const int32_t window_part = sbnn_dense_window_part(p, x);
  const uint32_t* connections = kernel->words + (p->units + 31) / 32 * block;
  listed_sums sums;
  sums.program = program;
  uint32_t* const list = program + sbnn_plane_steps(inputs, false);
  sums.list = list;
  sums.slices = 1 + sbnn_bits_below((uint32_t)(inputs * weight) + 1u);
  if (sums.slices < SBNN_LONG_SLICES) sums.slices = SBNN_LONG_SLICES;
  sbnn_zero_planes(output, 1, y);
  for (int32_t first = 0; first < p->units; first += 32) {
    const uint32_t* planes = kernel->words + first / 32 * block;
    uint32_t sliced[SBNN_MAX_SLICES] = {0};
    int32_t numbers[32];
    for (int32_t level = levels - 1; level >= 0; --level) {
      const uint32_t* bits = x + level * words;
      uint32_t* end = list_inputs(p, bits, levels * words, 0u, 0, list);
      if (is_signed) {
        end = list_inputs(p, bits, levels * words, 0xFFFFFFFFu, inputs, end);
      }
      sbnn_double(sliced, sums.slices);
      sums.count = (int32_t)(end - list);
      plan_sums(&sums);
      sum_listed_words(&sums, planes, sliced, sliced);
    }
    sbnn_unslice(sliced, sums.slices, numbers);
    for (int32_t u = first; u < p->units && u < first + 32; ++u) {
      const int32_t sum =
          2 * numbers[u - first] - weight * (int32_t)connections[u];
      const int32_t total = sum * (1 << p->domain.shift) + window_part;
      sbnn_write_sums(output, u, 0, &total, 1, y);
    }
  }
}

void sbnn_dense_sliced(const sbnn_dense_params* p,
                       const sbnn_connections* kernel,
                       const sbnn_output* output, const uint32_t* x, void* y,
                       void* scratch) {
  const int32_t inputs = inputs_of(p);
  const int32_t shift = p->domain.shift;
  const int32_t window_part = sbnn_dense_window_part(p, x);
  if (!takes_rarer(p, kernel)) {
    run_planes(p, kernel, output, x, y, (uint32_t*)scratch);
    return;
  }
  int32_t count = count_active(p, x);
  const bool ones = count <= inputs / 2;
  if (!ones) count = inputs - count;
  listed_sums sums;
  sums.count = count;
  sums.program = (uint32_t*)scratch;
  uint32_t* const list = sums.program + sbnn_plane_steps(count, false);
  sums.list = list;
  list_inputs(p, x, sbnn_plane_words(p->positions), ones ? 0u : 0xFFFFFFFFu, 0,
              list);
  uint32_t init[SBNN_MAX_SLICES];
  sums.slices = 1 + sbnn_bits_below((uint32_t)count + 1u);
  if (sums.slices < SBNN_LONG_SLICES) sums.slices = SBNN_LONG_SLICES;

  if (output->stage != SBNN_CUTS || output->by.cuts.count > 1) {
    sbnn_zero_planes(output, 1, y);
  }
  plan_sums(&sums);
  const uint32_t* planes = kernel->words;
  const uint32_t* connections = kernel->words + (p->units + 31) / 32 * inputs;
  int32_t numbers[32];
  memset(numbers, 0, sizeof(numbers));
  memset(init, 0, sizeof(init));
  for (int32_t first = 0; first < p->units; first += 32) {
    const int32_t present = p->units - first < 32 ? p->units - first : 32;
    if (output->stage == SBNN_CUTS && output->by.cuts.count == 1) {
      find_unit_starts(p, output->by.cuts.thresholds, first,
                       connections + first, present, window_part, ones ? 0 : -1,
                       -count - 1, numbers);
      sbnn_slice(numbers, sums.slices, init);
      uint32_t* out = (uint32_t*)y + first / 32;
      uint32_t flips = output->by.cuts.flips[first / 32];
      if (!ones) flips = ~flips;
      uint32_t sliced[SBNN_MAX_SLICES];
      sum_listed_words(&sums, planes, init, sliced);
      *out =
          (~sliced[sums.slices - 1] ^ flips) & (0xFFFFFFFFu >> (32 - present));
    } else {
      uint32_t sliced[SBNN_MAX_SLICES];
      sum_listed_words(&sums, planes, init, sliced);
      sbnn_unslice(sliced, sums.slices, numbers);
      for (int32_t u = 0; u < present; ++u) {
        const int32_t n = (int32_t)connections[first + u];
        const int32_t sum = ones ? 2 * numbers[u] - n : n - 2 * numbers[u];
        const int32_t total = sum * (1 << shift) + window_part;
        sbnn_write_sums(output, first + u, 0, &total, 1, y);
      }
    }
    planes += inputs;
  }
}
