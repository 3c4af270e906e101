/* Carry-save sums of planes, `n` (1 or 2) neighbouring vectors of positions at a
 * time; the scheme is that of src/plane_sums.c. A round for each width: see
 * vector_adders.h. */

typedef struct {
  SBNN_V one[2], two[2], four[2], eight[2], sixteen[2];
  SBNN_V s32[2], s64[2], s128[2];
} SBNN_NAME(counter);

/* Two listed vectors of each word. */
#define SBNN_TWO(at, w)                                         \
  SBNN_NAME(pair_of)                                            \
  (SBNN_NAME(fetch)(planes + list[at] + (w)*SBNN_VECTOR_BYTES), \
   SBNN_NAME(fetch)(planes + list[(at) + 1] + (w)*SBNN_VECTOR_BYTES))

SBNN_INLINE SBNN_NAME(pair)
    SBNN_NAME(add_four)(SBNN_V* one, const uint8_t* planes,
                        const uint32_t* list, int32_t w) {
  return SBNN_NAME(add_two_pairs)(one, SBNN_TWO(0, w), SBNN_TWO(2, w));
}

SBNN_INLINE SBNN_NAME(pair)
    SBNN_NAME(add_eight)(SBNN_V* one, SBNN_V* two, const uint8_t* planes,
                         const uint32_t* list, int32_t w) {
  const SBNN_NAME(pair) a = SBNN_NAME(add_four)(one, planes, list, w);
  const SBNN_NAME(pair) b = SBNN_NAME(add_four)(one, planes, list + 4, w);
  return SBNN_NAME(add_two_pairs)(two, a, b);
}

/* start + the listed vectors, for `n` words whose starts are at start[w]. */
SBNN_INLINE void SBNN_NAME(add_all)(SBNN_NAME(counter) * sum,
                                    const uint8_t* planes, const uint32_t* list,
                                    int32_t count, const uint8_t* const* start,
                                    int32_t slices, int32_t n) {
  const uint32_t* const end = list + count;
  SBNN_V pending[2];
  for (int32_t w = 0; w < n; ++w) {
    const uint8_t* from = start[w];
    sum->one[w] = SBNN_NAME(load)(from);
    sum->two[w] = SBNN_NAME(load)(from + SBNN_VECTOR_BYTES);
    sum->four[w] = SBNN_NAME(load)(from + 2 * SBNN_VECTOR_BYTES);
    sum->eight[w] = SBNN_NAME(load)(from + 3 * SBNN_VECTOR_BYTES);
    sum->sixteen[w] = SBNN_NAME(load)(from + 4 * SBNN_VECTOR_BYTES);
    sum->s32[w] = sum->s64[w] = sum->s128[w] = SBNN_NAME(all)(0u);
    if (slices > 5) {
      sum->s32[w] = SBNN_NAME(load)(from + 5 * SBNN_VECTOR_BYTES);
    }
    if (slices > 6) {
      sum->s64[w] = SBNN_NAME(load)(from + 6 * SBNN_VECTOR_BYTES);
    }
    if (slices > 7) {
      sum->s128[w] = SBNN_NAME(load)(from + 7 * SBNN_VECTOR_BYTES);
    }
    pending[w] = SBNN_NAME(all)(0u);
  }
  if ((count & 1) != 0) {
    for (int32_t w = 0; w < n; ++w) {
      pending[w] = SBNN_NAME(half_add)(
          &sum->one[w],
          SBNN_NAME(load)(planes + list[0] + w * SBNN_VECTOR_BYTES));
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
          &sum->two[w], SBNN_NAME(add_four)(&sum->one[w], planes, list, w));
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
          &sum->four[w],
          SBNN_NAME(add_eight)(&sum->one[w], &sum->two[w], planes, list, w));
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
      if (slices > 7) sum->s128[w] ^= carry; /* nothing lies above */
    }
    if (list == end) break;
    for (int32_t w = 0; w < n; ++w) {
      const SBNN_NAME(pair) a =
          SBNN_NAME(add_eight)(&sum->one[w], &sum->two[w], planes, list, w);
      const SBNN_NAME(pair) b =
          SBNN_NAME(add_eight)(&sum->one[w], &sum->two[w], planes, list + 8, w);
      pending[w] = SBNN_NAME(add_pair)(
          &sum->eight[w], SBNN_NAME(add_two_pairs)(&sum->four[w], a, b));
    }
    list += 16;
  }
}

