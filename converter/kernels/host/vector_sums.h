/* Carry-save sums of planes, `n` (1 or 2) vectors at a time, the second `apart` bytes
 * behind the first: its neighbour, or what is worth twice as much at the same
 * positions. The scheme is that of src/plane_sums.c. A round for each width: see
 * vector_adders.h. */

typedef struct {
  SBNN_V one[2], two[2], four[2], eight[2], sixteen[2];
  SBNN_V s32[2], s64[2], s128[2], s256[2], s512[2];
} SBNN_NAME(counter);

/* Two listed vectors of each word. */
#define SBNN_TWO(at, w)                             \
  SBNN_NAME(pair_of)                                \
  (SBNN_NAME(fetch)(planes + (w)*apart + list[at]), \
   SBNN_NAME(fetch)(planes + (w)*apart + list[(at) + 1]))

SBNN_INLINE SBNN_NAME(pair)
    SBNN_NAME(add_four)(SBNN_V* one, const uint8_t* planes, int64_t apart,
                        const uint32_t* list, int32_t w) {
  return SBNN_NAME(add_two_pairs)(one, SBNN_TWO(0, w), SBNN_TWO(2, w));
}

SBNN_INLINE SBNN_NAME(pair)
    SBNN_NAME(add_eight)(SBNN_V* one, SBNN_V* two, const uint8_t* planes,
                         int64_t apart, const uint32_t* list, int32_t w) {
  const SBNN_NAME(pair) a = SBNN_NAME(add_four)(one, planes, apart, list, w);
  const SBNN_NAME(pair) b =
      SBNN_NAME(add_four)(one, planes, apart, list + 4, w);
  return SBNN_NAME(add_two_pairs)(two, a, b);
}

SBNN_INLINE void SBNN_NAME(load_counter)(SBNN_NAME(counter) * sum,
                                         const uint8_t* const* start,
                                         int32_t slices, int32_t n) {
  for (int32_t w = 0; w < n; ++w) {
    const uint8_t* from = start[w];
    sum->one[w] = SBNN_NAME(load)(from);
    sum->two[w] = SBNN_NAME(load)(from + SBNN_VECTOR_BYTES);
    sum->four[w] = SBNN_NAME(load)(from + 2 * SBNN_VECTOR_BYTES);
    sum->eight[w] = SBNN_NAME(load)(from + 3 * SBNN_VECTOR_BYTES);
    sum->sixteen[w] = SBNN_NAME(load)(from + 4 * SBNN_VECTOR_BYTES);
    sum->s32[w] = sum->s64[w] = sum->s128[w] = SBNN_NAME(all)(0u);
    sum->s256[w] = sum->s512[w] = SBNN_NAME(all)(0u);
    if (slices > 5) {
      sum->s32[w] = SBNN_NAME(load)(from + 5 * SBNN_VECTOR_BYTES);
    }
    if (slices > 6) {
      sum->s64[w] = SBNN_NAME(load)(from + 6 * SBNN_VECTOR_BYTES);
    }
    if (slices > 7) {
      sum->s128[w] = SBNN_NAME(load)(from + 7 * SBNN_VECTOR_BYTES);
    }
    if (slices > 8) {
      sum->s256[w] = SBNN_NAME(load)(from + 8 * SBNN_VECTOR_BYTES);
    }
    if (slices > 9) {
      sum->s512[w] = SBNN_NAME(load)(from + 9 * SBNN_VECTOR_BYTES);
    }
  }
}

SBNN_INLINE void SBNN_NAME(invert)(SBNN_NAME(counter) * sum, int32_t slices,
                                   int32_t n) {
  for (int32_t w = 0; w < n; ++w) {
    sum->one[w] = ~sum->one[w];
    sum->two[w] = ~sum->two[w];
    sum->four[w] = ~sum->four[w];
    sum->eight[w] = ~sum->eight[w];
    sum->sixteen[w] = ~sum->sixteen[w];
    if (slices > 5) sum->s32[w] = ~sum->s32[w];
    if (slices > 6) sum->s64[w] = ~sum->s64[w];
    if (slices > 7) sum->s128[w] = ~sum->s128[w];
    if (slices > 8) sum->s256[w] = ~sum->s256[w];
    if (slices > 9) sum->s512[w] = ~sum->s512[w];
  }
}

