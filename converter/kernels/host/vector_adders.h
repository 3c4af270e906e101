/* Adders on vectors: bits of any number of positions, a gate an instruction.
 *
 * No include guard: each width of vectors is a round of its own, with
 *   SBNN_VECTOR_BYTES  16, 32 or 64
 *   SBNN_NAME(x)       the name of x in this round
 *   SBNN_TERNARY       1 where any function of three bits is one instruction
 *                      (AVX-512): a full adder is then two instead of five. */
#undef SBNN_V
#undef SBNN_TERNARY_LOGIC
#define SBNN_V SBNN_NAME(vector)

typedef uint64_t SBNN_V __attribute__((vector_size(SBNN_VECTOR_BYTES)));
typedef uint64_t SBNN_NAME(anywhere)
    __attribute__((vector_size(SBNN_VECTOR_BYTES), aligned(1), may_alias));

SBNN_INLINE SBNN_V SBNN_NAME(load)(const uint8_t* from) {
  return *(const SBNN_NAME(anywhere)*)from;
}

SBNN_INLINE void SBNN_NAME(store)(uint8_t* to, SBNN_V value) {
  *(SBNN_NAME(anywhere)*)to = value;
}

/* The same, into a register: with two uses compilers like to read it twice. */
SBNN_INLINE SBNN_V SBNN_NAME(fetch)(const uint8_t* from) {
  SBNN_V out = SBNN_NAME(load)(from);
#if SBNN_TERNARY
  __asm__("" : "+v"(out));
#endif
  return out;
}

/* All bits of each number equal to `bit`, 0 or 1. */
SBNN_INLINE SBNN_V SBNN_NAME(all)(uint32_t bit) {
  return (SBNN_V){0} - (uint64_t)bit;
}

#if SBNN_TERNARY
#if SBNN_VECTOR_BYTES == 64
#define SBNN_TERNARY_LOGIC(a, b, c, table)                                     \
  (SBNN_V) _mm512_ternarylogic_epi64((__m512i)(a), (__m512i)(b), (__m512i)(c), \
                                     table)
#elif SBNN_VECTOR_BYTES == 32
#define SBNN_TERNARY_LOGIC(a, b, c, table)                                     \
  (SBNN_V) _mm256_ternarylogic_epi64((__m256i)(a), (__m256i)(b), (__m256i)(c), \
                                     table)
#else
#define SBNN_TERNARY_LOGIC(a, b, c, table) \
  (SBNN_V)                                 \
      _mm_ternarylogic_epi64((__m128i)(a), (__m128i)(b), (__m128i)(c), table)
#endif
#endif

/* Where at least two of the three are 1. */
SBNN_INLINE SBNN_V SBNN_NAME(majority)(SBNN_V a, SBNN_V b, SBNN_V c) {
#if SBNN_TERNARY
  return SBNN_TERNARY_LOGIC(a, b, c, 0xE8);
#else
  return (a & b) | (c & (a | b));
#endif
}

/* Two carries on their way into the next slice. With three-input logic just
 * that; else as bit_slices.h encodes them: the first, and where they differ. */
typedef struct {
  SBNN_V first, other;
} SBNN_NAME(pair);

SBNN_INLINE SBNN_NAME(pair) SBNN_NAME(pair_of)(SBNN_V a, SBNN_V b) {
#if SBNN_TERNARY
  const SBNN_NAME(pair) out = {a, b};
#else
  const SBNN_NAME(pair) out = {a, a ^ b};
#endif
  return out;
}

/* *sum + both of the pair; the carry is returned. */
SBNN_INLINE SBNN_V SBNN_NAME(add_pair)(SBNN_V* sum, SBNN_NAME(pair) x) {
#if SBNN_TERNARY
  const SBNN_V carry = SBNN_TERNARY_LOGIC(*sum, x.first, x.other, 0xE8);
  *sum = SBNN_TERNARY_LOGIC(*sum, x.first, x.other, 0x96);
  return carry;
#else
  const SBNN_V h = x.first ^ *sum;
  *sum ^= x.other;
  return x.first ^ (x.other & h);
#endif
}

/* *sum + two pairs; the pair of carries is returned (bit_slices.h). */
SBNN_INLINE SBNN_NAME(pair)
    SBNN_NAME(add_two_pairs)(SBNN_V* sum, SBNN_NAME(pair) x,
                             SBNN_NAME(pair) y) {
  SBNN_NAME(pair) out;
#if SBNN_TERNARY
  out.first = SBNN_NAME(add_pair)(sum, x);
  out.other = SBNN_NAME(add_pair)(sum, y);
#else
  const SBNN_V v = x.other | (x.first ^ *sum);
  const SBNN_V s1 = *sum ^ x.other;
  const SBNN_V h2 = y.first ^ s1;
  *sum = s1 ^ y.other;
  out.first = s1 ^ v;
  out.other = v ^ (h2 & ~y.other);
#endif
  return out;
}

SBNN_INLINE SBNN_V SBNN_NAME(full_add)(SBNN_V* sum, SBNN_V a, SBNN_V b) {
  return SBNN_NAME(add_pair)(sum, SBNN_NAME(pair_of)(a, b));
}

SBNN_INLINE SBNN_V SBNN_NAME(half_add)(SBNN_V* sum, SBNN_V a) {
  const SBNN_V carry = *sum & a;
  *sum ^= a;
  return carry;
}