/* The sign slices of sums of five to eight slices. */
#define SBNN_SIGNS(slices, n)                                        \
  do {                                                               \
    SBNN_NAME(counter) sum;                                          \
    SBNN_NAME(add_all)(&sum, planes, list, count, start, slices, n); \
    for (int32_t w = 0; w < (n); ++w) {                              \
      signs[w] = (slices) == 5   ? sum.sixteen[w]                    \
                 : (slices) == 6 ? sum.s32[w]                        \
                 : (slices) == 7 ? sum.s64[w]                        \
                                 : sum.s128[w];                      \
    }                                                                \
  } while (0)

SBNN_INLINE void SBNN_NAME(short_signs)(const uint8_t* planes,
                                        const uint32_t* list, int32_t count,
                                        const uint8_t* const* start,
                                        int32_t slices, int32_t n,
                                        SBNN_V* signs) {
  if (slices == 5) {
    SBNN_SIGNS(5, n);
  } else if (slices == 6) {
    SBNN_SIGNS(6, n);
  } else if (slices == 7) {
    SBNN_SIGNS(7, n);
  } else {
    SBNN_SIGNS(8, n);
  }
}

/* Sums of any number of slices, at least eight: as many vectors as eight slices
 * can count, then these eight into the wide sum. */
SBNN_NOINLINE void SBNN_NAME(add_long)(const uint8_t* planes,
                                       const uint32_t* list, int32_t count,
                                       int32_t slices, SBNN_V* sum) {
  enum { IN_EIGHT = 240 };
  static const uint64_t zeros[8 * SBNN_VECTOR_BYTES / 8] = {0};
  const uint8_t* const start = (const uint8_t*)zeros;
  while (count > 0) {
    const int32_t some = count < IN_EIGHT ? count : IN_EIGHT;
    SBNN_NAME(counter) part;
    SBNN_NAME(add_all)(&part, planes, list, some, &start, 8, 1);
    SBNN_V carry = SBNN_NAME(half_add)(&sum[0], part.one[0]);
    carry = SBNN_NAME(full_add)(&sum[1], part.two[0], carry);
    carry = SBNN_NAME(full_add)(&sum[2], part.four[0], carry);
    carry = SBNN_NAME(full_add)(&sum[3], part.eight[0], carry);
    carry = SBNN_NAME(full_add)(&sum[4], part.sixteen[0], carry);
    carry = SBNN_NAME(full_add)(&sum[5], part.s32[0], carry);
    carry = SBNN_NAME(full_add)(&sum[6], part.s64[0], carry);
    carry = SBNN_NAME(full_add)(&sum[7], part.s128[0], carry);
    for (int32_t k = 8; k < slices; ++k) {
      carry = SBNN_NAME(half_add)(&sum[k], carry);
    }
    list += some;
    count -= some;
  }
}

/* The same for pixels: each entry adds a number of eight slices, `step` bytes
 * apart. */
SBNN_NOINLINE void SBNN_NAME(add_pixels)(const uint8_t* planes,
                                         const uint32_t* list, int32_t count,
                                         int32_t step, int32_t slices,
                                         SBNN_V* sum) {
  SBNN_V low[SBNN_HOST_PIXEL_SLICES];
  if (count == 0) return; /* then there may be fewer slices */
  for (int32_t k = 0; k < SBNN_HOST_PIXEL_SLICES; ++k) low[k] = sum[k];
  for (int32_t i = 0; i < count; ++i) {
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
  for (int32_t k = 0; k < SBNN_HOST_PIXEL_SLICES; ++k) sum[k] = low[k];
}
