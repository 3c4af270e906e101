/* What is made of sums while their slices are in registers, for Thumb-2: steps of the
 * programs of plane_sums_thumb2.h, whose registers these are.
 *
 * A sum D has up to ten slices. Slice 0 is that of what it starts from, in memory; the
 * others come from counters:
 *
 *     r8 .. r11, r4 .. r6   slices 1 to 7
 *     r2                    slice 8, if there are ten
 *     r3                    the sign, the highest slice
 *
 * Sums over activations of two bits are made of two levels (conv2d_bits_planes.h): the
 * program is run through for the higher level, starts again for the lower one, a slice below, and
 * comes to `two_levels` both times.
 *
 * Cuts: let X be D where D >= 0, and ~D = -D - 1 elsewhere. X >= least is found
 * slice by slice from the lowest bit of `least` that is set, X >= least = x & (what is below) where
 * least has a one, x | (what is below) where it has none: one step a slice.
 *
 * Streams: one full adder a plane, r12 the carry. Operands in the program say where the
 * plane is and where it goes. Above the update's sign: conv2d_bits_stream.h. */
#ifndef SBNN_PLANE_ENDS_THUMB2_H_
#define SBNN_PLANE_ENDS_THUMB2_H_

#include "place.h"
#include "plane_sums_thumb2.h"

#ifdef SBNN_THUMB2

#define STEP(name) LINE(".hword " AT("ends") " - " AT(name) " - 1")

/* The next plane of a stream: where it is, where it goes, its step. */
#define NEXT_PLANE LINE("ldmia r0!, {r2, r7, pc}")

