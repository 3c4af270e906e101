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
 * A sum of 4 (4 a + 2 b + c) words is made of `a` blocks of four fours, then two fours
 * if b, then one if c: its tail. No register is left to say what comes next, so the list is
 * a *program*, threaded code: addresses of steps, and the offsets that they take. An instruction
 * that loads the next four offsets can load an address behind them, too, and jump there: steps
 * find their first four offsets in r4 to r7, and load those of the next step as they
 * leave (NEXT_FOUR), which makes the jump free. The end of a word finds its operands there.
 *
 *     block, block_second ... a block from its first, second, third, fourth four on
 *     first, tail_second, ... the other places of a four; first is the first one of a pair
 *     one, two, three         first, with that many words
 *     mixed_1, ...            first, with that many of its words subtracted
 *     less_first, less        first, and any other place, all words subtracted
 *     ..._added               the rest of a place behind less
 *     keep_...                a block's carry waits until the end of the word
 *     no_block, no_tail       a carry that there is none of
 *     ..._end                 the rest of a word, and on to the next one
 *
 * A word w that is subtracted is added inverted, -w = ~w - 1, so that sums must start lower
 * by the number of such words. Where pairs (x, x ^ y) are
 * expected, a pair of inverted words is (~x, x ^ y), and full adders of which
 * one input is inverted make outputs of which one is: "orn" takes the place of "orr", and
 * one inversion is left for four words. What is subtracted stands in front of what is added, and
 * the first four holds what is over of both: nothing else has to be filled up.
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
 * others: the assembler code finds this struct as it stands here. */
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
  uint32_t
      level_bytes; /* from the lower's planes to the higher's of two levels */
} word_sums;

void sbnn_sum_words_thumb2(word_sums sums);

#define LINE(text) text "\n\t"
#define LABEL(name) "\n.Lsbnn_" name ":\n\t"
#define AT(name) ".Lsbnn_" name
#define NEXT LINE("ldr pc, [r0], #4")
#define NEXT_FOUR LINE("ldmia r0!, {r4, r5, r6, r7, pc}")

/* Carries that are kept, and one out of slice 6: long ways only. Of two levels: whether the lower
 * is being added, and slices 4 to 8 that it starts from. */
#define LOCALS "#40"
#define CARRIES "[sp]"
#define CARRY_A "[sp]"
#define CARRY_B "[sp, #4]"
#define WAITING "[sp, #8]" /* and the next one */
#define IS_LOWER "[sp, #12]"
#define UPPER "#16" /* behind sp */

/* The arguments, above the locals and the pushed registers. */
#define F_PROGRAM "[sp, #76]" /* and init */
#define F_INIT "[sp, #80]"
#define F_Y "[sp, #84]"
#define F_END "[sp, #88]"
#define F_PLANES "[sp, #92]"
#define F_SLICES "[sp, #96]" /* and stride */
#define F_BEYOND "[sp, #104]"
#define F_TOP "[sp, #108]"
#define F_LEVEL "[sp, #112]"

/* Thumb code has odd addresses. */
#define STEP(name) LINE(".hword " AT("steps") " - " AT(name) " - 1")

#define OFFSETS LINE("ldmia r0!, {r4, r5, r6, r7}")

#define LOAD_FOUR          \
  LINE("ldr r4, [r1, r4]") \
  LINE("ldr r5, [r1, r5]") \
  LINE("ldr r6, [r1, r6]") \
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

#define ADD_FOUR(first, differ) \
  LOAD_FOUR                     \
  LINE("eors r5, r4")           \
  LINE("eors r7, r6")           \
  ADD_TWO_PAIRS("r8", "r4", "r5", "r6", "r7", first, differ)

#define SUBTRACT_FOUR(first, differ)                              \
  LOAD_FOUR                                                       \
  LINE("eors r5, r4")                                             \
  LINE("eors r7, r6")                                             \
  ADD_OPPOSITE_PAIRS("r8", "r4", "r5", "r6", "r7", first, differ) \
  LINE("mvns " differ ", " differ)

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

/* Slices 4 to 6 of the sum from what they start from, which stands 16 bytes behind r7, and carries;
 * the carry out of slice 6 is lr. */
#define LOAD_START               \
  LINE("ldrd r4, r5, [r7, #16]") \
  LINE("ldr r6, [r7, #24]")

#define TWO_CARRIES                       \
  LINE("eor r12, lr, r12")                \
  ADD_PAIR("r4", "lr", "r12", "r2", "lr") \
  HALF_ADD("r5", "lr", "lr")              \
  HALF_ADD("r6", "lr", "lr")

#define FOUR_CARRIES                                        \
  LINE("ldrd r2, r3, " CARRIES)                             \
  LINE("eor r12, lr, r12")                                  \
  LINE("eors r3, r2")                                       \
  ADD_TWO_PAIRS("r4", "lr", "r12", "r2", "r3", "r12", "lr") \
  ADD_PAIR("r5", "r12", "lr", "r2", "lr")                   \
  HALF_ADD("r6", "lr", "lr")

