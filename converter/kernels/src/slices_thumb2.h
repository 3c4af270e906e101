/* Bit-slices the starts of all word classes, for Thumb-2; a part of conv2d_bits_constants.h.
 * Eight slices take as many registers as there are, more than compilers find room in.
 *
 *     r0  values   r1  the next kind, a number and a mask   r2  end of the class's kinds
 *     r4..r11  slices   r12, lr  bits of a value, and its mask
 */
#ifndef SBNN_SLICES_THUMB2_H_
#define SBNN_SLICES_THUMB2_H_

#include <stdint.h>

#include "inline.h"
#include "place.h"

#ifdef SBNN_THUMB2

/* For each of `classes` classes, of which there is one at least: from the values of its kinds, up
 * to the next number at `behind`, eight slices to `out`, which moves on by `room` bytes. */
void sbnn_slice_classes_thumb2(const int32_t* values, const void* kinds,
                               const int32_t* behind, uint32_t* out,
                               int32_t classes, int32_t room);

#define LINE(text) text "\n\t"
#define SLICE(place, to)                \
  LINE("ubfx r3, r12, #" #place ", #1") \
  LINE("mla " to ", lr, r3, " to)

__asm__(
    SBNN_HOT_PUSHSECTION("sbnn_slice_classes_thumb2")
    ".syntax unified\n\t"
    ".thumb\n\t"
    ".p2align 2\n\t"
    ".global sbnn_slice_classes_thumb2\n\t"
    ".type sbnn_slice_classes_thumb2, %function\n\t"
    ".thumb_func\n"
    "sbnn_slice_classes_thumb2:\n\t"
    LINE("push {r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, lr}")
    "\n.Lsbnn_slices_class:\n\t"
    LINE("ldrd r2, r3, [sp]") /* all kinds, and where the class's end */
    LINE("ldr r4, [r3], #4")
    LINE("str r3, [sp, #4]")
    LINE("add r2, r2, r4, lsl #3")
    LINE("movs r4, #0")
    LINE("movs r5, #0")
    LINE("movs r6, #0")
    LINE("movs r7, #0")
    LINE("mov r8, r4")
    LINE("mov r9, r4")
    LINE("mov r10, r4")
    LINE("mov r11, r4")
    "\n.Lsbnn_slices_kind:\n\t"
    LINE("ldrd r12, lr, [r1], #8")
    LINE("ldr r12, [r0, r12, lsl #2]")
    SLICE(0, "r4")
    SLICE(1, "r5")
    SLICE(2, "r6")
    SLICE(3, "r7")
    SLICE(4, "r8")
    SLICE(5, "r9")
    SLICE(6, "r10")
    SLICE(7, "r11")
    LINE("cmp r1, r2")
    LINE("bne .Lsbnn_slices_kind")
    LINE("ldr r3, [sp, #8]")
    LINE("ldrd r2, r12, [sp, #48]") /* classes, room */
    LINE("stm r3, {r4, r5, r6, r7, r8, r9, r10, r11}")
    LINE("add r3, r3, r12")
    LINE("subs r2, #1")
    LINE("str r3, [sp, #8]")
    LINE("str r2, [sp, #48]")
    LINE("bne .Lsbnn_slices_class")
    LINE("pop {r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, pc}")
    ".size sbnn_slice_classes_thumb2, . - sbnn_slice_classes_thumb2\n\t"
    ".popsection\n");

#undef SLICE
#undef LINE

#endif /* SBNN_THUMB2 */
#endif /* SBNN_SLICES_THUMB2_H_ */
