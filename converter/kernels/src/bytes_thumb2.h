/* Reads gaps that are bytes into a list, for Thumb-2; a part of connection_stream.c. */
#ifndef SBNN_BYTES_THUMB2_H_
#define SBNN_BYTES_THUMB2_H_

#include <stdint.h>

#include "byte_places_thumb2.h"
#include "inline.h"

#ifdef SBNN_THUMB2

/* Appends four connections to `to` for each word from `word` on, until one is at or behind `end`
 * or the word is `last`; none of these words is `last`. Returns the end of the list. */
SBNN_INLINE uint32_t* sbnn_read_bytes_thumb2(const uint32_t** word,
                                             const uint32_t* last,
                                             uint32_t* index, uint32_t end,
                                             uint32_t* to) {
  const uint32_t* from = *word;
  uint32_t at = *index;
  __asm__ volatile(
      "1:\n\t"
      "ldr r3, [%[from]], #4\n\t" SBNN_FIRST_BYTE("r4", "%[at]")
          SBNN_NEXT_BYTE("r5", "r4", "8") SBNN_NEXT_BYTE("r6", "r5", "16")
              SBNN_NEXT_BYTE("%[at]", "r6", "24")
      "adds r4, r4, #1\n\t"
      "adds r5, r5, #2\n\t"
      "adds r6, r6, #3\n\t"
      "add %[at], %[at], #4\n\t"
      "stmia %[to]!, {r4, r5, r6}\n\t"
      "str %[at], [%[to]], #4\n\t"
      "cmp %[at], %[end]\n\t"
      "bge 2f\n\t"
      "cmp %[from], %[last]\n\t"
      "bne 1b\n"
      "2:\n\t"
      : [from] "+r"(from), [at] "+r"(at), [to] "+r"(to)
      : [last] "r"(last), [end] "r"(end)
      : "r3", "r4", "r5", "r6", "cc", "memory");
  *word = from;
  *index = at;
  return to;
}

#endif /* SBNN_THUMB2 */
#endif /* SBNN_BYTES_THUMB2_H_ */