/* Adds the listed vectors, for `n` words, to sums of five
 * to ten slices. */
SBNN_INLINE void SBNN_NAME(add_some)(SBNN_NAME(counter) * sum,
                                     const uint8_t* planes, int64_t apart,
                                     const uint32_t* list, int32_t count,
                                     int32_t slices, int32_t n) {
  const uint32_t* const end = list + count;
  SBNN_V pending[2];
  for (int32_t w = 0; w < n; ++w) pending[w] = SBNN_NAME(all)(0u);
  if ((count & 1) != 0) {
    for (int32_t w = 0; w < n; ++w) {
      pending[w] = SBNN_NAME(half_add)(
          &sum->one[w], SBNN_NAME(load)(planes + w * apart + list[0]));
    }
    ++list;
  }
  if ((count & 2) != 0) {
    for (int32_t w = 0; w < n; ++w) {
      const SBNN_V carry = SBNN_NAME(add_pair)(&sum->one[w], SBNN_TWO(0, w));
      pending[w] = SBNN_NAME(full_add)(&sum->two[w], carry, pending[w]);
    }
    list += 2;
  } else {
    for (int32_t w = 0; w < n; ++w) {
      pending[w] = SBNN_NAME(half_add)(&sum->two[w], pending[w]);
    }
  }
  if ((count & 4) != 0) {
    for (int32_t w = 0; w < n; ++w) {
      const SBNN_V carry = SBNN_NAME(add_pair)(
          &sum->two[w],
          SBNN_NAME(add_four)(&sum->one[w], planes, apart, list, w));
      pending[w] = SBNN_NAME(full_add)(&sum->four[w], carry, pending[w]);
    }
    list += 4;
  } else {
    for (int32_t w = 0; w < n; ++w) {
      pending[w] = SBNN_NAME(half_add)(&sum->four[w], pending[w]);
    }
  }
  if ((count & 8) != 0) {
    for (int32_t w = 0; w < n; ++w) {
      const SBNN_V carry = SBNN_NAME(add_pair)(
          &sum->four[w], SBNN_NAME(add_eight)(&sum->one[w], &sum->two[w],
                                              planes, apart, list, w));
      pending[w] = SBNN_NAME(full_add)(&sum->eight[w], carry, pending[w]);
    }
    list += 8;
  } else {
    for (int32_t w = 0; w < n; ++w) {
      pending[w] = SBNN_NAME(half_add)(&sum->eight[w], pending[w]);
    }
  }
  for (;;) {
    for (int32_t w = 0; w < n; ++w) {
      SBNN_V carry = SBNN_NAME(half_add)(&sum->sixteen[w], pending[w]);
      if (slices > 5) carry = SBNN_NAME(half_add)(&sum->s32[w], carry);
      if (slices > 6) carry = SBNN_NAME(half_add)(&sum->s64[w], carry);
      if (slices > 7) carry = SBNN_NAME(half_add)(&sum->s128[w], carry);
      if (slices > 8) carry = SBNN_NAME(half_add)(&sum->s256[w], carry);
      if (slices > 9) sum->s512[w] ^= carry; /* nothing lies above */
    }
    if (list == end) break;
    for (int32_t w = 0; w < n; ++w) {
      const SBNN_NAME(pair) a = SBNN_NAME(add_eight)(&sum->one[w], &sum->two[w],
                                                     planes, apart, list, w);
      const SBNN_NAME(pair) b = SBNN_NAME(add_eight)(
          &sum->one[w], &sum->two[w], planes, apart, list + 8, w);
      pending[w] = SBNN_NAME(add_pair)(
          &sum->eight[w], SBNN_NAME(add_two_pairs)(&sum->four[w], a, b));
    }
    list += 16;
  }
}

