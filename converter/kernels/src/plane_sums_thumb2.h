/* Carry-save sums of planes for Thumb-2 (Cortex-M3, M4, M7, M33 and up).
 *
 * The algorithm is that of plane_sums.c, the only file that includes this. Written by hand because it needs all
 * fourteen registers: compilers spill in the block of sixteen words, and do not
 * load several list entries with one instruction.
 *
 *     r0       next entry of the program
 *     r1       where offset 0 of this word is
 *     r2, r3   carry pair of slice 0
 *     r4..r7   byte offsets of planes, then the words they stand for
 *     r8..r11  slices 0 to 3 of the sum
 *     r12      carry pair of slice 1 (first), then a tail's carry into slice 4
 *     lr       carry pair of slice 1 (differ), then a block's carry into slice 4
 *
 * A list of 16 a + 8 b + 4 c words is read as `a` blocks of sixteen, then eight
 * words if b, then four if c: its tail. No register is left to say what comes next, so the list is
 * a *program*, threaded code: addresses of steps with the offsets that they take
 * behind them. Each step ends with a jump to the next one:
 *
 *     block, eight, four      take 16, 8, 4 offsets
 *     less_block, ...         the same, of words that are subtracted
 *     keep_...                a block's or a tail's carry waits until the end of the word
 *     no_block, no_tail       a carry that there is none of
 *     ..._end                 the rest of a word, and on to the next one
 *
 * A word w that is subtracted is added inverted, -w = ~w - 1, so that sums must start lower
 * by the number of such words. Inverting costs nothing: where pairs (x, x ^ y) are
 * expected, a pair of inverted words is (~x, x ^ y), and a full adder of which
 * one input is inverted makes outputs of which one is: "orn" takes the place of "orr".
 * Of a block, slices 0 and 2 get such x and hand on inverted differences, slice 1 gets these and
 * hands on inverted x; one inversion at the end is left.
 *
 * Ends for numbers of few slices have what they need in registers. Else (`long`)
 * slices from 4 on are in memory, and carries go there two by two. What else is done
 * while slices are in registers is in plane_ends_thumb2.h. */
#ifndef SBNN_PLANE_SUMS_THUMB2_H_
#define SBNN_PLANE_SUMS_THUMB2_H_

#include "inline.h"
#include "place.h"
#include "plane_steps.h"
#include "plane_sums.h"

#ifdef SBNN_THUMB2

/* The first four arguments come in registers and are pushed in front of the
 * others: the assembler code finds this struct as it stands here, at FRAME. */
typedef struct {
  const uint32_t* program;
  uintptr_t init;      /* address of inits - address of planes */
  uintptr_t y;         /* address of y - address of planes */
  const uint32_t* end; /* behind the last word of the plane at offset 0 */
  const uint32_t* planes;
  uint32_t* slices;     /* of the sum: whole and long ends only */
  int32_t stride;       /* bytes from the slices of a word to the next one's */
  int32_t beyond_seven; /* slices - 7 */
  int32_t top;          /* bytes from the lowest slice to the sign */
  /* Carries that are kept, and one out of slice 6: long ways only. */
  uint32_t carry_a, carry_b, waiting;
  /* Of two levels: bytes from the lower's planes to the higher's, whether the lower is
   * being added, and slices 4 to 8 that it starts from. */
  uint32_t level_bytes, is_lower, upper[5];
} word_sums;

void sbnn_sum_words_thumb2(word_sums sums);

#define LINE(text) text "\n\t"
#define LABEL(name) "\n.Lsbnn_" name ":\n\t"
#define AT(name) ".Lsbnn_" name
#define NEXT LINE("ldr pc, [r0], #4")

