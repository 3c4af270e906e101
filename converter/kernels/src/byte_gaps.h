/* SBNN_CODE_BYTES: a gap a byte, four bytes a word. */
#ifndef SBNN_BYTE_GAPS_H_
#define SBNN_BYTE_GAPS_H_

#include <stdbool.h>
#include <stdint.h>

#include "inline.h"

/* Whether a byte of the word is 255, which is no connection. */
SBNN_INLINE bool sbnn_has_skip(uint32_t word) {
  return (((word & 0x7F7F7F7Fu) + 0x01010101u) & word & 0x80808080u) != 0u;
}

#endif /* SBNN_BYTE_GAPS_H_ */
