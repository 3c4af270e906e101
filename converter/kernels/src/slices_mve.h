/* Bit-slices the starts of all word classes with the vectors of Armv8.1-M; a part of
 * conv2d_bits_constants.h. A lane is a slice: the kind's mask is added where its value has the slice's bit.
 *
 *     r0  values   r1  the next kind, a number and a mask   lr  kinds left of the class
 *     q0, q1  slices   q3, q4  their bits
 */
#ifndef SBNN_SLICES_MVE_H_
#define SBNN_SLICES_MVE_H_

#include <stdint.h>

#include "inline.h"
#include "place.h"

#ifdef SBNN_MVE

/* As sbnn_slice_classes_thumb2; all classes have kinds. */
void sbnn_slice_classes_mve(const int32_t* values, const void* kinds,
                            const int32_t* behind, uint32_t* out,
                            int32_t classes, int32_t room);

#define LINE(text) text "\n\t"
#define FOUR_SLICES(bits, to) \
  LINE("vand q5, q2, " bits)  \
  LINE("vpt.i32 ne, q5, zr")  \
  LINE("vaddt.i32 " to ", " to ", r5")

__asm__(
    SBNN_HOT_PUSHSECTION("sbnn_slice_classes_mve")
    ".syntax unified\n\t"
    ".thumb\n\t"
    ".p2align 2\n\t"
    ".global sbnn_slice_classes_mve\n\t"
    ".type sbnn_slice_classes_mve, %function\n\t"
    ".thumb_func\n"
    "sbnn_slice_classes_mve:\n\t"
    LINE("push {r4, r5, r6, r7, r8, lr}")
    LINE("vpush {d8, d9, d10, d11}")
    LINE("ldrd r6, r7, [sp, #56]") /* classes, room */
    LINE("movs r4, #1")
    LINE("vdup.32 q3, r4")
    LINE("movs r4, #0")
    LINE("vidup.u32 q4, r4, #1")
    LINE("vshl.u32 q3, q3, q4")
    LINE("vshl.i32 q4, q3, #4")
    LINE("mov r8, #0")
    "\n.Lsbnn_slices_mve_class:\n\t"
    LINE("ldr r4, [r2], #4")
    LINE("vmov.i32 q0, #0")
    LINE("sub r12, r4, r8")
    LINE("vmov.i32 q1, #0")
    LINE("mov r8, r4")
    LINE("dls lr, r12")
    "\n.Lsbnn_slices_mve_kind:\n\t"
    LINE("ldrd r4, r5, [r1], #8")
    LINE("ldr r4, [r0, r4, lsl #2]")
    LINE("vdup.32 q2, r4")
    FOUR_SLICES("q3", "q0")
    FOUR_SLICES("q4", "q1")
    LINE("le lr, .Lsbnn_slices_mve_kind")
    LINE("vstrw.32 q0, [r3]")
    LINE("vstrw.32 q1, [r3, #16]")
    LINE("add r3, r3, r7")
    LINE("subs r6, #1")
    LINE("bne .Lsbnn_slices_mve_class")
    LINE("vpop {d8, d9, d10, d11}")
    LINE("pop {r4, r5, r6, r7, r8, pc}")
    ".size sbnn_slice_classes_mve, . - sbnn_slice_classes_mve\n\t"
    ".popsection\n");

#undef FOUR_SLICES
#undef LINE

#endif /* SBNN_MVE */
#endif /* SBNN_SLICES_MVE_H_ */
