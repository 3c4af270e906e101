/* The inner loop of streamed dense layers for Thumb-2; a part of dense_streamed.c.
 * Four Golomb-Rice codes are read at a time (rice.h) and used at once.
 *
 * Registers are those of rice_thumb2.h, and
 *
 *     r1   the unit's sum
 *     r11  end of the inputs, with the drift of four codes
 *     r12  address of the input read last
 */
#ifndef SBNN_DENSE_BLOCKS_THUMB2_H_
#define SBNN_DENSE_BLOCKS_THUMB2_H_

#include <stdint.h>

#include "inline.h"
#include "place.h"
#include "rice_thumb2.h"

#ifdef SBNN_THUMB2

/* How far a layer has come. The assembler code knows this struct as it stands. */
typedef struct {
  uintptr_t at; /* address of the input of the connection read last */
  int32_t sum;  /* of the unit so far */
  uint32_t bit; /* next bit of the code */
  const uint32_t* words;
  uint32_t last_window; /* where a window would reach behind the code */
  uintptr_t end;        /* address behind the inputs */
  uintptr_t inputs;     /* their number */
  void (*finish)(void* layer, int32_t sum); /* takes the sum of a unit */
  void* layer;
} sbnn_dense_cursor;

/* Parameters of the Rice code that it knows. */
enum { SBNN_DENSE_BLOCKS_LEAST = 3, SBNN_DENSE_BLOCKS_MOST = 5 };

/* Adds connections until the end of the code is near or less than two of them
 * fit into a window. */
void sbnn_dense_blocks_thumb2(sbnn_dense_cursor* cursor, uint32_t parameter);

#define LABEL(name) "\n.Lsbnn_dense_" name ":\n\t"
#define AT(name) ".Lsbnn_dense_" name

#define C_AT "0"
#define C_SUM "4"
#define C_BIT "8"
#define C_WORDS "12"
#define C_END "20"
#define C_INPUTS "24"
#define C_FINISH "28"

#define BACK(k, codes) "#-(" #codes " * ((1 << " #k ") - 1))"