/* Adds the listed vectors, of which the first `negatives` subtract. */
SBNN_INLINE void SBNN_NAME(add_listed)(SBNN_NAME(counter) * sum,
                                       const uint8_t* planes, int64_t apart,
                                       const uint32_t* list, int32_t negatives,
                                       int32_t count, int32_t slices,
                                       int32_t n) {
  bool subtracts = negatives != 0;
  int32_t some = subtracts ? negatives : count;
  if (subtracts) SBNN_NAME(invert)(sum, slices, n);
  for (;;) {
    SBNN_NAME(add_some)(sum, planes, apart, list, some, slices, n);
    if (!subtracts) break;
    SBNN_NAME(invert)(sum, slices, n);
    subtracts = false;
    list += negatives;
    some = count - negatives;
  }
}

/* start + the listed vectors. */
SBNN_INLINE void SBNN_NAME(add_all)(SBNN_NAME(counter) * sum,
                                    const uint8_t* planes, int64_t apart,
                                    const uint32_t* list, int32_t negatives,
                                    int32_t count, const uint8_t* const* start,
                                    int32_t slices, int32_t n) {
  SBNN_NAME(load_counter)(sum, start, slices, n);
  SBNN_NAME(add_listed)(sum, planes, apart, list, negatives, count, slices, n);
}

/* The sign slices of sums of five to eight slices. */
#define SBNN_SIGNS(slices, negatives, n)                                     \
  do {                                                                       \
    SBNN_NAME(counter) sum;                                                  \
    SBNN_NAME(add_all)                                                       \
    (&sum, planes, SBNN_VECTOR_BYTES, list, negatives, count, start, slices, \
     n);                                                                     \
    for (int32_t w = 0; w < (n); ++w) {                                      \
      signs[w] = (slices) == 5   ? sum.sixteen[w]                            \
                 : (slices) == 6 ? sum.s32[w]                                \
                 : (slices) == 7 ? sum.s64[w]                                \
                                 : sum.s128[w];                              \
    }                                                                        \
  } while (0)

/* Where something subtracts, there are eight. */
SBNN_INLINE void SBNN_NAME(short_signs)(const uint8_t* planes,
                                        const uint32_t* list, int32_t negatives,
                                        int32_t count,
                                        const uint8_t* const* start,
                                        int32_t slices, int32_t n,
                                        SBNN_V* signs) {
  if (negatives != 0) {
    SBNN_SIGNS(8, negatives, n);
  } else if (slices == 5) {
    SBNN_SIGNS(5, 0, n);
  } else if (slices == 6) {
    SBNN_SIGNS(6, 0, n);
  } else if (slices == 7) {
    SBNN_SIGNS(7, 0, n);
  } else {
    SBNN_SIGNS(8, 0, n);
  }
}

/* start + what was counted in eight slices of vector `w`, two's complement if `is_signed`
 * is 1: `slices` slices. */
SBNN_INLINE void SBNN_NAME(add_counted)(const SBNN_NAME(counter) * counted,
                                        int32_t w, uint32_t is_signed,
                                        const uint8_t* start, int32_t slices,
                                        SBNN_V* sum) {
  const SBNN_V parts[8] = {
      counted->one[w],     counted->two[w], counted->four[w], counted->eight[w],
      counted->sixteen[w], counted->s32[w], counted->s64[w],  counted->s128[w]};
  const SBNN_V above = parts[7] & SBNN_NAME(all)(is_signed);
  SBNN_V carry = SBNN_NAME(all)(0u);
  for (int32_t k = 0; k < slices; ++k) {
    SBNN_V slice = SBNN_NAME(load)(start + k * SBNN_VECTOR_BYTES);
    carry = SBNN_NAME(full_add)(&slice, k < 8 ? parts[k] : above, carry);
    sum[k] = slice;
  }
}

/* What the second lane of two counts, in the first one. */
SBNN_INLINE void SBNN_NAME(take_second_lane)(SBNN_NAME(counter) * sum) {
  SBNN_V* const slices[8] = {sum->one,     sum->two, sum->four, sum->eight,
                             sum->sixteen, sum->s32, sum->s64,  sum->s128};
  for (int32_t k = 0; k < 8; ++k) {
    *slices[k] = SBNN_NAME(all)(0u) + (*slices[k])[1];
  }
}

