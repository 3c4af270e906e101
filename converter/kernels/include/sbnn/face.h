/* Faces: what a tensor is made of.
 *
 * A tensor is numbers, or planes, some of them for each channel: plane i is bit i
 * of an unsigned number n at each position. As an activation, k planes stand for
 * the odd whole number 2 n - (2^k - 1), so that plane i weighs +2^i or -2^i and
 * bits are +1 and -1; as a stream of s bits, for n - 2^(s - 1). Ops, kernels and
 * plans ask a face; only runtime/ops/face.c knows which types and shapes of
 * tensors have which. */
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
  uint8_t kind;   /* sbnn_face_kind */
  uint8_t planes; /* of a channel; 0 for numbers */
} sbnn_face;

enum {
  SBNN_MAX_PLANES = 16,         /* of a channel */
  SBNN_MAX_ACTIVATION_BITS = 4, /* planes that weights multiply, cuts make */
  SBNN_MAX_CUTS = (1 << SBNN_MAX_ACTIVATION_BITS) - 1
};

static inline sbnn_face sbnn_planes_face(int32_t planes) {
  const sbnn_face face = {SBNN_PLANES, (uint8_t)planes};
  return face;
}

/* One plane a channel, of +1 and -1. */
static inline sbnn_face sbnn_bits_face(void) { return sbnn_planes_face(1); }

static inline sbnn_face sbnn_number_face(sbnn_face_kind kind) {
  const sbnn_face numbers = {(uint8_t)kind, 0};
  return numbers;
}

/* Bytes of a number. */
static inline int32_t sbnn_number_bytes(sbnn_face face) {
  return face.kind == SBNN_INT8_NUMBERS    ? 1
         : face.kind == SBNN_INT16_NUMBERS ? 2
                                           : 4;
}

#endif /* SBNN_FACE_H_ */
