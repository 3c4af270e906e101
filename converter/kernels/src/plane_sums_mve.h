/* Carry-save sums of planes for the vectors of Armv8.1-M (MVE, "Helium": Cortex-M55, M85), 128
 * positions at a time. The algorithm is that of plane_sums.c, the only file that includes this.
 *
 *     r0       next address of a plane            q0..q2  slices 0 to 2 of the sum
 *     r1       next words' starts                 q3      a four's carry into slice 2
 *     r2       where the next words go            q4      the carry into the level that r12 says
 *     r3       next step of the program           q5..q7  free
 *     r4..r11  addresses of planes
 *     r12      a level's place on the stack       lr      words left
 *
 * As for Thumb-2 a list is a program (plane_sums_thumb2.h): r3 runs through the addresses of steps,
 * each of which jumps to the next, r0 through those of planes. Those are absolute, and a load leaves
 * behind it the address of the next four words, which is stored back: a list of offsets would take an
 * addition for each word. So a program is used up by a run and moved on for the next one (`by`).
 *
 * Planes are added in eights: two fours, each of which leaves a carry into slice 2, and the two
 * a carry into slice 3. There are eight registers, so that slices from 3 on are on the stack, a *level*
 * each, with a carry that waits for another one, as bits of a binary counter do: the i-th eight's carry
 * meets one that waits on each level below the lowest bit of i that is set.
 *
 *     first, one, two, three, mixed_1, ..., less_first   the first four of an eight, as in Thumb-2
 *     second, less_second, single                        the other one, or none
 *     eight, eight_kept, less_eight                      both; the carry is left to wait
 *     quad                                               four eights
 *     meet, keep                                         one level: with what waits there; wait
 *     ripple, ripples                                    nothing waits there: one level, several
 *     top, put_top                                       the highest slice, the sign
 *     sign, whole                                        the rest of the words, and on to the next
 *
 * A word w that is subtracted is added inverted, and a full adder of inverted words leaves an
 * inverted carry: one inversion is left for four words. The last words may be less than four: a loop
 * with tail predication (letp) leaves out what lies behind them in all loads and stores. */
#ifndef SBNN_PLANE_SUMS_MVE_H_
#define SBNN_PLANE_SUMS_MVE_H_

#include "inline.h"
#include "place.h"
#include "plane_steps.h"
#include "plane_sums.h"

#ifdef SBNN_MVE

/* The assembler code finds this struct as it stands here. */
typedef struct {
  uint32_t* list;        /* addresses of planes */
  const uint32_t* steps; /* the program */
  const uint32_t* const* init;
  uint32_t* y;    /* signs, or slices of the first word */
  int32_t words;  /* 1 or more */
  int32_t listed; /* addresses */
  uint32_t by;    /* what they are moved by at first, if it is not 0 */
  int32_t pitch;  /* bytes from the slices of a word to the next one's */
} sbnn_mve_sums;

void sbnn_sum_words_mve(const sbnn_mve_sums* sums);

#define LINE(text) text "\n\t"
#define LABEL(name) "\n.Lsbnn_mve_" name ":\n\t"
#define AT(name) ".Lsbnn_mve_" name
#define NEXT LINE("ldr pc, [r3], #4")

/* Levels, 32 bytes each, then where scattered slices go, and copies of what is in the struct. */
#define F_PLACES "[sp, #416]"
#define F_LIST "[sp, #432]" /* and steps */
#define F_PITCH "[sp, #440]"
#define F_RETURN "[sp, #444]"
#define LOCALS "#448"
#define WAITING "[r12]"
#define SLICE "[r12, #16]"
#define UP LINE("add r12, r12, #32")
#define BOTTOM LINE("mov r12, sp")

#define LOAD(to, from) LINE("vldrw.32 " to ", [" from "], #16")
#define LOAD_FOUR(a, b, c, d) \
  LOAD("q4", a) LOAD("q5", b) LOAD("q6", c) LOAD("q7", d)
