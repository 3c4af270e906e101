/* How the kernels spell what C99 leaves to the compiler. */
#ifndef SBNN_INLINE_H_
#define SBNN_INLINE_H_

#if defined(__GNUC__)
#define SBNN_INLINE static inline __attribute__((always_inline))
#define SBNN_NOINLINE static __attribute__((noinline))
/* Runs once a call: compiled for size in hot files, too. */
#if defined(__clang__)
#define SBNN_COLD static __attribute__((noinline))
#define SBNN_CALLS_UNKNOWN
#else
#define SBNN_COLD static __attribute__((noinline, optimize("Os")))
/* Of a function that takes nothing for granted of those that it calls. Where a compiler sees them,
 * it keeps values in the registers that they leave alone, which on a Cortex-M0 are those that
 * cannot be counted in. */
#define SBNN_CALLS_UNKNOWN __attribute__((optimize("no-ipa-ra")))
#endif
#else
#define SBNN_CALLS_UNKNOWN
#define SBNN_INLINE static inline
#define SBNN_NOINLINE static
#define SBNN_COLD static
#endif

/* In front of a loop; clang finds out by itself. */
#if defined(__GNUC__) && !defined(__clang__)
#define SBNN_UNROLLED_BY_4 _Pragma("GCC unroll 4")
#else
#define SBNN_UNROLLED_BY_4
#endif

#include <stdint.h>

/* Thumb-2, the instruction set of Cortex-M3 and up: a few instructions that
 * compilers do not find by themselves are written out there. */
#if defined(__GNUC__) && defined(__thumb__) && \
    defined(__ARM_ARCH_ISA_THUMB) && __ARM_ARCH_ISA_THUMB >= 2
#define SBNN_THUMB2 1
/* Makes the compiler hold `value` in a register at this point. */
#define SBNN_IN_REGISTER(value) __asm__("" : "+r"(value))
#else
#define SBNN_IN_REGISTER(value) (void)(value)
#endif

/* Vectors of Armv8.1-M ("Helium"), whole numbers at least. */
#if defined(SBNN_THUMB2) && defined(__ARM_FEATURE_MVE)
#define SBNN_MVE 1
#endif

/* Zero bits above the highest and below the lowest one; `x` is not 0. */
SBNN_INLINE uint32_t sbnn_leading_zeros(uint32_t x) {
#if defined(__GNUC__)
  return (uint32_t)__builtin_clz(x);
#else
  uint32_t zeros = 0;
  for (; (x & 0x80000000u) == 0u; x <<= 1) ++zeros;
  return zeros;
#endif
}

SBNN_INLINE uint32_t sbnn_trailing_zeros(uint32_t x) {
#if defined(__GNUC__)
  return (uint32_t)__builtin_ctz(x);
#else
  return 31u - sbnn_leading_zeros(x & (0u - x));
#endif
}

/* ceil(log2(x)) for x >= 1: the bits that count 0 .. x-1. */
SBNN_INLINE int32_t sbnn_bits_below(uint32_t x) {
  return x <= 1u ? 0 : 32 - (int32_t)sbnn_leading_zeros(x - 1u);
}

#endif /* SBNN_INLINE_H_ */
