/* Bit-slices the starts of all word classes with the vectors of Armv8.1-M; a part of
 * conv2d_bits_constants.h. Slice k of a class is the sum of the masks of the kinds whose value has
 * bit k: a product of four kinds' bits and masks is one instruction. */
#ifndef SBNN_SLICES_MVE_H_
#define SBNN_SLICES_MVE_H_

#include <stdint.h>

#include "conv2d_borders.h"
#include "inline.h"
#include "place.h"

#ifdef SBNN_MVE

#include <arm_mve.h>

/* For each of `classes` classes: from the values of its kinds, up to the next number at `behind`,
 * eight slices to `out`, which moves on by `room` words. */
SBNN_HOT static void sbnn_slice_classes_mve(const int32_t* values,
                                            const sbnn_kind_bits* kinds,
                                            const int32_t* behind,
                                            uint32_t* out, int32_t classes,
                                            int32_t room) {
  const sbnn_kind_bits* kind = kinds;
  const uint32x4_t one = vdupq_n_u32(1u);
  /* A kind's number and its mask are two words apart from the next one's. */
  const uint32x4_t pairs = vidupq_n_u32(0u, 2);
  for (int32_t i = 0; i < classes; ++i, out += room) {
    const sbnn_kind_bits* const end = kinds + *behind++;
    uint32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0, a6 = 0, a7 = 0;
    do {
      const mve_pred16_t there = vctp32q((uint32_t)(end - kind));
      const uint32_t* const at = (const uint32_t*)(const void*)kind;
      const uint32x4_t numbers =
          vldrwq_gather_shifted_offset_z_u32(at, pairs, there);
      const uint32x4_t masks =
          vldrwq_gather_shifted_offset_z_u32(at + 1, pairs, there);
      uint32x4_t bits = vldrwq_gather_shifted_offset_z_u32(
          (const uint32_t*)(const void*)values, numbers, there);
#define SBNN_SLICE(to)                                     \
  (to) = vmladavaq_u32((to), vandq_u32(bits, one), masks); \
  bits = vshrq_n_u32(bits, 1)
      SBNN_SLICE(a0);
      SBNN_SLICE(a1);
      SBNN_SLICE(a2);
      SBNN_SLICE(a3);
      SBNN_SLICE(a4);
      SBNN_SLICE(a5);
      SBNN_SLICE(a6);
      a7 = vmladavaq_u32(a7, vandq_u32(bits, one), masks);
#undef SBNN_SLICE
      kind += 4;
    } while (kind < end);
    kind = end;
    out[0] = a0;
    out[1] = a1;
    out[2] = a2;
    out[3] = a3;
    out[4] = a4;
    out[5] = a5;
    out[6] = a6;
    out[7] = a7;
  }
}

#endif /* SBNN_MVE */
#endif /* SBNN_SLICES_MVE_H_ */
