/* Carry-save sums of planes for Thumb-2 (Cortex-M3, M4, M7, M33 and up).
 *
 * The algorithm is that of plane_sums.c, the only file that includes this. Written by hand because it needs all
 * fourteen registers: compilers spill in the block of sixteen words, and do not
 * load several list entries with one instruction.
 *
 *     r0       next entry of the list: byte offsets of planes
 *     r1       where offset 0 of this word is
 *     r2, r3   carry pair of slice 0
 *     r4..r7   list entries, then the words they stand for
 *     r8..r11  slices 0 to 3 of the sum
 *     r12      carry pair of slice 1 (first), then a waiting carry
 *     lr       carry pair of slice 1 (differ), then the carry into slice 4
 *
 * A list of 16 a + 8 b + 4 c words is read as `a` blocks of sixteen, then eight
 * words if b, then four if c. There are four ways through a word:
 *
 *     short   a = 0, five slices: slice 4 is the sign and stays in lr
 *     middle  a = 1, six slices: slice 4 gets two carries at the end, their
 *             majority goes into the sign
 *     wide    a = 2 or 3, seven slices: the same with three or four carries
 *     long    any number, seven slices or more: slices from 4 on are in memory
 *
 * Where to go next is looked up in a jump table that is filled in once a call. */
#ifndef SBNN_PLANE_SUMS_THUMB2_H_
#define SBNN_PLANE_SUMS_THUMB2_H_

#include "inline.h"
#include "plane_sums.h"

#ifdef SBNN_THUMB2

/* The first four arguments come in registers and are pushed in front of the
 * others: the assembler code finds this struct as it stands here, at FRAME. */
typedef struct {
  const uint32_t* list;
  uintptr_t init;      /* address of inits - address of planes */
  uintptr_t y;         /* address of y - address of planes */
  const uint32_t* end; /* behind the last word of the plane at offset 0 */
  const uint32_t* planes;
  int32_t count;        /* a multiple of 4, at least 4 */
  uint32_t* slices;     /* of the sum; filled in by the long way only */
  int32_t beyond_seven; /* slices - 7 */
  int32_t top;          /* bytes from the lowest slice to the sign */
  int32_t way;          /* short -2, middle -1, wide 0, long 1 */
  int32_t
      stride; /* bytes from the slices of a word to the next one's: long way */
} word_sums;

void sbnn_sum_words_thumb2(word_sums sums);

#define LINE(text) text "\n\t"
#define LABEL(name) "\n.Lsbnn_" name ":\n\t"
#define AT(name) ".Lsbnn_" name
/* A jump target must be odd: that is how Thumb code is told apart. */
#define ADDRESS(condition, to, name) \
  LINE("adr" condition ".w " to ", " AT(name) " + 1")

/* Below the pushed registers. */
#define JUMP_BLOCK "[sp, #0]" /* where to go behind a block */
#define JUMP_TAIL "[sp, #4]"  /* where to go behind the last block */
#define JUMP_EIGHT "[sp, #8]" /* where to go behind the eight words */
#define JUMP_END "[sp, #12]"  /* where to go at the end of the list */
#define JUMP_START "[sp, #16]"
#define FIRST_BLOCK "[sp, #20]" /* what JUMP_BLOCK starts with */
#define BLOCKS_END "[sp, #24]"  /* of the list */
#define CARRY "[sp, #28]"       /* and a second one behind it */
#define SECOND_CARRY "[sp, #32]"
#define HIGH_SLICES "[sp, #36]"
#define WAITING "[sp, #40]"
#define LOCAL_BYTES "44"
#define F_LIST "[sp, #80]"
#define F_INIT "[sp, #84]"
#define F_Y "[sp, #88]"
#define F_END "[sp, #92]"
#define F_PLANES "[sp, #96]"
#define F_COUNT "[sp, #100]"
#define F_SLICES "[sp, #104]"
#define F_BEYOND "[sp, #108]"
#define F_TOP "[sp, #112]"
#define F_WAY "[sp, #116]"
#define F_STRIDE "[sp, #120]"

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