/* Where planes of twice the worth lie: nowhere, `apart` bytes behind the others, or in
 * the second lane of the same vectors. */
typedef enum {
  SBNN_NAME(ALONE),
  SBNN_NAME(APART),
  SBNN_NAME(IN_LANES)
} SBNN_NAME(twice);

/* start + the listed vectors, of which the first `negatives` subtract: `slices` slices.
 * `sum` may be where they start. As many vectors as eight slices can count are added
 * up first. */
SBNN_INLINE void SBNN_NAME(add_many)(const uint8_t* planes, int64_t apart,
                                     const uint32_t* list, int32_t negatives,
                                     int32_t count, const uint8_t* start,
                                     int32_t slices, SBNN_V* sum,
                                     SBNN_NAME(twice) twice) {
  enum { MOST = 240, MOST_OF_SIGNED = 112 };
  static const uint64_t zeros[8 * SBNN_VECTOR_BYTES / 8] = {0};
  const uint8_t* const nothing[2] = {(const uint8_t*)zeros,
                                     (const uint8_t*)zeros};
  const int32_t n = twice == SBNN_NAME(APART) ? 2 : 1;
  do {
    const int32_t most = negatives == 0 ? MOST : MOST_OF_SIGNED;
    const int32_t minus = negatives < most ? negatives : most;
    int32_t plus = count - minus < most ? count - minus : most;
    if (minus < negatives) plus = 0;
    const uint32_t is_signed = minus != 0 ? 1u : 0u;
    SBNN_NAME(counter) counted;
    SBNN_NAME(add_all)
    (&counted, planes, apart, list, minus, minus + plus, nothing, 8, n);
    SBNN_NAME(add_counted)(&counted, 0, is_signed, start, slices, sum);
    start = (const uint8_t*)sum;
    if (twice != SBNN_NAME(ALONE)) {
      if (n == 1) SBNN_NAME(take_second_lane)(&counted);
      SBNN_NAME(add_counted)
      (&counted, n - 1, is_signed, start + SBNN_VECTOR_BYTES, slices - 1,
       sum + 1);
    }
    list += minus + plus;
    count -= minus + plus;
    negatives -= minus;
  } while (count > 0);
}

SBNN_NOINLINE void SBNN_NAME(add_long)(const uint8_t* planes,
                                       const uint32_t* list, int32_t negatives,
                                       int32_t count, const uint8_t* start,
                                       int32_t slices, SBNN_V* sum) {
  SBNN_NAME(add_many)
  (planes, 0, list, negatives, count, start, slices, sum, SBNN_NAME(ALONE));
}

/* The same for two planes an entry, `step` bytes apart, of which the second is worth twice
 * the first. Both have counters of their own, which wants many registers. */
SBNN_NOINLINE void SBNN_NAME(add_two_levels)(const uint8_t* planes,
                                             int64_t step, const uint32_t* list,
                                             int32_t negatives, int32_t count,
                                             const uint8_t* start,
                                             int32_t slices, SBNN_V* sum) {
  SBNN_NAME(add_many)
  (planes, step, list, negatives, count, start, slices, sum, SBNN_NAME(APART));
}

/* The same where both are lanes of a vector. */
SBNN_NOINLINE void SBNN_NAME(add_side_by_side)(const uint8_t* planes,
                                               const uint32_t* list,
                                               int32_t negatives, int32_t count,
                                               const uint8_t* start,
                                               int32_t slices, SBNN_V* sum) {
  SBNN_NAME(add_many)
  (planes, 0, list, negatives, count, start, slices, sum, SBNN_NAME(IN_LANES));
}

