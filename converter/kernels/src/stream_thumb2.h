/* Reads connections into a list, for Thumb-2; a part of connection_stream.c.
 * Registers are those of rice_thumb2.h, and
 *
 *     r1   where the next connection is written
 *     r11  where to stop
 *     r12  the connection read last */
#ifndef SBNN_STREAM_THUMB2_H_
#define SBNN_STREAM_THUMB2_H_

#include <stdint.h>

#include "inline.h"
#include "place.h"
#include "rice_thumb2.h"

#ifdef SBNN_THUMB2

/* The assembler code knows this struct as it stands. */
typedef struct {
  uint32_t index; /* the connection read last; may be -1 */
  uint32_t* to;
  uint32_t bit; /* next bit of the code */
  const uint32_t* words;
  uint32_t last_window; /* where a window would reach behind the code */
  uint32_t end;
} sbnn_list_reader;

/* Parameters of the Rice code that it knows. */
enum { SBNN_LIST_LEAST = 1, SBNN_LIST_MOST = 5 };

/* Appends to `to` until a connection is at or behind `end`, the end of the code is
 * near, or less than two connections fit into a window. */
void sbnn_read_list_thumb2(sbnn_list_reader* reader, uint32_t parameter);

#define LABEL(name) "\n.Lsbnn_list_" name ":\n\t"
#define AT(name) ".Lsbnn_list_" name

#define LOOP(k)                              \
  LABEL("loop_" #k)                          \
  WINDOW                                     \
  FOUR_STEPS(k, "r12")                       \
  RICE_LINE("cbz r0, " AT("two_" #k))        \
  ADVANCE("r0")                              \
  RICE_LINE("subs r4, " EXTRA(k, 1))         \
  RICE_LINE("subs r5, " EXTRA(k, 2))         \
  RICE_LINE("subs r6, " EXTRA(k, 3))         \
  RICE_LINE("sub r12, r7, " EXTRA(k, 4))     \
  RICE_LINE("stmia r1!, {r4, r5, r6, r12}")  \
  LABEL("next_" #k)                          \
  RICE_LINE("cmp r12, r11")                  \
  RICE_LINE("bge " AT("return"))             \
  RICE_LINE("cmp r8, r10")                   \
  RICE_LINE("blo " AT("loop_" #k))           \
  RICE_LINE("b " AT("return"))               \
  LABEL("two_" #k) /* all four do not fit */ \
  RICE_LINE("cmp r2, #0")                    \
  RICE_LINE("beq " AT("return"))             \
  ADVANCE("r2")                              \
  RICE_LINE("subs r4, " EXTRA(k, 1))         \
  RICE_LINE("sub r12, r5, " EXTRA(k, 2))     \
  RICE_LINE("stmia r1!, {r4, r12}")          \
  RICE_LINE("b " AT("next_" #k))

__asm__(
    SBNN_HOT_PUSHSECTION("sbnn_read_list_thumb2")
    ".syntax unified\n\t"
    ".thumb\n\t"
    ".p2align 2\n\t"
    ".global sbnn_read_list_thumb2\n\t"
    ".type sbnn_read_list_thumb2, %function\n\t"
    ".thumb_func\n"
    "sbnn_read_list_thumb2:\n\t"
    RICE_LINE("push {r0, r4, r5, r6, r7, r8, r9, r10, r11, lr}")
    RICE_LINE("mov r2, r1")
    RICE_LINE("ldrd r12, r1, [r0]")
    RICE_LINE("ldrd r8, r9, [r0, #8]")
    RICE_LINE("ldrd r10, r11, [r0, #16]")
    RICE_LINE("cmp r2, #3")
    RICE_LINE("bhi " AT("above_3"))
    RICE_LINE("beq " AT("loop_3"))
    RICE_LINE("cmp r2, #1")
    RICE_LINE("beq.w " AT("loop_1"))
    LOOP(2)
    LOOP(3)
    LABEL("above_3")
    RICE_LINE("cmp r2, #5")
    RICE_LINE("beq " AT("loop_5"))
    LOOP(4)
    LOOP(5)
    LOOP(1)
    LABEL("return")
    RICE_LINE("ldr r0, [sp], #4")
    RICE_LINE("strd r12, r1, [r0]")
    RICE_LINE("str r8, [r0, #8]")
    RICE_LINE("pop {r4, r5, r6, r7, r8, r9, r10, r11, pc}")
    ".size sbnn_read_list_thumb2, . - sbnn_read_list_thumb2\n\t"
    ".popsection\n");

#endif /* SBNN_THUMB2 */
#endif /* SBNN_STREAM_THUMB2_H_ */