/* Above the pushed registers. */
#define F_PROGRAM "[sp, #36]" /* and init */
#define F_INIT "[sp, #40]"
#define F_Y "[sp, #44]" /* and end */
#define F_END "[sp, #48]"
#define F_PLANES "[sp, #52]"
#define F_SLICES "[sp, #56]" /* and stride */
#define F_BEYOND "[sp, #64]"
#define F_TOP "[sp, #68]"
#define CARRIES "[sp, #72]"
#define CARRY_A "[sp, #72]"
#define CARRY_B "[sp, #76]"
#define WAITING "[sp, #80]"
#define F_LEVEL "[sp, #84]"
#define F_IS_LOWER "[sp, #88]"
#define F_UPPER "#92" /* behind sp */

/* Thumb code has odd addresses. */
#define STEP(name) LINE(".hword " AT("steps") " - " AT(name) " - 1")

#define LOAD_FOUR                     \
  LINE("ldmia r0!, {r4, r5, r6, r7}") \
  LINE("ldr r4, [r1, r4]")            \
  LINE("ldr r5, [r1, r5]")            \
  LINE("ldr r6, [r1, r6]")            \
  LINE("ldr r7, [r1, r7]")

/* sbnn_add_two_pairs of bit_slices.h; (first, differ) may be (p1, x1). */
#define ADD_TWO_PAIRS(sum, x1, p1, x2, p2, first, differ) \
  LINE("eor " x1 ", " x1 ", " sum)                        \
  LINE("orr " x1 ", " x1 ", " p1)                         \
  LINE("eor " sum ", " sum ", " p1)                       \
  LINE("eor " x2 ", " x2 ", " sum)                        \
  LINE("bic " x2 ", " x2 ", " p2)                         \
  LINE("eor " first ", " sum ", " x1)                     \
  LINE("eor " sum ", " sum ", " p2)                       \
  LINE("eor " differ ", " x1 ", " x2)

/* The same where x1, x2 are inverted; `differ` will be. */
#define ADD_OPPOSITE_PAIRS(sum, x1, p1, x2, p2, first, differ) \
  LINE("eor " x1 ", " x1 ", " sum)                             \
  LINE("orn " x1 ", " p1 ", " x1)                              \
  LINE("eor " sum ", " sum ", " p1)                            \
  LINE("eor " x2 ", " x2 ", " sum)                             \
  LINE("orr " x2 ", " x2 ", " p2)                              \
  LINE("eor " first ", " sum ", " x1)                          \
  LINE("eor " sum ", " sum ", " p2)                            \
  LINE("eor " differ ", " x1 ", " x2)

/* The same where p1, p2 are inverted; `first` will be. */
#define ADD_PAIRS_OF_OPPOSITE(sum, x1, p1, x2, p2, first, differ) \
  LINE("eor " x1 ", " x1 ", " sum)                                \
  LINE("orn " x1 ", " x1 ", " p1)                                 \
  LINE("eor " sum ", " sum ", " p1)                               \
  LINE("eor " x2 ", " x2 ", " sum)                                \
  LINE("bic " x2 ", " p2 ", " x2)                                 \
  LINE("eor " first ", " sum ", " x1)                             \
  LINE("eor " sum ", " sum ", " p2)                               \
  LINE("eor " differ ", " x1 ", " x2)

#define ADD_FOUR(first, differ) \
  LOAD_FOUR                     \
  LINE("eors r5, r4")           \
  LINE("eors r7, r6")           \
  ADD_TWO_PAIRS("r8", "r4", "r5", "r6", "r7", first, differ)

#define SUBTRACT_FOUR(first, differ) \
  LOAD_FOUR                          \
  LINE("eors r5, r4")                \
  LINE("eors r7, r6")                \
  ADD_OPPOSITE_PAIRS("r8", "r4", "r5", "r6", "r7", first, differ)

/* sbnn_add_pair; `half` is free. */
#define ADD_PAIR(sum, x, p, half, carry) \
  LINE("eor " half ", " x ", " sum)      \
  LINE("eor " sum ", " sum ", " p)       \
  LINE("and " half ", " half ", " p)     \
  LINE("eor " carry ", " x ", " half)

