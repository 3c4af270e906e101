/* Where the four gaps of a word lead, for Thumb-2 assembler. */
#ifndef SBNN_BYTE_PLACES_THUMB2_H_
#define SBNN_BYTE_PLACES_THUMB2_H_

#include "inline.h"

#ifdef SBNN_THUMB2

/* r`to` = r`from` + a byte of r3; the DSP extension does both at once. */
#ifdef __ARM_FEATURE_DSP
#define SBNN_FIRST_BYTE(to, from) "uxtab " to ", " from ", r3\n\t"
#define SBNN_NEXT_BYTE(to, from, bits) \
  "uxtab " to ", " from ", r3, ror #" bits "\n\t"
#else
#define SBNN_FIRST_BYTE(to, from) \
  "uxtb " to                      \
  ", r3\n\t"                      \
  "add " to ", " to ", " from "\n\t"
#define SBNN_NEXT_BYTE(to, from, bits) \
  "uxtb " to ", r3, ror #" bits        \
  "\n\t"                               \
  "add " to ", " to ", " from "\n\t"
#endif

#endif /* SBNN_THUMB2 */
#endif /* SBNN_BYTE_PLACES_THUMB2_H_ */
