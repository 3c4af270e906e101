/* Assembler macros of Thumb-2 code that reads Golomb-Rice codes four at a time
 * (rice.h). In the loops that are made of them
 *
 *     r0       the window behind four codes     r8   next bit of the code
 *     r2       the window, behind two codes     r9   words of the code
 *     r3       for anything                     r10  where the last window starts
 *     r4..r7   the four connections, with the drift of one, two, three, four codes
 *
 * A step comes out (1 << k) - 1 too large: connections drift by that much with each
 * code, until EXTRA is taken off. */
#ifndef SBNN_RICE_THUMB2_H_
#define SBNN_RICE_THUMB2_H_

#define RICE_LINE(text) text "\n\t"

/* The bits of the window, and a one below them. */
#define WINDOW                        \
  RICE_LINE("lsr r3, r8, #5")         \
  RICE_LINE("add r3, r9, r3, lsl #2") \
  RICE_LINE("ldrd r2, r0, [r3]")      \
  RICE_LINE("and r3, r8, #31")        \
  RICE_LINE("lsl r2, r2, r3")         \
  RICE_LINE("rsb r3, r3, #32")        \
  RICE_LINE("lsr r0, r0, r3")         \
  RICE_LINE("orrs r2, r0")            \
  RICE_LINE("orr r2, r2, #1")

/* One code off `from`; what is left of the window goes to `to`. */
#define RICE_STEP(k, from, to, last, next)                        \
  RICE_LINE("clz r3, " from)                                      \
  RICE_LINE("lsl " to ", " from ", r3")                           \
  RICE_LINE("add " next ", " last ", r3, lsl #" #k)               \
  RICE_LINE("add " next ", " next ", " to ", lsr #(31 - " #k ")") \
  RICE_LINE("lsl " to ", " to ", #(" #k " + 1)")

/* Four codes from the connection `last` on. */
#define FOUR_STEPS(k, last)            \
  RICE_STEP(k, "r2", "r2", last, "r4") \
  RICE_STEP(k, "r2", "r2", "r4", "r5") \
  RICE_STEP(k, "r2", "r0", "r5", "r6") \
  RICE_STEP(k, "r0", "r0", "r6", "r7")

/* Moves r8 to the bit behind the codes that `window` is left of. */
#define ADVANCE(window)                 \
  RICE_LINE("rbit " window ", " window) \
  RICE_LINE("clz " window ", " window)  \
  RICE_LINE("add r8, r8, " window)

/* What `codes` codes are too large by. */
#define EXTRA(k, codes) "#(" #codes " * ((1 << " #k ") - 1))"

#endif /* SBNN_RICE_THUMB2_H_ */
