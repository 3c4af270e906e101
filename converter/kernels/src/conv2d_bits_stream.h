/* Adds bit-sliced numbers to a stream, 32 positions at a time (docs/format.md); a
 * part of conv2d_bits.c.
 *
 * A stream of s planes is n = t + 2^(s - 1), 0 to 2^s - 1. To n comes an update u
 * in two's complement: a ripple of full adders through the planes of n. Where the sum is
 * negative n becomes 0, and where it has slices above s, 2^s - 1.
 *
 * If u has fewer slices than n, its sign is repeated above them. A carry c and a sign v are
 * nothing where they are equal, as -1 + 1 is; let e = c ^ v be where they
 * are not. There a bit of n changes, n' = n ^ e, and the next one, too, if it became v:
 * e' = e & ~(n' ^ v), three gates instead of five. What is left of e above n
 * says where n has overflowed: downwards, where v is set. */
#ifndef SBNN_CONV2D_BITS_STREAM_H_
#define SBNN_CONV2D_BITS_STREAM_H_

#include <stddef.h>
#include <stdint.h>

#include "bit_slices.h"

typedef struct {
  int32_t planes; /* of the stream */
  int32_t pitch;  /* words from a plane to the next */
  int32_t left; /* slices of the update below the given ones, those of `low` */
  int32_t low;
  int32_t slices;  /* given, the highest the sign, */
  uint32_t invert; /* XORed with this */
  int32_t stride;  /* from the slices of a word to those of the next one */
} sbnn_stream_sum;

SBNN_INLINE uint32_t* sbnn_plane_behind(uint32_t* plane, uintptr_t bytes) {
  return (uint32_t*)(void*)((char*)plane + bytes);
}

/* `behind` is where another stream stands relative to y. */
SBNN_INLINE void sbnn_ripple_stream(const sbnn_stream_sum* sum,
                                    const uint32_t* update, uintptr_t behind,
                                    uint32_t* y) {
  const int32_t pitch = sum->pitch;
  uint32_t* const end = y + sum->planes * pitch;
  const uint32_t* const stop = update + sum->slices;
  uint32_t* to = y;
  uint32_t carry = 0, sign = 0;
  do {
    uint32_t n = *sbnn_plane_behind(to, behind);
    sign = *update++;
    carry = sbnn_full_add(&n, sign, carry);
    *to = n;
    to += pitch;
  } while (update != stop);
  uint32_t differ = carry ^ sign;
  for (; to != end; to += pitch) {
    const uint32_t n = *sbnn_plane_behind(to, behind) ^ differ;
    differ &= ~(n ^ sign);
    *to = n;
  }
  if (differ != 0u) {
    for (to = y; to != end; to += pitch) {
      *to = (*to & ~differ) | (differ & ~sign);
    }
  }
}

SBNN_INLINE uint32_t sbnn_update_slice(const sbnn_stream_sum* sum,
                                       const uint32_t* update, int32_t i) {
  if (i < sum->left) return 0u - ((uint32_t)(sum->low >> i) & 1u);
  i -= sum->left;
  return update[i < sum->slices ? i : sum->slices - 1];
}

/* The same for an update that has slices below those given, or more than planes. */
SBNN_COLD void sbnn_ripple_far(const sbnn_stream_sum* sum,
                               const uint32_t* update, uintptr_t behind,
                               uint32_t* y) {
  const int32_t planes = sum->planes;
  const int32_t given = sum->left + sum->slices;
  const int32_t sign_at = given > planes ? given : planes + 1;
  uint32_t carry = 0, above = 0;
  uint32_t* to = y;
  for (int32_t i = 0; i < planes; ++i, to += sum->pitch) {
    uint32_t n = *sbnn_plane_behind(to, behind);
    carry = sbnn_full_add(&n, sbnn_update_slice(sum, update, i), carry);
    *to = n;
  }
  for (int32_t i = planes; i < sign_at; ++i) {
    const uint32_t bit = sbnn_update_slice(sum, update, i);
    above |= bit ^ carry;
    carry &= bit;
  }
  const uint32_t keep = ~(sbnn_update_slice(sum, update, sign_at) ^ carry);
  if ((above | ~keep) != 0u) {
    for (int32_t i = 0; i < planes; ++i, y += sum->pitch) {
      *y = (*y | above) & keep;
    }
  }
}

/* What a stream is before anything is added: 2^(s - 1). */
SBNN_HOT static void sbnn_begin_stream(uint32_t* y, int32_t planes,
                                       int32_t pitch, int32_t words) {
  for (int32_t i = 0; i < planes; ++i) {
    for (int32_t w = 0; w < words; ++w) {
      y[i * pitch + w] = i == planes - 1 ? 0xFFFFFFFFu : 0u;
    }
  }
}

/* y = before + the updates of `words` words. Where they are inverted, that happens in
 * place. */
SBNN_HOT static void sbnn_add_to_stream(const sbnn_stream_sum* sum,
                                        uint32_t* update,
                                        const uint32_t* before, uint32_t* y,
                                        int32_t words) {
  uint32_t* const end = y + words;
  const uintptr_t behind = (uintptr_t)before - (uintptr_t)y;
  if (sum->invert != 0u) {
    for (int32_t w = 0; w < words; ++w) {
      uint32_t* at = update + w * sum->stride;
      for (uint32_t* const stop = at + sum->slices; at != stop; ++at)
        *at = ~*at;
    }
  }
  if (sum->left != 0 || sum->slices > sum->planes) {
    for (; y != end; ++y, update += sum->stride) {
      sbnn_ripple_far(sum, update, behind, y);
    }
    return;
  }
  for (; y != end; ++y, update += sum->stride) {
    sbnn_ripple_stream(sum, update, behind, y);
  }
}

#endif /* SBNN_CONV2D_BITS_STREAM_H_ */