#define PAIR(x, y) LINE("veor " y ", " y ", " x)

/* sbnn_add_pair of bit_slices.h: carry = sum ^ ((x ^ sum) & ~p). */
#define ADD_PAIR(sum, x, p, carry)    \
  LINE("veor " x ", " x ", " sum)     \
  LINE("vbic " x ", " x ", " p)       \
  LINE("veor " carry ", " x ", " sum) \
  LINE("veor " sum ", " sum ", " p)

#define HALF_ADD(sum, x, carry)     \
  LINE("veor " sum ", " sum ", " x) \
  LINE("vbic " carry ", " x ", " sum)

/* q5 and q7 are XORed with q4 and q6: four words into slices 0 and 1. */
#define ADD_PAIRS(carry)  \
  LINE("veor q4, q4, q0") \
  LINE("vorr q4, q4, q5") \
  LINE("veor q0, q0, q5") \
  LINE("veor q6, q6, q0") \
  LINE("vbic q6, q6, q7") \
  LINE("veor q5, q0, q4") \
  LINE("veor q0, q0, q7") \
  LINE("veor q4, q4, q6") \
  ADD_PAIR("q1", "q5", "q4", carry)

/* The same where q4 and q6 are inverted. */
#define ADD_OPPOSITE_PAIRS(carry) \
  LINE("veor q4, q4, q0")         \
  LINE("vorn q4, q5, q4")         \
  LINE("veor q0, q0, q5")         \
  LINE("veor q6, q6, q0")         \
  LINE("vorr q6, q6, q7")         \
  LINE("veor q5, q0, q4")         \
  LINE("veor q0, q0, q7")         \
  LINE("veor q4, q4, q6")         \
  LINE("vmvn q4, q4")             \
  ADD_PAIR("q1", "q5", "q4", carry)

#define ADD_FOUR(a, b, c, d, carry) \
  LOAD_FOUR(a, b, c, d)             \
  PAIR("q4", "q5")                  \
  PAIR("q6", "q7")                  \
  ADD_PAIRS(carry)

#define SUBTRACT_FOUR(a, b, c, d, carry) \
  LOAD_FOUR(a, b, c, d)                  \
  PAIR("q4", "q5")                       \
  PAIR("q6", "q7")                       \
  ADD_OPPOSITE_PAIRS(carry)

#define TAKE_FOUR LINE("ldm r0, {r4, r5, r6, r7}")
#define LEAVE_FOUR LINE("stmia r0!, {r4, r5, r6, r7}")
#define TAKE_EIGHT LINE("ldm r0, {r4, r5, r6, r7, r8, r9, r10, r11}")
#define LEAVE_EIGHT LINE("stmia r0!, {r4, r5, r6, r7, r8, r9, r10, r11}")

/* The carries of two fours, q3 and q5. */
#define ADD_TO_FOURS PAIR("q3", "q5") ADD_PAIR("q2", "q3", "q5", "q4")

#define EIGHT                              \
  TAKE_EIGHT                               \
  ADD_FOUR("r4", "r5", "r6", "r7", "q3")   \
  ADD_FOUR("r8", "r9", "r10", "r11", "q5") \
  LEAVE_EIGHT                              \
  ADD_TO_FOURS

/* q4 with the carry that waits on its level. */
#define MEET                       \
  LINE("vldrw.32 q5, " WAITING)    \
  LINE("vldrw.32 q6, " SLICE)      \
  PAIR("q4", "q5")                 \
  ADD_PAIR("q6", "q4", "q5", "q4") \
  LINE("vstrw.32 q6, " SLICE)

