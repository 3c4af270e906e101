/* Sums of bit-sliced numbers, with as many more slices as windows double.
 *
 * Of 2x2 windows in one go, from the lowest plane up: both columns are added, then their sums,
 * and two slices later half is added and the plane written. */
#include "sbnn/average_pool2d.h"

#include <stddef.h>

#include "bit_slices.h"
#include "halving.h"
#include "hot.h"
#include "inline.h"
#include "pool_planes.h"

SBNN_HOT static void add_number(uint32_t* number, int32_t slices,
                                const uint32_t* next, int32_t planes) {
  uint32_t carry = 0;
  for (int32_t i = 0; i < slices; ++i) {
    carry = i < planes ? sbnn_full_add(&number[i], next[i], carry)
                       : sbnn_half_add(&number[i], carry);
  }
}

SBNN_HOT static void halve_sums(const sbnn_halves* h, const uint32_t* x,
                                int32_t left, uint32_t* y) {
  uint32_t left_carry = 0, right_carry = 0, across = 0;
  uint32_t half = 0; /* bit 1 of the sum is what is added to its rest */
  for (int32_t i = 0; i < h->planes + 2; ++i, x += h->in_words) {
    uint32_t sum = across, left_sum = left_carry, right_sum = right_carry;
    if (i < h->planes) {
      uint32_t at[4];
      sbnn_take_windows(x, left, h->width, h->upper, 0u, at);
      left_carry = sbnn_full_add(&left_sum, at[0], at[2]);
      right_carry = sbnn_full_add(&right_sum, at[1], at[3]);
    } else {
      left_carry = right_carry = 0;
    }
    across = sbnn_full_add(&sum, left_sum, right_sum);
    if (i == 1) half = sum;
    if (i < 2) continue;
    *y = sbnn_in_rows(sum ^ half, h->width);
    half &= sum;
    y += h->out_words;
  }
}

void sbnn_average_pool2d(const sbnn_average_pool2d_params* p, int32_t planes,
                         const uint32_t* x, uint32_t* y) {
  const sbnn_max_pool2d_params windows = {
      .channels = p->channels,
      .in_height = p->in_height,
      .in_width = p->in_width,
      .out_height = p->out_height,
      .out_width = p->out_width,
      .pool_height = p->pool_height,
      .pool_width = p->pool_width,
      .stride_height = p->stride_height,
      .stride_width = p->stride_width,
  };
  const uint32_t area = (uint32_t)(p->pool_height * p->pool_width);
  const sbnn_pooling mean = {sbnn_bits_below(area), add_number, halve_sums};
  sbnn_pool_planes(&mean, &windows, planes, NULL, x, y);
}