/* The word's sign, and on to the next word; the end's operands are r5 and r6. */
#define SIGN(sign)               \
  LINE("str " sign ", [r1, r5]") \
  LINE("adds r1, #4")            \
  LINE("cmp r1, r6")             \
  LINE("bne " AT("word"))

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
    LINE("sub sp, " LOCALS)
    LINE("ldr r1, " F_PLANES)
    LINE("movs r4, #0")
    LINE("strd r4, r4, " CARRIES)
    LINE("strd r4, r4, " WAITING)
    LABEL("word")
    LINE("ldrd r0, r4, " F_PROGRAM)
    LINE("ldr r4, [r1, r4]")
    LINE("ldm r4, {r8, r9, r10, r11, lr}") /* lr: slice 4, for the short end */
    NEXT_FOUR

    LABEL("block")
    ADD_FOUR("r2", "r3")
    OFFSETS
    LABEL("block_second")
    ADD_FOUR("r5", "r4")
    ADD_TWO_PAIRS("r9", "r2", "r3", "r5", "r4", "r12", "lr")
    OFFSETS
    LABEL("block_third")
    ADD_FOUR("r2", "r3")
    OFFSETS
    LABEL("block_fourth")
    ADD_FOUR("r5", "r4")
    LABEL("fourth_added")
    ADD_TWO_PAIRS("r9", "r2", "r3", "r5", "r4", "r3", "r2")
    ADD_TWO_PAIRS("r10", "r12", "lr", "r3", "r2", "r5", "r4")
    ADD_PAIR("r11", "r5", "r4", "r6", "lr")
    NEXT_FOUR

    LABEL("mixed_1")
    LOAD_FOUR
    LINE("mvns r4, r4")
    LINE("b " AT("first_loaded"))
    LABEL("mixed_3")
    LOAD_FOUR
    LINE("mvns r6, r6")
    LINE("b " AT("mixed_loaded"))
    LABEL("mixed_2")
    LOAD_FOUR
    LABEL("mixed_loaded")
    LINE("eors r5, r4")
    LINE("mvns r4, r4")
    LINE("b " AT("first_paired"))
    LABEL("first")
    LOAD_FOUR
    LABEL("first_loaded")
    LINE("eors r5, r4")
    LABEL("first_paired")
    LINE("eors r7, r6")
    ADD_TWO_PAIRS("r8", "r4", "r5", "r6", "r7", "r2", "r3")
    NEXT_FOUR
    LABEL("one")
    LINE("ldr r4, [r1, r4]")
    HALF_ADD("r8", "r4", "r2")
    LINE("mov r3, r2")
    NEXT_FOUR
    LABEL("three")
    LINE("ldr r6, [r1, r6]")
    LINE("ldr r4, [r1, r4]")
    LINE("ldr r5, [r1, r5]")
    LINE("eors r5, r4")
    ADD_PAIR("r8", "r4", "r5", "r7", "r2")
    HALF_ADD("r8", "r6", "r3")
    LINE("eors r3, r2")
    NEXT_FOUR
    LABEL("two")
    LINE("ldr r4, [r1, r4]")
    LINE("ldr r5, [r1, r5]")
    LINE("eors r5, r4")
    ADD_PAIR("r8", "r4", "r5", "r6", "r2")
    LINE("mov r3, r2")
    NEXT_FOUR

    LABEL("less_first")
    SUBTRACT_FOUR("r2", "r3")
    NEXT_FOUR
    LABEL("less")
    SUBTRACT_FOUR("r5", "r4")
    NEXT
    LABEL("second_added")
    ADD_TWO_PAIRS("r9", "r2", "r3", "r5", "r4", "r12", "lr")
    NEXT_FOUR

    LABEL("tail_second")
    ADD_FOUR("r5", "r4")
    LABEL("tail_second_added")
    ADD_TWO_PAIRS("r9", "r2", "r3", "r5", "r4", "r3", "r2")
    ADD_PAIR("r10", "r3", "r2", "r4", "r12")
    NEXT_FOUR
    LABEL("tail_second_last")
    HALF_ADD("r11", "r12", "r12")
    NEXT
    LABEL("tail_first_last") /* nothing else is there */
    LINE("mov r5, r2")
    LINE("mov r4, r3")
    LINE("mov r12, #0")
    LINE("b " AT("tail_last_added"))
    LABEL("tail_only")
    LINE("mov r12, #0")
    LABEL("tail_last")
    ADD_FOUR("r5", "r4")
    LABEL("tail_last_added")
    ADD_PAIR("r9", "r5", "r4", "r6", "r5")
    HALF_ADD("r10", "r5", "r5")
    LINE("eor r4, r12, r5")
    ADD_PAIR("r11", "r12", "r4", "r6", "r12")
    NEXT_FOUR

    LABEL("keep_a")
    LINE("str lr, " CARRY_A)
    NEXT
    LABEL("keep_b")
    LINE("str lr, " CARRY_B)
    NEXT
    LABEL("fetch_a")
    LINE("ldr r12, " CARRY_A)
    NEXT
    LABEL("no_block")
    LINE("mov lr, #0")
    NEXT
    LABEL("no_tail")
    LINE("mov r12, #0")
    NEXT

    /* The end's operands: r4 and r5 are where the word's start is found and where its sign goes,
     * r6 is the last word's end. */
    LABEL("short_end")
    LINE("eor r4, lr, r12")
    SIGN("r4")
    LABEL("return")
    LINE("add sp, " LOCALS)
    LINE("pop {r4, r5, r6, r7, r8, r9, r10, r11, lr}")
    LINE("add sp, #16")
    LINE("bx lr")

    LABEL("middle_end")
    LINE("ldr r4, [r1, r4]")
    LINE("ldrd r2, r3, [r4, #16]")
    LINE("eor r7, lr, r12")
    LINE("eor r2, r2, lr")
    LINE("ands r2, r7")
    LINE("eor r2, r2, lr")
    LINE("eors r2, r3")
    SIGN("r2")
    LINE("b " AT("return"))

    LABEL("wide_end")
    LINE("ldr r4, [r1, r4]")
    LINE("ldrd r2, r3, [r4, #16]")
    LINE("ldr r4, [r4, #24]")
    LINE("eor r7, lr, r12")
    LINE("eor r2, r2, lr")
    LINE("ands r2, r7")
    LINE("eor r2, r2, lr")
    LINE("ands r2, r3")
    LINE("eors r2, r4")
    SIGN("r2")
    LINE("b " AT("return"))

    LABEL("widest_end")
    LINE("ldr r4, [r1, r4]")
    LINE("ldrd r8, r9, [r4, #16]")
    LINE("ldr r10, [r4, #24]")
    LINE("ldrd r2, r3, " CARRIES)
    LINE("eor r12, lr, r12")
    LINE("eor r7, r2, r3")
    ADD_TWO_PAIRS("r8", "lr", "r12", "r2", "r7", "r3", "r2")
    LINE("eor r9, r9, r3")
    LINE("and r9, r9, r2")
    LINE("eor r9, r9, r3")
    LINE("eor r2, r9, r10")
    SIGN("r2")
    LINE("b " AT("return"))

    LABEL("whole_2")
    LINE("ldr r7, [r1, r4]")
    LABEL("whole_2_from")
    LOAD_START
    TWO_CARRIES
    NEXT
    LABEL("whole_4")
    LINE("ldr r7, [r1, r4]")
    LABEL("whole_4_from")
    LOAD_START
    FOUR_CARRIES
    NEXT
    LABEL("whole_end")
    LINE("ldr r3, " F_SLICES)
    LINE("stmia r3!, {r8, r9, r10, r11}")
    LINE("stmia r3!, {r4, r5, r6}")
    LINE("ldr r2, " F_BEYOND)
    LINE("cbz r2, " AT("whole_next"))
    LINE("adds r7, #28")
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

    /* These take what r4 to r7 hold already, the next offsets, which stand in front of the step. */
    LABEL("long")
    LINE("ldr r4, " F_INIT)
    LINE("ldr r4, [r1, r4]")
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
    LINE("sub r3, r0, #20")
    LINE("ldm r3, {r4, r5, r6, r7}")
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
    LINE("ldr r2, " WAITING)
    LINE("orr r2, r2, lr")
    LINE("str r2, " WAITING)
    LINE("sub r3, r0, #20")
    LINE("ldm r3, {r4, r5, r6, r7}")
    NEXT
    LABEL("long_ripple")
    LINE("ldr r3, " F_SLICES)
    LINE("ldr r2, " F_BEYOND)
    LINE("ldr lr, " WAITING)
    LINE("mov r12, #0")
    LINE("str r12, " WAITING)
    LINE("adds r3, #28")
    LINE("cbz r2, " AT("long_rippled"))
    LABEL("long_slice")
    LINE("ldr r12, [r3]")
    HALF_ADD("r12", "lr", "lr")
    LINE("str r12, [r3], #4")
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
    STEP("block") STEP("block_second") STEP("block_third") STEP("block_fourth") STEP("first")
    STEP("one") STEP("two") STEP("three") STEP("mixed_1") STEP("mixed_2")
    STEP("mixed_3") STEP("less_first") STEP("less") STEP("second_added")
    STEP("fourth_added") STEP("tail_second") STEP("tail_second_added")
    STEP("tail_second_last") STEP("tail_first_last") STEP("tail_only")
    STEP("tail_last") STEP("tail_last_added") STEP("keep_a") STEP("keep_b")
    STEP("fetch_a") STEP("no_block") STEP("no_tail") STEP("short_end")
    STEP("middle_end") STEP("wide_end") STEP("widest_end") STEP("whole_2")
    STEP("whole_2_from") STEP("whole_4") STEP("whole_4_from")
    STEP("whole_end") STEP("long") STEP("long_two") STEP("long_last")
    STEP("long_ripple") STEP("long_sign") STEP("long_end")
    ".size sbnn_sum_steps_thumb2, . - sbnn_sum_steps_thumb2\n\t"
    ".popsection\n");

#undef STEP
#endif /* SBNN_THUMB2 */
#endif /* SBNN_PLANE_SUMS_THUMB2_H_ */