#define OR_SLICE(number, slice) \
  LABEL("or_" #number)          \
  LINE("eor lr, " slice ", r3") \
  LINE("orr r12, r12, lr")      \
  NEXT

#define AND_SLICE(number, slice) \
  LABEL("and_" #number)          \
  LINE("eor lr, " slice ", r3")  \
  LINE("and r12, r12, lr")       \
  NEXT

#define ADD_TO_PLANE(slice)       \
  LINE("ldr lr, [r1, r2]")        \
  LINE("eor r12, " slice ", r12") \
  LINE("eor r2, " slice ", lr")   \
  LINE("eor lr, lr, r12")         \
  LINE("and r12, r12, r2")        \
  LINE("eor r12, r12, " slice)    \
  LINE("str lr, [r1, r7]")

#define ADD_SLICE(number, slice) \
  LABEL("add_" #number)          \
  ADD_TO_PLANE(slice)            \
  NEXT_PLANE

#define SATURATE_PLANE(number, plane) \
  LABEL("saturate_" #number)          \
  LINE("ldr r5, " plane)              \
  LINE("bics r5, r4")                 \
  LINE("orrs r5, r3")                 \
  LINE("str r5, " plane)

__asm__(
    SBNN_HOT_PUSHSECTION("sbnn_end_steps_thumb2")
    ".syntax unified\n\t"
    ".thumb\n\t"
    ".p2align 2\n"
    LABEL("start_level")
    LINE("ldr r2, " IS_LOWER)
    LINE("cbnz r2, " AT("start_lower"))
    LINE("ldr r7, [r1, r4]")
    NEXT
    LABEL("start_lower")
    LINE("add r7, sp, " UPPER " - 16")
    NEXT
    LABEL("two_levels")
    LINE("ldr r2, " IS_LOWER)
    LINE("mvns r2, r2")
    LINE("str r2, " IS_LOWER)
    LINE("ldr r2, " F_LEVEL)
    LINE("beq " AT("lower_level"))
    /* The lower level starts from the higher one's slices, one place higher. */
    LINE("ldr r7, [r7, #28]")
    LINE("eor r7, r7, lr")
    LINE("str r11, [sp, " UPPER "]")
    LINE("add r3, sp, " UPPER " + 4")
    LINE("stm r3, {r4, r5, r6, r7}")
    LINE("mov r11, r10")
    LINE("mov r10, r9")
    LINE("mov r9, r8")
    LINE("ldrd r0, r4, " F_PROGRAM)
    LINE("ldr r4, [r1, r4]")
    LINE("ldr r8, [r4, #-4]")
    LINE("subs r1, r1, r2")
    NEXT_FOUR
    LABEL("lower_level")
    LINE("add r1, r2")
    NEXT

    LABEL("slices_8")
    LINE("mov r3, r6")
    LINE("mov r12, #0")
    NEXT
    LABEL("slices_9")
    LINE("ldr r3, [r7, #28]")
    LINE("mov r12, #0")
    LINE("eor r3, r3, lr")
    NEXT
    LABEL("slices_10")
    LINE("ldrd r2, r3, [r7, #28]")
    HALF_ADD("r2", "lr", "lr")
    LINE("mov r12, #0")
    LINE("eor r3, r3, lr")
    NEXT

    OR_SLICE(1, "r8") OR_SLICE(2, "r9") OR_SLICE(3, "r10") OR_SLICE(4, "r11")
    OR_SLICE(5, "r4") OR_SLICE(6, "r5") OR_SLICE(7, "r6") OR_SLICE(8, "r2")
    AND_SLICE(1, "r8") AND_SLICE(2, "r9") AND_SLICE(3, "r10")
    AND_SLICE(4, "r11") AND_SLICE(5, "r4") AND_SLICE(6, "r5")
    AND_SLICE(7, "r6") AND_SLICE(8, "r2")
    LABEL("or_0")
    LINE("ldr r12, " F_INIT)
    LINE("ldr r12, [r1, r12]")
    LINE("ldr lr, [r0], #4")
    LINE("ldr r12, [r12, lr]")
    LINE("eor r12, r12, r3")
    NEXT
    LABEL("second")
    LINE("mov r7, r12")
    LINE("mov r12, #0")
    NEXT

    LABEL("two_chains")
    LINE("eor r12, r12, r7")
    LINE("bic r12, r3, r12")
    LINE("eor r12, r12, r7")
    LINE("b " AT("two_planes"))
    LABEL("cuts")
    LINE("eor r12, r12, r3")
    LABEL("two_planes")
    LINE("ldmia r0, {r2, r7, lr}")
    LINE("eor r12, r12, lr")
    LINE("str r12, [r1, r2]")
    LINE("eor r3, r3, lr")
    LINE("mvns r3, r3")
    LINE("str r3, [r1, r7]")
    LINE("adds r1, #4")
    LINE("b.w " AT("next_word"))
    LABEL("one_cut")
    LINE("ldmia r0, {r2, lr}")
    LINE("eor r3, r3, lr")
    LINE("mvns r3, r3")
    LINE("str r3, [r1, r2]")
    LINE("adds r1, #4")
    LINE("b.w " AT("next_word"))

    LABEL("opposite")
    LINE("mvn r8, r8")
    LINE("mvn r9, r9")
    LINE("mvn r10, r10")
    LINE("mvn r11, r11")
    LINE("mvns r4, r4")
    LINE("mvns r5, r5")
    LINE("mvns r6, r6")
    LINE("mvns r2, r2")
    LINE("mvns r3, r3")
    NEXT
    LABEL("stream_8")
    LINE("mov r8, r2")
    LABEL("stream")
    NEXT_PLANE
    ADD_SLICE(1, "r8") ADD_SLICE(2, "r9") ADD_SLICE(3, "r10")
    ADD_SLICE(4, "r11") ADD_SLICE(5, "r4") ADD_SLICE(6, "r5")
    ADD_SLICE(7, "r6")
    LABEL("add_0")
    LINE("ldr lr, [r1, r2]")
    LINE("ldr r2, " F_INIT)
    LINE("ldr r2, [r1, r2]")
    LINE("ldr r12, [r0], #4")
    LINE("ldr r2, [r2, r12]")
    LINE("and r12, lr, r2")
    LINE("eor lr, lr, r2")
    LINE("str lr, [r1, r7]")
    NEXT_PLANE
    LABEL("add_sign")
    ADD_TO_PLANE("r3")
    LINE("eor r12, r12, r3")
    NEXT_PLANE
    LABEL("extend")
    LINE("ldr lr, [r1, r2]")
    LINE("eor lr, lr, r12")
    LINE("str lr, [r1, r7]")
    LINE("eor r2, lr, r3")
    LINE("bic r12, r12, r2")
    NEXT_PLANE
    /* r2: bytes from a plane to the next, r7: the lowest one if there are eight. */
    LABEL("saturate")
    LINE("movs r4, r12")
    LINE("beq " AT("saturated"))
    LINE("bic r3, r4, r3")
    LINE("add r7, r1")
    LINE("add r8, r2, r2, lsl #1")
    LINE("add r6, r7, r8")
    LINE("add r8, r6")
    NEXT
    SATURATE_PLANE(8, "[r7]") SATURATE_PLANE(7, "[r7, r2]")
    SATURATE_PLANE(6, "[r7, r2, lsl #1]") SATURATE_PLANE(5, "[r6]")
    SATURATE_PLANE(4, "[r6, r2]") SATURATE_PLANE(3, "[r6, r2, lsl #1]")
    SATURATE_PLANE(2, "[r8]") SATURATE_PLANE(1, "[r8, r2]")
    LABEL("saturated")
    LINE("adds r1, #4")
    LINE("b.w " AT("next_word"))
    ".p2align 2\n\t"
    ".global sbnn_end_steps_thumb2\n\t"
    ".type sbnn_end_steps_thumb2, %object\n"
    "sbnn_end_steps_thumb2:\n\t"
    LABEL("ends")
    STEP("start_level") STEP("two_levels") STEP("slices_8") STEP("slices_9") STEP("slices_10")
    STEP("or_1") STEP("or_2") STEP("or_3") STEP("or_4") STEP("or_5")
    STEP("or_6") STEP("or_7") STEP("or_8") STEP("and_1") STEP("and_2")
    STEP("and_3") STEP("and_4") STEP("and_5") STEP("and_6") STEP("and_7")
    STEP("and_8") STEP("or_0") STEP("second") STEP("one_cut") STEP("cuts")
    STEP("two_chains") STEP("opposite") STEP("stream") STEP("stream_8")
    STEP("add_0") STEP("add_1") STEP("add_2") STEP("add_3") STEP("add_4")
    STEP("add_5") STEP("add_6") STEP("add_7") STEP("add_1") STEP("add_sign")
    STEP("extend") STEP("saturate") STEP("saturate_1") STEP("saturate_2")
    STEP("saturate_3") STEP("saturate_4") STEP("saturate_5")
    STEP("saturate_6") STEP("saturate_7") STEP("saturate_8")
    ".size sbnn_end_steps_thumb2, . - sbnn_end_steps_thumb2\n\t"
    ".popsection\n");

#undef STEP
#endif /* SBNN_THUMB2 */
#endif /* SBNN_PLANE_ENDS_THUMB2_H_ */
