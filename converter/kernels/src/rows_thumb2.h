/* Bit-slices the starts of words that are whole rows, for Thumb-2; a part of conv2d_bits_rows.h.
 * Slices take more registers than compilers keep free, which also make many additions of a
 * multiplication.
 *
 *     r0  last slice of the first row's words, its end; r1, r2, r3  words of the first row, of inner
 *         ones, of the last row
 *     r4, r5, r6  starts of these rows, moved by the slices that are done
 *     r7, r8, r9  numbers of the width
 *     r10, r11    slice of an inner row, and of its words   r12, lr  of another one
 */
#ifndef SBNN_ROWS_THUMB2_H_
#define SBNN_ROWS_THUMB2_H_

#include <stdint.h>

#include "inline.h"
#include "place.h"

#ifdef SBNN_THUMB2

/* `slices` slices, one at least, of rows of 8, 16 or 32 columns, whose starts stand side by side in
 * `rows`. */
void sbnn_slice_rows_of_8_thumb2(const uint32_t rows[3], uint32_t* first,
                                 uint32_t* inner, uint32_t* last,
                                 int32_t slices);
void sbnn_slice_rows_of_16_thumb2(const uint32_t rows[3], uint32_t* first,
                                  uint32_t* inner, uint32_t* last,
                                  int32_t slices);
void sbnn_slice_rows_of_32_thumb2(const uint32_t rows[3], uint32_t* first,
                                  uint32_t* inner, uint32_t* last,
                                  int32_t slices);

#define LINE(text) text "\n\t"

/* Bits 0, 8, 16 of `row` are those of the first, inner, last columns; a product brings them to
 * bits 16, 17 to 22, 23. */
#define SLICE_OF_8(row, to)         \
  LINE("and " to ", " row ", r7")   \
  LINE("lsrs " row ", " row ", #1") \
  LINE("mul " to ", " to ", r8")    \
  LINE("ubfx " to ", " to ", #16, #8")

/* Bits 0, 15 and 23. */
#define SLICE_OF_16(row, to)        \
  LINE("and " to ", " row ", r7")   \
  LINE("ubfx lr, " row ", #23, #1") \
  LINE("lsrs " row ", " row ", #1") \
  LINE("mla " to ", lr, r8, " to)

/* Bits 0, 8 and 16. */
#define SLICE_OF_32(row, to)        \
  LINE("and " to ", " row ", r7")   \
  LINE("ubfx lr, " row ", #8, #1")  \
  LINE("mla " to ", lr, r8, " to)   \
  LINE("ubfx lr, " row ", #16, #1") \
  LINE("lsrs " row ", " row ", #1") \
  LINE("orr " to ", " to ", lr, lsl #31")

#define NUMBER(register, value)                     \
  LINE("movw " register ", #(" #value " & 0xFFFF)") \
  LINE("movt " register ", #(" #value " >> 16)")

/* Words of several rows: what is over of the first and of the last one is added. */
#define WORDS_OF_ROWS(SLICE, width)                 \
  LINE("mul r11, r10, r9")                          \
  LINE("str r11, [r2], #4")                         \
  SLICE("r4", "r12")                                \
  LINE("sub r12, r12, r10")                         \
  LINE("add r12, r12, r11")                         \
  LINE("str r12, [r1], #4")                         \
  SLICE("r6", "r12")                                \
  LINE("sub r12, r12, r10")                         \
  LINE("add r12, r11, r12, lsl #(32 - " #width ")") \
  LINE("str r12, [r3], #4")

#define WORDS_OF_A_ROW(SLICE, width) \
  LINE("str r10, [r2], #4")          \
  SLICE("r4", "r12")                 \
  LINE("str r12, [r1], #4")          \
  SLICE("r6", "r12")                 \
  LINE("str r12, [r3], #4")

#define SLICE_ROWS(name, width, SLICE, WORDS, masks, product, each)           \
  SBNN_HOT_PUSHSECTION(name)                                                  \
  LINE(".syntax unified")                                                     \
  LINE(".thumb")                                                              \
  LINE(".p2align 2")                                                          \
  LINE(".global " name)                                                       \
  LINE(".type " name ", %function")                                           \
  LINE(".thumb_func")                                                         \
  name ":\n\t" LINE("push {r4, r5, r6, r7, r8, r9, r10, r11, r12, lr}")       \
      LINE("ldm r0, {r4, r5, r6}") LINE("ldr r0, [sp, #40]") LINE(            \
          "add r0, r1, r0, lsl #2") NUMBER("r7", masks) NUMBER("r8", product) \
          NUMBER("r9", each) "\n.L" name "_slice:\n\t" SLICE("r5", "r10")     \
              WORDS(SLICE, width) LINE("cmp r1, r0")                          \
                  LINE("bne .L" name "_slice")                                \
                      LINE("pop {r4, r5, r6, r7, r8, r9, r10, r11, r12, pc}") \
                          LINE(".size " name ", . - " name)                   \
                              LINE(".popsection")

__asm__(SLICE_ROWS("sbnn_slice_rows_of_8_thumb2", 8, SLICE_OF_8, WORDS_OF_ROWS,
                   0x00010101, 0x00017E80, 0x01010101)
            SLICE_ROWS("sbnn_slice_rows_of_16_thumb2", 16, SLICE_OF_16,
                       WORDS_OF_ROWS, 0x00008001, 0x00007FFE, 0x00010001)
                SLICE_ROWS("sbnn_slice_rows_of_32_thumb2", 32, SLICE_OF_32,
                           WORDS_OF_A_ROW, 1, 0x7FFFFFFE, 1));

#undef SLICE_ROWS
#undef WORDS_OF_A_ROW
#undef WORDS_OF_ROWS
#undef NUMBER
#undef SLICE_OF_32
#undef SLICE_OF_16
#undef SLICE_OF_8
#undef LINE

#endif /* SBNN_THUMB2 */
#endif /* SBNN_ROWS_THUMB2_H_ */