#define ADD_FOUR(first, differ) \
  LOAD_FOUR                     \
  LINE("eors r5, r4")           \
  LINE("eors r7, r6")           \
  ADD_TWO_PAIRS("r8", "r4", "r5", "r6", "r7", first, differ)

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

__asm__(
    ".pushsection .text.sbnn_sum_words_thumb2,\"ax\",%progbits\n\t"
    ".syntax unified\n\t"
    ".thumb\n\t"
    ".p2align 2\n\t"
    ".global sbnn_sum_words_thumb2\n\t"
    ".type sbnn_sum_words_thumb2, %function\n\t"
    ".thumb_func\n"
    "sbnn_sum_words_thumb2:\n\t"
    LINE("push {r0, r1, r2, r3}")
    LINE("push {r4, r5, r6, r7, r8, r9, r10, r11, lr}")
    LINE("sub sp, #" LOCAL_BYTES)

    /* Which of the parts there are: carry is bit 3 of the count, minus bit 2. */
    LINE("ldr r0, " F_COUNT)
    LINE("ldr r1, " F_WAY)
    LINE("lsrs r2, r0, #4")
    LINE("ldr r3, " F_LIST)
    LINE("add r3, r3, r2, lsl #6")
    LINE("str r3, " BLOCKS_END)
    LINE("adds r1, #1")
    LINE("blt " AT("plan_short"))
    LINE("beq " AT("plan_middle"))
    LINE("cmp r1, #1")
    LINE("beq " AT("plan_wide"))
    ADDRESS("", "r3", "long_end")
    ADDRESS("", "r4", "long_store")
    ADDRESS("", "r5", "first_of_two")
    LINE("tst r2, #1")
    LINE("it ne")
    ADDRESS("ne", "r5", "single")
    LINE("str r5, " FIRST_BLOCK)
    LINE("ldr r5, " F_SLICES)
    LINE("adds r5, #16")
    LINE("str r5, " HIGH_SLICES)
    LINE("movs r5, #0")
    LINE("str r5, " WAITING)
    LINE("b " AT("plan_tail"))
    LABEL("plan_wide")
    LINE("movs r3, #0")
    LINE("str r3, " SECOND_CARRY)
    ADDRESS("", "r5", "last_but_one")
    LINE("cmp r2, #3")
    LINE("it eq")
    ADDRESS("eq", "r5", "first_of_three")
    LINE("str r5, " FIRST_BLOCK)
    ADDRESS("", "r3", "wide_end")
    ADDRESS("", "r4", "wide_no_tail")
    LINE("b " AT("plan_tail"))
    LABEL("plan_middle")
    ADDRESS("", "r3", "middle_end")
    ADDRESS("", "r4", "middle_no_tail")
    LINE("b " AT("plan_tail"))
    LABEL("plan_short")
    ADDRESS("", "r3", "short_end")
    LABEL("plan_tail")
    LINE("str r3, " JUMP_END)
    ADDRESS("", "r5", "eight_last")
    LINE("lsls r0, r0, #29")
    LINE("itt mi")
    ADDRESS("mi", "r5", "four")
    ADDRESS("mi", "r4", "four_only")
    LINE("it cs")
    ADDRESS("cs", "r4", "eight")
    LINE("str r5, " JUMP_EIGHT)
    LINE("str r4, " JUMP_TAIL)
    LINE("str r4, " JUMP_BLOCK)
    LINE("cmp r2, #0")
    LINE("it ne")
    ADDRESS("ne", "r4", "block")
    LINE("str r4, " JUMP_START)
    LINE("cmp r1, #0")
    LINE("blt " AT("start_short"))
    LINE("beq " AT("start_middle"))
    LINE("cmp r1, #1")
    LINE("ldr r1, " F_PLANES)
    LINE("beq " AT("wide"))

    /* The long way. */
    LABEL("long")
    LINE("ldrd r0, r4, " F_LIST)
    LINE("ldr r4, [r1, r4]")
    LINE("ldr r3, " HIGH_SLICES)
    LINE("ldmia r4!, {r8, r9, r10, r11}")
    LINE("ldmia r4!, {r5, r6, r7}")
    LINE("stmia r3!, {r5, r6, r7}")
    LINE("ldr r2, " F_BEYOND)
    LINE("cbz r2, " AT("long_start"))
    LABEL("long_copy")
    LINE("ldr r5, [r4], #4")
    LINE("str r5, [r3], #4")
    LINE("subs r2, #1")
    LINE("bne " AT("long_copy"))
    LABEL("long_start")
    LINE("ldr r4, " FIRST_BLOCK)
    LINE("str r4, " JUMP_BLOCK)
    LINE("ldr pc, " JUMP_START)

    LABEL("first_of_two")
    LINE("str lr, " CARRY)
    ADDRESS("", "r4", "second_of_two")
    LINE("str r4, " JUMP_BLOCK)
    LINE("b " AT("block"))
    LABEL("long_end")
    LINE("mov lr, r12")
    LABEL("single")
    LINE("mov r12, #0")
    LINE("b " AT("into_high"))
    LABEL("second_of_two")
    LINE("ldr r12, " CARRY)
    /* Two carries into slice 4. */
    LABEL("into_high")
    LINE("ldr r3, " HIGH_SLICES)
    LINE("ldm r3, {r5, r6, r7}")
    LINE("eor r4, lr, r12")
    ADD_PAIR("r5", "lr", "r4", "r12", "lr")
    HALF_ADD("r6", "lr", "lr")
    HALF_ADD("r7", "lr", "lr")
    LINE("stmia r3!, {r5, r6, r7}")
    LINE("ldr r4, " BLOCKS_END)
    LINE("ldr r2, " F_BEYOND)
    LINE("cbz r2, " AT("long_next"))
    /* A carry out of slice 6 comes once in 128 words at most. Those of up to four
     * pairs of blocks are collected before they go further. */
    LINE("ldr r5, " WAITING)
    LINE("orr lr, lr, r5")
    LINE("movs r5, #0")
    LINE("cmp r0, r4")
    LINE("bhs " AT("long_waited"))
    LINE("tst r0, #0x180")
    LINE("bne " AT("long_wait"))
    LABEL("long_waited")
    LINE("str r5, " WAITING)
    LABEL("long_ripple")
    LINE("ldr r5, [r3]")
    HALF_ADD("r5", "lr", "lr")
    LINE("str r5, [r3], #4")
    LINE("subs r2, #1")
    LINE("bne " AT("long_ripple"))
    LABEL("long_next")
    LINE("cmp r0, r4")
    LINE("bhi " AT("long_store"))
    LINE("it eq")
    LINE("ldreq pc, " JUMP_TAIL)
    LABEL("long_more")
    ADDRESS("", "r4", "first_of_two")
    LINE("str r4, " JUMP_BLOCK)
    LINE("b " AT("block"))
    LABEL("long_wait")
    LINE("str lr, " WAITING)
    LINE("b " AT("long_more"))
    LABEL("long_store")
    LINE("ldr r3, " F_SLICES)
    LINE("ldr r2, " F_STRIDE)
    LINE("stm r3, {r8, r9, r10, r11}")
    LINE("cbz r2, " AT("long_sign"))
    LINE("adds r2, r2, r3")
    LINE("str r2, " F_SLICES)
    LINE("adds r2, #16")
    LINE("str r2, " HIGH_SLICES)
    LABEL("long_sign")
    LINE("ldr r5, " F_TOP)
    LINE("ldr r4, [r3, r5]")
    LINE("ldrd r5, r6, " F_Y)
    LINE("str r4, [r1, r5]")
    LINE("adds r1, #4")
    LINE("cmp r1, r6")
    LINE("bne " AT("long"))
    LABEL("return")
    LINE("add sp, #" LOCAL_BYTES)
    LINE("pop {r4, r5, r6, r7, r8, r9, r10, r11, lr}")
    LINE("add sp, #16")
    LINE("bx lr")

    LABEL("wide_no_tail") /* a carry less */
    LINE("mov r12, #0")
    LABEL("wide_end")
    LINE("ldr r4, " F_INIT)
    LINE("ldr r7, [r1, r4]")
    LINE("ldrd r4, r5, [r7, #16]")
    LINE("ldr r6, [r7, #24]")
    LINE("ldrd r2, r3, " CARRY)
    LINE("eor r8, lr, r12")
    LINE("eor r7, r2, r3")
    ADD_TWO_PAIRS("r4", "lr", "r8", "r2", "r7", "r3", "r2")
    LINE("eors r5, r3")
    LINE("ands r5, r2")
    LINE("eors r5, r3")
    LINE("eor r4, r5, r6")
    LINE("ldrd r5, r6, " F_Y)
    LINE("str r4, [r1, r5]")
    LINE("adds r1, #4")
    LINE("cmp r1, r6")
    LINE("beq " AT("return"))
    LABEL("wide")
    LINE("ldrd r0, r4, " F_LIST)
    LINE("ldr r4, [r1, r4]")
    LINE("ldm r4, {r8, r9, r10, r11}")
    LINE("ldr r4, " FIRST_BLOCK)
    LINE("str r4, " JUMP_BLOCK)
    LINE("b " AT("block"))
    LABEL("first_of_three")
    LINE("str lr, " SECOND_CARRY)
    ADDRESS("", "r4", "last_but_one")
    LINE("str r4, " JUMP_BLOCK)
    LINE("b " AT("block"))
    LABEL("last_but_one")
    LINE("str lr, " CARRY)
    LINE("ldr r4, " JUMP_TAIL)
    LINE("str r4, " JUMP_BLOCK)
    LINE("b " AT("block"))

    LABEL("middle_no_tail") /* one carry only */
    LINE("mov r12, #0")
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
    LINE("bne " AT("middle"))
    LINE("b " AT("return"))
    LABEL("start_middle")
    LINE("ldr r1, " F_PLANES)
    LABEL("middle")
    LINE("ldrd r0, r4, " F_LIST)
    LINE("ldr r4, [r1, r4]")
    LINE("ldm r4, {r8, r9, r10, r11}")

    LABEL("block")
    ADD_FOUR("r2", "r3")
    ADD_FOUR("r5", "r4")
    ADD_TWO_PAIRS("r9", "r2", "r3", "r5", "r4", "r12", "lr")
    ADD_FOUR("r2", "r3")
    ADD_FOUR("r5", "r4")
    ADD_TWO_PAIRS("r9", "r2", "r3", "r5", "r4", "r3", "r2")
    ADD_TWO_PAIRS("r10", "r12", "lr", "r3", "r2", "r5", "r4")
    ADD_PAIR("r11", "r5", "r4", "r6", "lr")
    LINE("ldr pc, " JUMP_BLOCK)

    LABEL("short_end")
    LINE("ldrd r5, r6, " F_Y)
    LINE("eor r4, lr, r12")
    LINE("str r4, [r1, r5]")
    LINE("adds r1, #4")
    LINE("cmp r1, r6")
    LINE("bne " AT("short"))
    LINE("b " AT("return"))
    LABEL("start_short")
    LINE("ldr r1, " F_PLANES)
    LABEL("short")
    LINE("ldrd r0, r4, " F_LIST)
    LINE("ldr r4, [r1, r4]")
    LINE("ldm r4, {r8, r9, r10, r11, lr}")
    LINE("ldr pc, " JUMP_TAIL)

    LABEL("eight")
    ADD_FOUR("r2", "r3")
    ADD_FOUR("r5", "r4")
    ADD_TWO_PAIRS("r9", "r2", "r3", "r5", "r4", "r3", "r2")
    ADD_PAIR("r10", "r3", "r2", "r4", "r12")
    LINE("ldr pc, " JUMP_EIGHT)
    LABEL("eight_last")
    HALF_ADD("r11", "r12", "r12")
    LINE("ldr pc, " JUMP_END)

    LABEL("four_only")
    LINE("mov r12, #0")
    LABEL("four")
    ADD_FOUR("r5", "r4")
    ADD_PAIR("r9", "r5", "r4", "r6", "r5")
    HALF_ADD("r10", "r5", "r5")
    LINE("eor r4, r12, r5")
    ADD_PAIR("r11", "r12", "r4", "r6", "r12")
    LINE("ldr pc, " JUMP_END)
    ".size sbnn_sum_words_thumb2, . - sbnn_sum_words_thumb2\n\t"
    ".popsection\n");

#endif /* SBNN_THUMB2 */
#endif /* SBNN_PLANE_SUMS_THUMB2_H_ */
