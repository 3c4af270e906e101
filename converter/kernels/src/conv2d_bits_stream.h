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
#include <string.h>

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

/* One more slice of the update, above all planes: what stands there of the sum. */
SBNN_INLINE uint32_t sbnn_add_above(uint32_t bits, uint32_t* carry) {
  const uint32_t sum = bits ^ *carry;
  *carry &= bits;
  return sum;
}

/* The same for an update that has slices below those given, or more than planes. */
SBNN_HOT SBNN_COLD void sbnn_ripple_far(const sbnn_stream_sum* sum,
                                        const uint32_t* update,
                                        uintptr_t behind, uint32_t* y) {
  const int32_t pitch = sum->pitch;
  uint32_t* const end = y + sum->planes * pitch;
  const uint32_t* const stop = update + sum->slices;
  const uint32_t sign = stop[-1];
  uint32_t* to = y;
  uint32_t low = (uint32_t)sum->low;
  uint32_t carry = 0, above = 0;
  for (int32_t i = sum->left; i > 0; --i, low >>= 1) {
    const uint32_t bits = 0u - (low & 1u);
    if (to == end) {
      above |= sbnn_add_above(bits, &carry);
      continue;
    }
    uint32_t n = *sbnn_plane_behind(to, behind);
    carry = sbnn_full_add(&n, bits, carry);
    *to = n;
    to += pitch;
  }
  for (; to != end; to += pitch) {
    uint32_t n = *sbnn_plane_behind(to, behind);
    carry = sbnn_full_add(&n, update != stop ? *update++ : sign, carry);
    *to = n;
  }
  while (update != stop) above |= sbnn_add_above(*update++, &carry);
  above |= sbnn_add_above(sign, &carry);
  const uint32_t keep = ~(sign ^ carry);
  if ((above | ~keep) != 0u) {
    for (; y != end; y += pitch) *y = (*y | above) & keep;
  }
}

/* What a stream is before anything is added: 2^(s - 1). */
SBNN_COLD void sbnn_begin_stream(uint32_t* y, int32_t planes, int32_t pitch,
                                 int32_t words) {
  for (uint32_t n = 1u << (planes - 1); n != 0u; n >>= 1, y += pitch) {
    memset(y, n == 1u ? 0xFF : 0, (size_t)words * sizeof(uint32_t));
  }
}

/* The words of a stream that begins with its update, which has no slices below those given: what is
 * out of the range of n becomes 0 or 2^s - 1. */
SBNN_HOT SBNN_COLD void sbnn_begin_with(const sbnn_stream_sum* sum,
                                        const uint32_t* update, uint32_t* y,
                                        int32_t words) {
  const int32_t pitch = sum->pitch, last = sum->slices - 1;
  const int32_t top = (sum->planes - 1) * pitch;
  for (uint32_t* const end = y + words; y != end; ++y, update += sum->stride) {
    const uint32_t negative = update[last] ^ sum->invert;
    uint32_t outside = 0;
    for (int32_t i = last - 1; i >= sum->planes - 1; --i) {
      outside |= update[i] ^ update[last];
    }
    const uint32_t* from = update;
    uint32_t* to = y;
    for (int32_t i = sum->planes - 1; i > 0; --i, to += pitch) {
      const uint32_t bits = *from ^ sum->invert;
      *to = bits ^ (outside & (bits ^ ~negative));
      if (from != update + last) ++from;
    }
    y[top] = ~negative;
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
