/* The inner loops of dense layers whose gaps are bytes, for Thumb-2; a part of dense_bytes.c and
 * dense_signed_bytes.c. */
#ifndef SBNN_DENSE_BYTES_THUMB2_H_
#define SBNN_DENSE_BYTES_THUMB2_H_

#include <stdint.h>

#include "byte_places_thumb2.h"
#include "inline.h"

#ifdef SBNN_THUMB2

/* r4, r5, r6, ip = where the four gaps of the next word lead, less 1, 2, 3 and 4; goes on at 3 in front of
 * `last`, and back to 1 as long as ip is inside. */
#define NEXT_FOUR(compare_ip_with_inside)                              \
  "2:\n\t"                                                             \
  "cmp %[from], %[last]\n\t"                                           \
  "beq 3f\n\t"                                                         \
  "ldr r3, [%[from]], #4\n\t" SBNN_FIRST_BYTE("r4", "%[place]")        \
      SBNN_NEXT_BYTE("r5", "r4", "8") SBNN_NEXT_BYTE("r6", "r5", "16") \
          SBNN_NEXT_BYTE("ip", "r6", "24") compare_ip_with_inside      \
      "\n\t"                                                           \
      "blo 1b\n\t"                                                     \
      "subs %[from], %[from], #4\n"                                    \
      "3:\n\t"

/* Adds what the words from *word on lead to: four inputs each, counted from *at, the address of the
 * one added last. Stops in front of a word that leads to `end` or further, and in front of `last`.
 * Returns the sum. */
SBNN_INLINE int32_t sbnn_add_bytes_thumb2(const uint32_t** word,
                                          const uint32_t* last, uintptr_t* at,
                                          uintptr_t end, int32_t sum) {
  const uint32_t* from = *word;
  uintptr_t place = *at;
  __asm__ volatile(
      "b 2f\n"
      "1:\n\t"
      "ldrsb r4, [r4, #1]\n\t"
      "ldrsb r5, [r5, #2]\n\t"
      "ldrsb r6, [r6, #3]\n\t"
      "add %[sum], %[sum], r4\n\t"
      "ldrsb r4, [ip, #4]\n\t"
      "add %[sum], %[sum], r5\n\t"
      "add %[place], ip, #4\n\t"
      "add %[sum], %[sum], r6\n\t"
      "add %[sum], %[sum], r4\n" NEXT_FOUR("cmp ip, %[inside]")
      : [from] "+r"(from), [place] "+r"(place), [sum] "+r"(sum)
      : [last] "r"(last), [inside] "r"(end - 4u)
      : "r3", "r4", "r5", "r6", "ip", "cc", "memory");
  *word = from;
  *at = place;
  return sum;
}

/* r`input` = the input behind r`input`, all its bits turned where bit `number` of the signs is one. */
#define SIGNED_INPUT(input, behind, number) \
  "ldrsb " input ", [" input ", #" behind   \
  "]\n\t"                                   \
  "sbfx r3, %[signs], #" number             \
  ", #1\n\t"                                \
  "eor " input ", " input ", r3\n\t"
#define ADD_INPUT(input) "add %[sum], %[sum], " input "\n\t"

/* The same with weights of both signs: the next bits of `signs`, which must last up to `last`, say
 * which inputs are added with all bits turned. */
SBNN_INLINE int32_t sbnn_add_signed_bytes_thumb2(const uint32_t** word,
                                                 const uint32_t* last,
                                                 uintptr_t* at, uintptr_t end,
                                                 uint32_t signs, int32_t sum) {
  const uint32_t* from = *word;
  uintptr_t place = *at;
  const uintptr_t inside = end - 4u;
  __asm__ volatile(
      "b 2f\n"
      "1:\n\t"
      "add %[place], ip, #4\n\t" SIGNED_INPUT("r4", "1", "0") SIGNED_INPUT(
          "r5", "2", "1") ADD_INPUT("r4") SIGNED_INPUT("r6", "3", "2")
          ADD_INPUT("r5") SIGNED_INPUT("ip", "4", "3") ADD_INPUT("r6")
              ADD_INPUT("ip") "lsr %[signs], %[signs], #4\n" NEXT_FOUR(
                  "ldr r3, %[inside]\n\tcmp ip, r3") /* compilers run out of registers */
      : [from] "+r"(from), [place] "+r"(place), [signs] "+r"(signs),
        [sum] "+r"(sum)
      : [last] "r"(last), [inside] "m"(inside)
      : "r3", "r4", "r5", "r6", "ip", "cc", "memory");
  *word = from;
  *at = place;
  return sum;
}

#undef NEXT_FOUR
#undef SIGNED_INPUT
#undef ADD_INPUT

#endif /* SBNN_THUMB2 */
#endif /* SBNN_DENSE_BYTES_THUMB2_H_ */
