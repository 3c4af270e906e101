/* Places connections that stand tap by tap, for Thumb-2; a part of conv2d_bits_list.h.
 *
 * Those of tap t lie below a limit, which grows by `channels` from tap to tap; each becomes
 * connection * channel_bytes + bases[t]. Behind the list stand numbers that no limit reaches.
 *
 *     r0   the list           r1, r2  channels, channel_bytes
 *     r3   bases              r4, r5  where counts are written, and their end
 *     r6   the limit          r7      base of the tap
 */
#ifndef SBNN_TAPS_THUMB2_H_
#define SBNN_TAPS_THUMB2_H_

#include <stdint.h>

#include "inline.h"
#include "place.h"

#ifdef SBNN_THUMB2

/* Places a list where it stands, and counts the connections of each tap. */
void sbnn_place_by_tap_thumb2(uint32_t* list, uint32_t channels,
                              uint32_t channel_bytes, const uint32_t* bases,
                              int32_t* counts, const int32_t* counts_end);

/* The assembler code knows this struct as it stands. */
typedef struct {
  int32_t* counts;
  const int32_t* counts_end;
  uint32_t* less; /* where those that subtract go; may be the list */
  uint32_t* more; /* where the others go */
  uint32_t word;  /* sbnn_sign_reader */
  const uint32_t* next;
} sbnn_tap_split;

/* The same for a signed kernel: the ends of both lists come back in `split`. Those that subtract
 * count as less than none. */
void sbnn_split_by_tap_thumb2(const uint32_t* list, uint32_t channels,
                              uint32_t channel_bytes, const uint32_t* bases,
                              sbnn_tap_split* split);

#define LINE(text) text "\n\t"
#define LABEL(name) "\n.Lsbnn_taps_" name ":\n\t"
#define AT(name) ".Lsbnn_taps_" name

__asm__(
    SBNN_HOT_PUSHSECTION("sbnn_place_by_tap_thumb2")
    ".syntax unified\n\t"
    ".thumb\n\t"
    ".p2align 2\n\t"
    ".global sbnn_place_by_tap_thumb2\n\t"
    ".type sbnn_place_by_tap_thumb2, %function\n\t"
    ".thumb_func\n"
    "sbnn_place_by_tap_thumb2:\n\t"
    LINE("push {r4, r5, r6, r7, r8, r9, r10, r11, r12, lr}")
    LINE("ldrd r4, r5, [sp, #40]")
    LINE("movs r6, #0")
    LINE("b " AT("place_next"))
    LABEL("place_four") /* all below the limit, since the last one is */
    LINE("ldm r0, {r9, r10, r11, r12}")
    LINE("mla r9, r9, r2, r7")
    LINE("mla r10, r10, r2, r7")
    LINE("mla r11, r11, r2, r7")
    LINE("mla r12, r12, r2, r7")
    LINE("stmia r0!, {r9, r10, r11, r12}")
    LABEL("place_tap")
    LINE("ldr r12, [r0, #12]")
    LINE("cmp r12, r6")
    LINE("blo " AT("place_four"))
    LINE("ldr r9, [r0]")
    LINE("cmp r9, r6")
    LINE("bhs " AT("place_count"))
    LABEL("place_one")
    LINE("mla r9, r9, r2, r7")
    LINE("str r9, [r0], #4")
    LINE("ldr r9, [r0]")
    LINE("cmp r9, r6")
    LINE("blo " AT("place_one"))
    LABEL("place_count")
    LINE("subs r7, r0, r8")
    LINE("asrs r7, r7, #2")
    LINE("str r7, [r4], #4")
    LABEL("place_next")
    LINE("ldr r7, [r3], #4")
    LINE("add r6, r6, r1")
    LINE("mov r8, r0")
    LINE("cmp r4, r5")
    LINE("bne " AT("place_tap"))
    LINE("pop {r4, r5, r6, r7, r8, r9, r10, r11, r12, pc}")
    ".size sbnn_place_by_tap_thumb2, . - sbnn_place_by_tap_thumb2\n\t"
    ".popsection\n"

    /* r8 is where the next one that subtracts goes, r9 where the others do, r10 and r11 the
     * reader of signs, lr what the lists had been apart when the tap began. */
    SBNN_HOT_PUSHSECTION("sbnn_split_by_tap_thumb2")
    ".syntax unified\n\t"
    ".thumb\n\t"
    ".p2align 2\n\t"
    ".global sbnn_split_by_tap_thumb2\n\t"
    ".type sbnn_split_by_tap_thumb2, %function\n\t"
    ".thumb_func\n"
    "sbnn_split_by_tap_thumb2:\n\t"
    LINE("push {r4, r5, r6, r7, r8, r9, r10, r11, r12, lr}")
    LINE("ldr r12, [sp, #40]")
    LINE("ldrd r4, r5, [r12]")
    LINE("ldrd r8, r9, [r12, #8]")
    LINE("ldrd r10, r11, [r12, #16]")
    LINE("movs r6, #0")
    LINE("b " AT("split_next"))
    LABEL("split_signs") /* the bit was the one above the last sign */
    LINE("ldr r10, [r11], #4")
    LINE("lsrs r10, r10, #1")
    LINE("orr r10, r10, #0x80000000")
    LINE("b " AT("split_signed"))
    LABEL("split_one")
    LINE("mla r12, r12, r2, r7")
    LINE("lsrs r10, r10, #1")
    LINE("beq " AT("split_signs"))
    LABEL("split_signed")
    "ite cs\n\t"
    LINE("strcs r12, [r8], #4")
    LINE("strcc r12, [r9], #4")
    LABEL("split_tap")
    LINE("ldr r12, [r0], #4")
    LINE("cmp r12, r6")
    LINE("blo " AT("split_one"))
    LINE("subs r0, #4")
    LINE("sub r7, r9, r8")
    LINE("sub r7, r7, lr")
    LINE("asrs r7, r7, #2")
    LINE("str r7, [r4], #4")
    LABEL("split_next")
    LINE("ldr r7, [r3], #4")
    LINE("add r6, r6, r1")
    LINE("sub lr, r9, r8")
    LINE("cmp r4, r5")
    LINE("bne " AT("split_tap"))
    LINE("ldr r12, [sp, #40]")
    LINE("strd r8, r9, [r12, #8]")
    LINE("strd r10, r11, [r12, #16]")
    LINE("pop {r4, r5, r6, r7, r8, r9, r10, r11, r12, pc}")
    ".size sbnn_split_by_tap_thumb2, . - sbnn_split_by_tap_thumb2\n\t"
    ".popsection\n");

#undef AT
#undef LABEL
#undef LINE

#endif /* SBNN_THUMB2 */
#endif /* SBNN_TAPS_THUMB2_H_ */
