/* Faces: what a tensor is made of.
 *
 * A tensor is numbers, or planes with weights: bits are one plane a channel,
 * activations of k bits k of them, plane i standing for +2^i and -2^i, and a
 * stream of s bits is s planes in two's complement. Ops, kernels and plans ask a
 * face; only runtime/ops/face.c knows which types and shapes of tensors have
 * which. Today's files have planes of one bit. */
#ifndef SBNN_FACE_H_
#define SBNN_FACE_H_

#include <stdbool.h>
#include <stdint.h>

typedef enum {
  SBNN_NO_FACE, /* no op reads or writes it */
  SBNN_PLANES,
  SBNN_FLOAT_NUMBERS,
  SBNN_INT8_NUMBERS,
  SBNN_INT16_NUMBERS
} sbnn_face_kind;

typedef struct {
  uint8_t kind;            /* sbnn_face_kind */
  uint8_t planes;          /* of a channel; 0 for numbers */
  uint8_t twos_complement; /* 1: a 1 weighs 2^i and a 0 nothing, the top plane
                              -2^i; 0: they weigh +2^i and -2^i */
} sbnn_face;

/* One plane a channel, of +1 and -1. */
static inline sbnn_face sbnn_bits_face(void) {
  const sbnn_face bits = {SBNN_PLANES, 1, 0};
  return bits;
}

static inline sbnn_face sbnn_number_face(sbnn_face_kind kind) {
  const sbnn_face numbers = {(uint8_t)kind, 0, 0};
  return numbers;
}

/* Bytes of a number. */
static inline int32_t sbnn_number_bytes(sbnn_face face) {
  return face.kind == SBNN_INT8_NUMBERS    ? 1
         : face.kind == SBNN_INT16_NUMBERS ? 2
                                           : 4;
}

#endif /* SBNN_FACE_H_ */