/* sbnn_half_add: the carry is where x is and the new sum is not. */
#define HALF_ADD(sum, x, carry)    \
  LINE("eor " sum ", " sum ", " x) \
  LINE("bic " carry ", " x ", " sum)

/* Four carries into slices 4 to 6, r4 to r6, that stand at r7, which moves behind them;
 * the carry out of slice 6 is lr. */
#define WHOLE                                               \
  LINE("ldmia r7!, {r4, r5, r6}")                           \
  LINE("ldrd r2, r3, " CARRIES)                             \
  LINE("eor r12, lr, r12")                                  \
  LINE("eors r3, r2")                                       \
  ADD_TWO_PAIRS("r4", "lr", "r12", "r2", "r3", "r12", "lr") \
  ADD_PAIR("r5", "r12", "lr", "r2", "lr")                   \
  HALF_ADD("r6", "lr", "lr")

__asm__(
    SBNN_HOT_PUSHSECTION("sbnn_sum_words_thumb2")
    ".syntax unified\n\t"
    ".thumb\n\t"
    ".p2align 2\n\t"
    ".global sbnn_sum_words_thumb2\n\t"
    ".type sbnn_sum_words_thumb2, %function\n\t"
    ".thumb_func\n"
    "sbnn_sum_words_thumb2:\n\t"
    LABEL("words")
    LINE("push {r0, r1, r2, r3}")
    LINE("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}")
    LINE("ldr r1, " F_PLANES)
    LABEL("word")
    LINE("ldrd r0, r4, " F_PROGRAM)
    LINE("ldr r4, [r1, r4]")
    LINE("ldm r4, {r8, r9, r10, r11, lr}") /* lr: slice 4, for the short end */
    NEXT

    LABEL("block")
    ADD_FOUR("r2", "r3")
    ADD_FOUR("r5", "r4")
    ADD_TWO_PAIRS("r9", "r2", "r3", "r5", "r4", "r12", "lr")
    ADD_FOUR("r2", "r3")
    ADD_FOUR("r5", "r4")
    ADD_TWO_PAIRS("r9", "r2", "r3", "r5", "r4", "r3", "r2")
    ADD_TWO_PAIRS("r10", "r12", "lr", "r3", "r2", "r5", "r4")
    ADD_PAIR("r11", "r5", "r4", "r6", "lr")
    NEXT

    LABEL("eight")
    ADD_FOUR("r2", "r3")
    ADD_FOUR("r5", "r4")
    ADD_TWO_PAIRS("r9", "r2", "r3", "r5", "r4", "r3", "r2")
    LABEL("eight_added")
    ADD_PAIR("r10", "r3", "r2", "r4", "r12")
    NEXT
    LABEL("eight_last")
    HALF_ADD("r11", "r12", "r12")
    NEXT
    LABEL("four_only")
    LINE("mov r12, #0")
    LABEL("four")
    ADD_FOUR("r5", "r4")
    LABEL("four_added")
    ADD_PAIR("r9", "r5", "r4", "r6", "r5")
    HALF_ADD("r10", "r5", "r5")
    LINE("eor r4, r12, r5")
    ADD_PAIR("r11", "r12", "r4", "r6", "r12")
    NEXT

    LABEL("less_block")
    SUBTRACT_FOUR("r2", "r3")
    SUBTRACT_FOUR("r5", "r4")
    ADD_PAIRS_OF_OPPOSITE("r9", "r2", "r3", "r5", "r4", "r12", "lr")
    SUBTRACT_FOUR("r2", "r3")
    SUBTRACT_FOUR("r5", "r4")
    ADD_PAIRS_OF_OPPOSITE("r9", "r2", "r3", "r5", "r4", "r3", "r2")
    ADD_OPPOSITE_PAIRS("r10", "r12", "lr", "r3", "r2", "r5", "r4")
    LINE("mvns r4, r4")
    ADD_PAIR("r11", "r5", "r4", "r6", "lr")
    NEXT

    LABEL("less_eight")
    SUBTRACT_FOUR("r2", "r3")
    SUBTRACT_FOUR("r5", "r4")
    ADD_PAIRS_OF_OPPOSITE("r9", "r2", "r3", "r5", "r4", "r3", "r2")
    LINE("mvns r3, r3")
    LINE("b " AT("eight_added"))
    LABEL("less_four_only")
    LINE("mov r12, #0")
    LABEL("less_four")
    SUBTRACT_FOUR("r5", "r4")
    LINE("mvns r4, r4")
    LINE("b " AT("four_added"))

    LABEL("keep_a")
    LINE("str lr, " CARRY_A)
    NEXT
    LABEL("keep_b")
    LINE("str lr, " CARRY_B)
    NEXT
    LABEL("keep_tail_a")
    LINE("str r12, " CARRY_A)
    NEXT
    LABEL("keep_tail_b")
    LINE("str r12, " CARRY_B)
    NEXT
    LABEL("no_block")
    LINE("mov lr, #0")
    NEXT
    LABEL("no_tail")
    LINE("mov r12, #0")
    NEXT

    LABEL("short_end")
    LINE("eor r4, lr, r12")
    LINE("b " AT("sign"))

    LABEL("wide_end")
    LINE("ldr r4, " F_INIT)
    LINE("ldr r7, [r1, r4]")
    LINE("ldrd r4, r5, [r7, #16]")
    LINE("ldr r6, [r7, #24]")
    LINE("ldrd r2, r3, " CARRIES)
    LINE("eor r8, lr, r12")
    LINE("eor r7, r2, r3")
    ADD_TWO_PAIRS("r4", "lr", "r8", "r2", "r7", "r3", "r2")
    LINE("eors r5, r3")
    LINE("ands r5, r2")
    LINE("eors r5, r3")
    LINE("eor r4, r5, r6")
    LABEL("sign")
    LINE("ldrd r5, r6, " F_Y)
    LINE("str r4, [r1, r5]")
    LINE("adds r1, #4")
    LINE("cmp r1, r6")
    LINE("bne " AT("word"))
    LABEL("return")
    LINE("pop {r4, r5, r6, r7, r8, r9, r10, r11, lr}")
    LINE("add sp, #16")
    LINE("bx lr")

    LABEL("middle_end")
    LINE("ldr r4, " F_INIT)
    LINE("ldr r4, [r1, r4]")
    LINE("ldrd r4, r5, [r4, #16]")
    LINE("eor r6, lr, r12")
    LINE("eor r4, r4, lr")
    LINE("ands r4, r6")
    LINE("eor r4, r4, lr")
    LINE("eors r4, r5")
    LINE("ldrd r5, r6, " F_Y)
    LINE("str r4, [r1, r5]")
    LINE("adds r1, #4")
    LINE("cmp r1, r6")
    LINE("bne " AT("word"))
    LINE("b " AT("return"))

    LABEL("whole")
    LINE("ldr r4, " F_INIT)
    LINE("ldr r7, [r1, r4]")
    LINE("adds r7, #16")
    WHOLE
    NEXT
    LABEL("whole_end")
    LINE("ldr r3, " F_SLICES)
    LINE("stmia r3!, {r8, r9, r10, r11}")
    LINE("stmia r3!, {r4, r5, r6}")
    LINE("ldr r2, " F_BEYOND)
    LINE("cbz r2, " AT("whole_next"))
    LABEL("whole_ripple")
    LINE("ldr r4, [r7], #4")
    HALF_ADD("r4", "lr", "lr")
    LINE("str r4, [r3], #4")
    LINE("subs r2, #1")
    LINE("bne " AT("whole_ripple"))
    LABEL("whole_next")
    LINE("ldrd r2, r3, " F_SLICES)
    LINE("add r2, r3")
    LINE("str r2, " F_SLICES)
    LINE("adds r1, #4")
    LABEL("next_word")
    LINE("ldr r6, " F_END)
    LINE("cmp r1, r6")
    LINE("bne " AT("word"))
    LINE("b " AT("return"))

    LABEL("long")
    LINE("ldr r3, " F_SLICES)
    LINE("ldr r2, " F_BEYOND)
    LINE("adds r3, #16")
    LINE("adds r4, #16")
    LINE("ldmia r4!, {r5, r6, r7}")
    LINE("stmia r3!, {r5, r6, r7}")
    LINE("cbz r2, " AT("long_copied"))
    LABEL("long_copy")
    LINE("ldr r5, [r4], #4")
    LINE("str r5, [r3], #4")
    LINE("subs r2, #1")
    LINE("bne " AT("long_copy"))
    LABEL("long_copied")
    NEXT
    LABEL("long_two")
    LINE("ldr r12, " CARRY_A)
    LABEL("long_last")
    LINE("ldr r3, " F_SLICES)
    LINE("adds r3, #16")
    LINE("ldm r3, {r5, r6, r7}")
    LINE("eor r4, lr, r12")
    ADD_PAIR("r5", "lr", "r4", "r12", "lr")
    HALF_ADD("r6", "lr", "lr")
    HALF_ADD("r7", "lr", "lr")
    LINE("stm r3, {r5, r6, r7}")
    /* A carry out of slice 6 comes once in 128 words at most: those of up to so
     * many are collected before they go further. */
    LINE("ldr r5, " WAITING)
    LINE("orr r5, r5, lr")
    LINE("str r5, " WAITING)
    NEXT
    LABEL("long_ripple")
    LINE("ldr r3, " F_SLICES)
    LINE("ldr r2, " F_BEYOND)
    LINE("ldr lr, " WAITING)
    LINE("movs r5, #0")
    LINE("str r5, " WAITING)
    LINE("adds r3, #28")
    LINE("cbz r2, " AT("long_rippled"))
    LABEL("long_slice")
    LINE("ldr r5, [r3]")
    HALF_ADD("r5", "lr", "lr")
    LINE("str r5, [r3], #4")
    LINE("subs r2, #1")
    LINE("bne " AT("long_slice"))
    LABEL("long_rippled")
    NEXT
    LABEL("long_sign")
    LINE("ldr r3, " F_SLICES)
    LINE("ldr r5, " F_TOP)
    LINE("ldr r4, [r3, r5]")
    LINE("ldr r5, " F_Y)
    LINE("str r4, [r1, r5]")
    LABEL("long_end")
    LINE("ldr r3, " F_SLICES)
    LINE("stm r3, {r8, r9, r10, r11}")
    LINE("b " AT("whole_next"))
    ".size sbnn_sum_words_thumb2, . - sbnn_sum_words_thumb2\n\t"
    /* How far the steps are in front of their table. */
    ".p2align 2\n\t"
    ".global sbnn_sum_steps_thumb2\n\t"
    ".type sbnn_sum_steps_thumb2, %object\n"
    "sbnn_sum_steps_thumb2:\n\t"
    LABEL("steps")
    STEP("block") STEP("eight") STEP("eight_last") STEP("four")
    STEP("four_only") STEP("less_block") STEP("less_eight")
    STEP("less_four") STEP("less_four_only") STEP("keep_a") STEP("keep_b")
    STEP("keep_tail_a") STEP("keep_tail_b") STEP("no_block") STEP("no_tail")
    STEP("short_end") STEP("middle_end") STEP("wide_end") STEP("whole")
    STEP("whole_end") STEP("long") STEP("long_two") STEP("long_last")
    STEP("long_ripple") STEP("long_sign") STEP("long_end")
    ".size sbnn_sum_steps_thumb2, . - sbnn_sum_steps_thumb2\n\t"
    ".popsection\n");

#undef STEP
#endif /* SBNN_THUMB2 */
#endif /* SBNN_PLANE_SUMS_THUMB2_H_ */
