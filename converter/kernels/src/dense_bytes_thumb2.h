/* The inner loop of dense layers whose gaps are bytes, for Thumb-2; a part of dense_bytes.c. */
#ifndef SBNN_DENSE_BYTES_THUMB2_H_
#define SBNN_DENSE_BYTES_THUMB2_H_

#include <stdint.h>

#include "byte_places_thumb2.h"
#include "inline.h"

#ifdef SBNN_THUMB2

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
      "ldrsb r4, [r7, #4]\n\t"
      "add %[sum], %[sum], r5\n\t"
      "add %[place], r7, #4\n\t"
      "add %[sum], %[sum], r6\n\t"
      "add %[sum], %[sum], r4\n"
      "2:\n\t"
      "cmp %[from], %[last]\n\t"
      "beq 3f\n\t"
      "ldr r3, [%[from]], #4\n\t" SBNN_FIRST_BYTE("r4", "%[place]")
          SBNN_NEXT_BYTE("r5", "r4", "8") SBNN_NEXT_BYTE("r6", "r5", "16")
              SBNN_NEXT_BYTE("r7", "r6", "24")
      "cmp r7, %[inside]\n\t"
      "blo 1b\n\t"
      "subs %[from], %[from], #4\n"
      "3:\n\t"
      : [from] "+r"(from), [place] "+r"(place), [sum] "+r"(sum)
      : [last] "r"(last), [inside] "r"(end - 4u)
      : "r3", "r4", "r5", "r6", "r7", "cc", "memory");
  *word = from;
  *at = place;
  return sum;
}

#endif /* SBNN_THUMB2 */
#endif /* SBNN_DENSE_BYTES_THUMB2_H_ */