/* Slice n of the start, and where it stands on the stack. */
#define START(n, at, place)            \
  LABEL("start_" #n)                   \
  LINE("vldrw.u32 q4, [q7, #" #at "]") \
  LINE("vstrw.32 q4, [sp, #" #place "]")

/* `n` slices of the sum; the highest first. */
#define WHOLE(n, at, place)              \
  LABEL("whole_" #n)                     \
  LINE("vldrw.32 q4, [sp, #" #place "]") \
  LINE("vstrw.32 q4, [q7, #" #at "]")

#define STEP(name) LINE(".word " AT(name) " + 1")

__asm__(
    SBNN_HOT_PUSHSECTION("sbnn_sum_words_mve")
    ".syntax unified\n\t"
    ".thumb\n\t"
    ".p2align 2\n\t"
    ".global sbnn_sum_words_mve\n\t"
    ".type sbnn_sum_words_mve, %function\n\t"
    ".thumb_func\n"
    "sbnn_sum_words_mve:\n\t"
    LINE("push {r4, r5, r6, r7, r8, r9, r10, r11, r12, lr}")
    LINE("vpush {d8, d9, d10, d11, d12, d13, d14, d15}")
    LINE("sub sp, sp, " LOCALS)
    LINE("mov r12, r0")
    LINE("ldm r12, {r0, r3, r4, r5, r6, r7, r8, r9}")
    LINE("strd r0, r3, " F_LIST)
    LINE("mov r1, r4")
    LINE("mov r2, r5")
    LINE("lsl r10, r9, #2")
    LINE("str r10, " F_PITCH)
    /* Four words' places. */
    LINE("mov r10, #0")
    LINE("vidup.u32 q0, r10, #1")
    LINE("vmul.i32 q0, q0, r9")
    LINE("vadd.i32 q0, q0, r2")
    LINE("vstrw.32 q0, " F_PLACES)
    LINE("cmp r8, #0") LINE("beq " AT("moved"))
    LINE("wlstp.32 lr, r7, " AT("moved"))
    LABEL("move")
    LINE("vldrw.32 q0, [r0]")
    LINE("vadd.i32 q0, q0, r8")
    LINE("vstrw.32 q0, [r0], #16")
    LINE("letp lr, " AT("move"))
    LABEL("moved")
    LINE("dlstp.32 lr, r6")
    LABEL("words")
    LINE("ldrd r0, r3, " F_LIST)
    LINE("vldrw.32 q7, [r1], #16")
    NEXT

    START(16, 60, 400) START(15, 56, 368) START(14, 52, 336)
    START(13, 48, 304) START(12, 44, 272) START(11, 40, 240)
    START(10, 36, 208) START(9, 32, 176) START(8, 28, 144)
    START(7, 24, 112) START(6, 20, 80) START(5, 16, 48)
    START(4, 12, 16)
    LINE("vldrw.u32 q0, [q7]")
    LINE("vldrw.u32 q1, [q7, #4]")
    LINE("vldrw.u32 q2, [q7, #8]")
    NEXT

    LABEL("mixed_1")
    TAKE_FOUR
    LOAD_FOUR("r4", "r5", "r6", "r7")
    LINE("vmvn q4, q4")
    LINE("b " AT("first_loaded"))
    LABEL("mixed_2")
    TAKE_FOUR
    LOAD_FOUR("r4", "r5", "r6", "r7")
    LINE("b " AT("mixed_loaded"))
    LABEL("mixed_3")
    TAKE_FOUR
    LOAD_FOUR("r4", "r5", "r6", "r7")
    LINE("vmvn q6, q6")
    LABEL("mixed_loaded")
    PAIR("q4", "q5")
    LINE("vmvn q4, q4")
    LINE("b " AT("first_paired"))
    LABEL("first")
    TAKE_FOUR
    LOAD_FOUR("r4", "r5", "r6", "r7")
    LABEL("first_loaded")
    PAIR("q4", "q5")
    LABEL("first_paired")
    PAIR("q6", "q7")
    ADD_PAIRS("q3")
    LEAVE_FOUR
    NEXT
    LABEL("less_first")
    TAKE_FOUR
    SUBTRACT_FOUR("r4", "r5", "r6", "r7", "q3")
    LEAVE_FOUR
    NEXT
    LABEL("one")
    LINE("ldr r4, [r0]")
    LOAD("q4", "r4")
    HALF_ADD("q0", "q4", "q4")
    HALF_ADD("q1", "q4", "q3")
    LINE("str r4, [r0], #4")
    NEXT
    LABEL("two")
    LINE("ldrd r4, r5, [r0]")
    LOAD("q4", "r4")
    LOAD("q5", "r5")
    PAIR("q4", "q5")
    ADD_PAIR("q0", "q4", "q5", "q4")
    HALF_ADD("q1", "q4", "q3")
    LINE("strd r4, r5, [r0], #8")
    NEXT
    LABEL("three")
    LINE("ldm r0, {r4, r5, r6}")
    LOAD("q4", "r4")
    LOAD("q5", "r5")
    LOAD("q6", "r6")
    PAIR("q4", "q5")
    ADD_PAIR("q0", "q4", "q5", "q4")
    HALF_ADD("q0", "q6", "q6")
    PAIR("q4", "q6")
    ADD_PAIR("q1", "q4", "q6", "q3")
    LINE("stmia r0!, {r4, r5, r6}")
    NEXT

    LABEL("single")
    HALF_ADD("q2", "q3", "q4")
    BOTTOM
    NEXT
    LABEL("none")
    LINE("vmov.i32 q4, #0")
    BOTTOM
    NEXT
    LABEL("second")
    TAKE_FOUR
    ADD_FOUR("r4", "r5", "r6", "r7", "q5")
    LEAVE_FOUR
    ADD_TO_FOURS
    BOTTOM
    NEXT
    LABEL("less_second")
    TAKE_FOUR
    SUBTRACT_FOUR("r4", "r5", "r6", "r7", "q5")
    LEAVE_FOUR
    ADD_TO_FOURS
    BOTTOM
    NEXT
    LABEL("eight")
    EIGHT
    BOTTOM
    NEXT
    LABEL("eight_kept")
    EIGHT
    LINE("vstrw.32 q4, [sp]")
    NEXT
    LABEL("eight_met") /* and the carry waits a level above */
    EIGHT
    LINE("vldrw.32 q5, [sp]")
    LINE("vldrw.32 q6, [sp, #16]")
    PAIR("q4", "q5")
    ADD_PAIR("q6", "q4", "q5", "q4")
    LINE("vstrw.32 q6, [sp, #16]")
    LINE("vstrw.32 q4, [sp, #32]")
    NEXT
    LABEL("quad")
    LINE("str r3, " F_RETURN)
    LINE("adr.w r3, " AT("quad_steps"))
    NEXT
    ".p2align 2\n"
    LABEL("quad_steps")
    STEP("eight_kept") STEP("eight_met")
    STEP("eight_kept") STEP("eight") STEP("meet") STEP("meet")
    STEP("return")
    LABEL("return")
    LINE("ldr r3, " F_RETURN)
    NEXT

    LABEL("meet")
    MEET
    UP
    NEXT
    LABEL("keep")
    LINE("vstrw.32 q4, " WAITING)
    NEXT
    LABEL("ripple")
    LINE("vldrw.32 q5, " SLICE)
    HALF_ADD("q5", "q4", "q4")
    LINE("vstrw.32 q5, " SLICE)
    UP
    NEXT
    LABEL("ripples") /* so many of them */
    LINE("ldr r4, [r3], #4")
    LINE("cbz r4, " AT("rippled"))
    LABEL("ripples_next")
    LINE("vldrw.32 q5, " SLICE)
    HALF_ADD("q5", "q4", "q4")
    LINE("vstrw.32 q5, " SLICE)
    UP
    LINE("subs r4, #1")
    LINE("bne " AT("ripples_next"))
    LABEL("rippled")
    NEXT
    LABEL("top")
    LINE("vldrw.32 q5, " SLICE)
    PAIR("q5", "q4")
    NEXT
    LABEL("put_top")
    LINE("vstrw.32 q4, " SLICE)
    NEXT

    LABEL("sign")
    LINE("vstrw.32 q4, [r2], #16")
    LINE("letp lr, " AT("words"))
    LABEL("done")
    LINE("add sp, sp, " LOCALS)
    LINE("vpop {d8, d9, d10, d11, d12, d13, d14, d15}")
    LINE("pop {r4, r5, r6, r7, r8, r9, r10, r11, r12, pc}")

    LABEL("whole")
    LINE("vldrw.32 q7, " F_PLACES)
    LINE("ldr r4, " F_PITCH)
    LINE("vstrw.32 q0, [q7]")
    LINE("vstrw.32 q1, [q7, #4]")
    LINE("vstrw.32 q2, [q7, #8]")
    LINE("vadd.i32 q6, q7, r4")
    LINE("vstrw.32 q6, " F_PLACES)
    NEXT
    WHOLE(16, 60, 400) WHOLE(15, 56, 368) WHOLE(14, 52, 336)
    WHOLE(13, 48, 304) WHOLE(12, 44, 272) WHOLE(11, 40, 240)
    WHOLE(10, 36, 208) WHOLE(9, 32, 176) WHOLE(8, 28, 144)
    WHOLE(7, 24, 112) WHOLE(6, 20, 80) WHOLE(5, 16, 48)
    WHOLE(4, 12, 16)
    LINE("letp lr, " AT("words"))
    LINE("b " AT("done"))
    ".size sbnn_sum_words_mve, . - sbnn_sum_words_mve\n\t"
    ".p2align 2\n\t"
    ".global sbnn_sum_steps_mve\n\t"
    ".type sbnn_sum_steps_mve, %object\n"
    "sbnn_sum_steps_mve:\n\t"
    STEP("start_4") STEP("start_5") STEP("start_6") STEP("start_7")
    STEP("start_8") STEP("start_9") STEP("start_10") STEP("start_11")
    STEP("start_12") STEP("start_13") STEP("start_14") STEP("start_15")
    STEP("start_16") STEP("one") STEP("two") STEP("three") STEP("first")
    STEP("mixed_1") STEP("mixed_2") STEP("mixed_3") STEP("less_first")
    STEP("single") STEP("none") STEP("second") STEP("less_second")
    STEP("eight") STEP("eight_kept") STEP("eight_met") STEP("quad") STEP("meet") STEP("keep")
    STEP("ripple") STEP("ripples") STEP("top") STEP("put_top") STEP("sign")
    STEP("whole") STEP("whole_4") STEP("whole_5") STEP("whole_6")
    STEP("whole_7") STEP("whole_8") STEP("whole_9") STEP("whole_10")
    STEP("whole_11") STEP("whole_12") STEP("whole_13") STEP("whole_14")
    STEP("whole_15") STEP("whole_16")
    ".size sbnn_sum_steps_mve, . - sbnn_sum_steps_mve\n\t"
    ".popsection\n");

#undef LINE
#undef LABEL
#undef AT
#undef NEXT
#undef F_PLACES
#undef F_LIST
#undef F_PITCH
#undef F_RETURN
#undef LOCALS
#undef WAITING
#undef SLICE
#undef UP
#undef BOTTOM
#undef LOAD
#undef LOAD_FOUR
#undef PAIR
#undef ADD_PAIR
#undef HALF_ADD
#undef ADD_PAIRS
#undef ADD_OPPOSITE_PAIRS
#undef ADD_FOUR
#undef SUBTRACT_FOUR
#undef TAKE_FOUR
#undef LEAVE_FOUR
#undef TAKE_EIGHT
#undef LEAVE_EIGHT
#undef ADD_TO_FOURS
#undef EIGHT
#undef MEET
#undef START
#undef WHOLE
#undef STEP

#endif /* SBNN_MVE */
#endif /* SBNN_PLANE_SUMS_MVE_H_ */
