/* What is made of whole sums, four words at once, with the vectors of Armv8.1-M; a part of
 * conv2d_bits.c. What it computes is derived in conv2d_bits_planes.h and conv2d_bits_stream.h. */
#ifndef SBNN_CONV2D_BITS_ENDS_MVE_H_
#define SBNN_CONV2D_BITS_ENDS_MVE_H_

#include "conv2d_bits_stream.h"
#include "inline.h"
#include "sbnn/planes.h"
#include "vectors_mve.h"

#ifdef SBNN_MVE

/* The slices of four words: those of a word stand side by side. */
typedef struct {
  const uint32_t* lowest; /* of the first word */
  uint32x4_t
      words; /* bytes to the other ones; where there are less, to the first */
  const uint32_t* sign; /* the highest slice of the first word */
} sbnn_four_sums;

SBNN_INLINE sbnn_four_sums sbnn_four_sums_of(const uint32_t* slices,
                                             int32_t count, int32_t stride,
                                             int32_t words) {
  const uint32x4_t all = vmulq_n_u32(vidupq_n_u32(0u, 4), (uint32_t)stride);
  const sbnn_four_sums sums = {
      slices, vpselq_u32(all, vdupq_n_u32(0u), vctp32q((uint32_t)words)),
      slices + count - 1};
  return sums;
}

SBNN_INLINE uint32x4_t sbnn_four_slices(const sbnn_four_sums* sums,
                                        const uint32_t* slice) {
  return vldrwq_gather_offset_u32(slice, sums->words);
}

/* Where X is at least `least`, which is 1 or more: X are the sums XORed with `invert`. */
SBNN_INLINE uint32x4_t sbnn_four_reach(const sbnn_four_sums* sums,
                                       uint32_t least, uint32x4_t invert) {
  const uint32_t lowest = sbnn_trailing_zeros(least);
  const uint32_t* slice = sums->lowest + lowest;
  least >>= lowest;
  uint32x4_t out = veorq_u32(sbnn_four_slices(sums, slice), invert);
  while (++slice != sums->sign) {
    const uint32x4_t here = veorq_u32(sbnn_four_slices(sums, slice), invert);
    least >>= 1;
    out = (least & 1u) != 0u ? vandq_u32(out, here) : vorrq_u32(out, here);
  }
  return out;
}

/* Cuts that are `distances` away from where sums are 0, as planes: the first one of the words
 * is `y`. */
SBNN_HOT static void sbnn_cut_words_mve(const uint32_t* sums, int32_t slices,
                                        int32_t stride,
                                        const int32_t* distances, int32_t cuts,
                                        int32_t planes, uint32_t flip,
                                        uint32_t* y, int32_t pitch,
                                        int32_t words) {
  const uint32x4_t ones = vdupq_n_u32(0xFFFFFFFFu);
  const uint32x4_t flips = vdupq_n_u32(flip);
  for (; words > 0; words -= 4, y += 4, sums += 4 * stride) {
    const sbnn_four_sums four = sbnn_four_sums_of(sums, slices, stride, words);
    const mve_pred16_t there = vctp32q((uint32_t)words);
    const uint32x4_t sign = sbnn_four_slices(&four, four.sign);
    if (planes == 2 && distances[2] == -distances[0] && distances[2] != 0) {
      /* The lower bit is that of the magnitude, turned below the middle. */
      const uint32x4_t far =
          sbnn_four_reach(&four, (uint32_t)distances[2], sign);
      vst1q_p_u32(y, veorq_u32(far, veorq_u32(sign, flips)), there);
      vst1q_p_u32(y + pitch, veorq_u32(sign, vmvnq_u32(flips)), there);
      continue;
    }
    uint32x4_t bits[SBNN_MAX_ACTIVATION_BITS] = {flips, flips, flips, flips};
    for (int32_t i = 0; i < cuts; ++i) {
      uint32x4_t reached = vmvnq_u32(sign);
      if (distances[i] > 0) {
        reached = vbicq_u32(
            sbnn_four_reach(&four, (uint32_t)distances[i], vdupq_n_u32(0u)),
            sign);
      } else if (distances[i] < 0) {
        reached = vmvnq_u32(vandq_u32(
            sbnn_four_reach(&four, (uint32_t)-distances[i], ones), sign));
      }
      for (int32_t k = 0; k < planes && ((i + 1) & ((1 << k) - 1)) == 0; ++k) {
        bits[k] = veorq_u32(bits[k], reached);
      }
    }
    for (int32_t k = 0; k < planes; ++k) {
      vst1q_p_u32(y + k * pitch, bits[k], there);
    }
  }
}

/* y = before + updates whose lowest slice is that of the stream, and which have no more slices. */
SBNN_HOT static void sbnn_add_to_stream_mve(const sbnn_stream_sum* sum,
                                            const uint32_t* update,
                                            const uint32_t* before, uint32_t* y,
                                            int32_t words) {
  const uint32x4_t invert = vdupq_n_u32(sum->invert);
  const int32_t pitch = sum->pitch, planes = sum->planes;
  for (; words > 0;
       words -= 4, y += 4, before += 4, update += 4 * sum->stride) {
    const sbnn_four_sums four =
        sbnn_four_sums_of(update, sum->slices, sum->stride, words);
    const mve_pred16_t there = vctp32q((uint32_t)words);
    const uint32_t* from = before;
    uint32_t* to = y;
    uint32x4_t carry = vdupq_n_u32(0u), sign = carry;
    const uint32_t* const stop = four.sign + 1;
    for (const uint32_t* slice = four.lowest; slice != stop; ++slice) {
      sign = veorq_u32(sbnn_four_slices(&four, slice), invert);
      const uint32x4_t n = vld1q_z_u32(from, there);
      const uint32x4_t differ = veorq_u32(sign, n);
      vst1q_p_u32(to, veorq_u32(differ, carry), there);
      /* Where they differ the carry stays. */
      carry = veorq_u32(sign, vandq_u32(differ, veorq_u32(sign, carry)));
      from += pitch;
      to += pitch;
    }
    uint32x4_t left = veorq_u32(carry, sign);
    uint32_t* const end = y + planes * pitch;
    for (; to != end; to += pitch, from += pitch) {
      const uint32x4_t n = veorq_u32(vld1q_z_u32(from, there), left);
      left = vbicq_u32(left, veorq_u32(n, sign));
      vst1q_p_u32(to, n, there);
    }
    left = vpselq_u32(left, vdupq_n_u32(0u), there);
    if (vmaxvq_u32(0u, left) == 0u) continue;
    for (to = y; to != end; to += pitch) {
      const uint32x4_t n = vbicq_u32(vld1q_z_u32(to, there), left);
      vst1q_p_u32(to, vorrq_u32(n, vbicq_u32(left, sign)), there);
    }
  }
}

#endif /* SBNN_MVE */
#endif /* SBNN_CONV2D_BITS_ENDS_MVE_H_ */