#define LOOP(k)                               \
  LABEL("start_" #k)                          \
  RICE_LINE("add r11, r11, " EXTRA(k, 4))     \
  LABEL("next_" #k)                           \
  RICE_LINE("cmp r8, r10")                    \
  RICE_LINE("bhs " AT("return"))              \
  LABEL("loop_" #k)                           \
  WINDOW                                      \
  FOUR_STEPS(k, "r12")                        \
  RICE_LINE("cbz r0, " AT("two_" #k))         \
  ADVANCE("r0")                               \
  RICE_LINE("cmp r7, r11")                    \
  RICE_LINE("bhs " AT("across_" #k))          \
  RICE_LINE("ldrsb r0, [r4, " BACK(k, 1) "]") \
  RICE_LINE("ldrsb r2, [r5, " BACK(k, 2) "]") \
  RICE_LINE("add r1, r1, r0")                 \
  RICE_LINE("ldrsb r0, [r6, " BACK(k, 3) "]") \
  RICE_LINE("add r1, r1, r2")                 \
  RICE_LINE("ldrsb r2, [r7, " BACK(k, 4) "]") \
  RICE_LINE("add r1, r1, r0")                 \
  RICE_LINE("add r1, r1, r2")                 \
  RICE_LINE("sub r12, r7, " EXTRA(k, 4))      \
  RICE_LINE("cmp r8, r10")                    \
  RICE_LINE("blo " AT("loop_" #k))            \
  RICE_LINE("b " AT("return"))                \
  LABEL("across_" #k)                         \
  RICE_LINE("subs r6, " EXTRA(k, 3))          \
  RICE_LINE("subs r7, " EXTRA(k, 4))          \
  RICE_LINE("movs r2, " EXTRA(k, 4))          \
  RICE_LINE("bl " AT("first"))                \
  RICE_LINE("b " AT("next_" #k))              \
  LABEL("two_" #k) /* all four do not fit */  \
  RICE_LINE("cmp r2, #0")                     \
  RICE_LINE("beq " AT("return"))              \
  ADVANCE("r2")                               \
  RICE_LINE("subs r6, r4, " EXTRA(k, 1))      \
  RICE_LINE("sub r7, r5, " EXTRA(k, 2))       \
  RICE_LINE("movs r2, " EXTRA(k, 4))          \
  RICE_LINE("bl " AT("last"))                 \
  RICE_LINE("b " AT("next_" #k))

/* Adds the input at `address`, which may belong to a later unit. */
#define ADD_ACROSS(address, name)      \
  LABEL(name)                          \
  RICE_LINE("cmp " address ", r11")    \
  RICE_LINE("bhs " AT("leave_" name))  \
  RICE_LINE("ldrsb r0, [" address "]") \
  RICE_LINE("add r1, r1, r0")

#define LEAVE(name)             \
  LABEL("leave_" name)          \
  RICE_LINE("bl " AT("finish")) \
  RICE_LINE("b " AT(name))

__asm__(
    SBNN_HOT_PUSHSECTION("sbnn_dense_blocks_thumb2")
    ".syntax unified\n\t"
    ".thumb\n\t"
    ".p2align 2\n\t"
    ".global sbnn_dense_blocks_thumb2\n\t"
    ".type sbnn_dense_blocks_thumb2, %function\n\t"
    ".thumb_func\n"
    "sbnn_dense_blocks_thumb2:\n\t"
    RICE_LINE("push {r0, r4, r5, r6, r7, r8, r9, r10, r11, lr}")
    RICE_LINE("mov r2, r1")
    RICE_LINE("ldr r12, [r0, #" C_AT "]")
    RICE_LINE("ldr r1, [r0, #" C_SUM "]")
    RICE_LINE("ldr r8, [r0, #" C_BIT "]")
    RICE_LINE("ldrd r9, r10, [r0, #" C_WORDS "]")
    RICE_LINE("ldr r11, [r0, #" C_END "]")
    RICE_LINE("cmp r2, #4")
    RICE_LINE("blo " AT("start_3"))
    RICE_LINE("bhi " AT("start_5"))
    LOOP(4)
    LOOP(3)
    LOOP(5)
    LABEL("return")
    RICE_LINE("ldr r0, [sp], #4")
    RICE_LINE("str r12, [r0, #" C_AT "]")
    RICE_LINE("str r1, [r0, #" C_SUM "]")
    RICE_LINE("str r8, [r0, #" C_BIT "]")
    RICE_LINE("pop {r4, r5, r6, r7, r8, r9, r10, r11, pc}")

    /* Inputs r4 - r2 / 4, r5 - r2 / 2, r6 and r7, of which some lie in the next
     * unit or behind it; r2 is the drift in r11. */
    LABEL("first")
    RICE_LINE("sub r4, r4, r2, lsr #2")
    RICE_LINE("sub r5, r5, r2, lsr #1")
    RICE_LINE("sub r11, r11, r2")
    RICE_LINE("push {r2, lr}")
    ADD_ACROSS("r4", "r4")
    ADD_ACROSS("r5", "r5")
    LABEL("others")
    ADD_ACROSS("r6", "r6")
    ADD_ACROSS("r7", "r7")
    RICE_LINE("mov r12, r7")
    RICE_LINE("pop {r2, lr}")
    RICE_LINE("add r11, r11, r2")
    RICE_LINE("bx lr")
    LABEL("last")
    RICE_LINE("sub r11, r11, r2")
    RICE_LINE("push {r2, lr}")
    RICE_LINE("b " AT("others"))
    LEAVE("r4")
    LEAVE("r5")
    LEAVE("r6")
    LEAVE("r7")
    LABEL("finish")
    RICE_LINE("push {r3, lr}")
    RICE_LINE("ldr r2, [sp, #16]") /* the cursor */
    RICE_LINE("ldr r3, [r2, #" C_INPUTS "]")
    RICE_LINE("subs r4, r3")
    RICE_LINE("subs r5, r3")
    RICE_LINE("subs r6, r3")
    RICE_LINE("subs r7, r3")
    RICE_LINE("ldrd r3, r0, [r2, #" C_FINISH "]")
    RICE_LINE("blx r3")
    RICE_LINE("movs r1, #0")
    RICE_LINE("pop {r3, pc}")
    ".size sbnn_dense_blocks_thumb2, . - sbnn_dense_blocks_thumb2\n\t"
    ".popsection\n");

#endif /* SBNN_THUMB2 */
#endif /* SBNN_DENSE_BLOCKS_THUMB2_H_ */