/* Drops the lowest slice: what counted twos counts ones. */
SBNN_INLINE void SBNN_NAME(halve)(SBNN_NAME(counter) * sum) {
  sum->one[0] = sum->two[0];
  sum->two[0] = sum->four[0];
  sum->four[0] = sum->eight[0];
  sum->eight[0] = sum->sixteen[0];
  sum->sixteen[0] = sum->s32[0];
  sum->s32[0] = sum->s64[0];
  sum->s64[0] = sum->s128[0];
  sum->s128[0] = sum->s256[0];
  sum->s256[0] = sum->s512[0];
}

/* The same for `levels` planes an entry, `step` bytes apart, each worth twice the one before, and
 * LEAST_SLICES to MOST_SLICES slices: what was counted stays in registers. A level's lowest
 * slice is done when its planes are added; the next level counts from the slice above. */
enum { SBNN_NAME(LEAST_SLICES) = 5, SBNN_NAME(MOST_SLICES) = 10 };

SBNN_NOINLINE void SBNN_NAME(add_levels)(const uint8_t* planes, int32_t levels,
                                         int64_t step, const uint32_t* list,
                                         int32_t negatives, int32_t count,
                                         const uint8_t* start, int32_t slices,
                                         SBNN_V* sum) {
  SBNN_NAME(counter) counted;
  SBNN_NAME(load_counter)(&counted, &start, slices, 1);
  for (int32_t level = 1;; ++level) {
    SBNN_NAME(add_listed)
    (&counted, planes, 0, list, negatives, count, slices, 1);
    if (level == levels) break;
    *sum++ = counted.one[0];
    SBNN_NAME(halve)(&counted);
    planes += step;
    --slices;
  }
  const SBNN_V all[SBNN_NAME(MOST_SLICES)] = {
      counted.one[0],     counted.two[0],  counted.four[0], counted.eight[0],
      counted.sixteen[0], counted.s32[0],  counted.s64[0],  counted.s128[0],
      counted.s256[0],    counted.s512[0],
  };
  for (int32_t k = 0; k < slices; ++k) sum[k] = all[k];
}

/* The same for pixels: each entry adds a number of eight slices, `step` bytes apart,
 * to `sum`. */
SBNN_NOINLINE void SBNN_NAME(add_pixels)(const uint8_t* planes,
                                         const uint32_t* list,
                                         int32_t negatives, int32_t count,
                                         int32_t step, int32_t slices,
                                         SBNN_V* sum) {
  SBNN_V low[SBNN_HOST_PIXEL_SLICES];
  if (count == 0) return; /* then there may be fewer slices */
  const SBNN_V turned = SBNN_NAME(all)(negatives != 0 ? 1u : 0u);
  for (int32_t k = 0; k < SBNN_HOST_PIXEL_SLICES; ++k) low[k] = sum[k] ^ turned;
  for (int32_t k = SBNN_HOST_PIXEL_SLICES; k < slices; ++k) sum[k] ^= turned;
  for (int32_t i = 0; i < count; ++i) {
    if (i == negatives && i != 0) {
      for (int32_t k = 0; k < SBNN_HOST_PIXEL_SLICES; ++k) low[k] = ~low[k];
      for (int32_t k = SBNN_HOST_PIXEL_SLICES; k < slices; ++k)
        sum[k] = ~sum[k];
    }
    const uint8_t* from = planes + list[i];
    SBNN_V carry = SBNN_NAME(half_add)(&low[0], SBNN_NAME(fetch)(from));
    for (int32_t k = 1; k < SBNN_HOST_PIXEL_SLICES; ++k) {
      from += step;
      carry = SBNN_NAME(full_add)(&low[k], SBNN_NAME(fetch)(from), carry);
    }
    for (int32_t k = SBNN_HOST_PIXEL_SLICES; k < slices; ++k) {
      carry = SBNN_NAME(half_add)(&sum[k], carry);
    }
  }
  const SBNN_V left = SBNN_NAME(all)(negatives == count ? 1u : 0u);
  for (int32_t k = 0; k < SBNN_HOST_PIXEL_SLICES; ++k) sum[k] = low[k] ^ left;
  for (int32_t k = SBNN_HOST_PIXEL_SLICES; k < slices; ++k) sum[k] ^= left;
}
