/* Pooling as most networks have it: windows of 2x2 side by side, on rows that
 * fill words, or halves, quarters or eighths of them. */
#ifndef SBNN_HALVING_H_
#define SBNN_HALVING_H_

#include <stdbool.h>
#include <stdint.h>

#include "inline.h"
#include "row_bits.h"
#include "sbnn/max_pool2d.h"

/* 2x2 windows side by side on rows of 4, 8, 16 or 32 columns. */
static inline bool sbnn_is_halving(const sbnn_max_pool2d_params* p) {
  const int32_t w = p->in_width;
  return p->pool_height == 2 && p->pool_width == 2 && p->stride_height == 2 &&
         p->stride_width == 2 && p->pad_top == 0 && p->pad_left == 0 &&
         (w == 4 || w == 8 || w == 16 || w == 32) && p->out_width == w / 2 &&
         p->out_height == p->in_height / 2;
}

/* A word of several rows of `width` columns, every second of which has been moved
 * together: the eight bits of its rows with even numbers. */
SBNN_INLINE uint32_t sbnn_close_rows(uint32_t t, int32_t width) {
  if (width == 16) return t & 0xFFu;
  if (width == 8) return (t & 0x0Fu) | ((t >> 4) & 0xF0u);
  return (t & 0x03u) | ((t >> 2) & 0x0Cu) | ((t >> 4) & 0x30u) |
         ((t >> 6) & 0xC0u);
}

/* The windows of one word, or, where a row is a word, of two rows: bits 0, 2, ... of
 * rows with even numbers. */
SBNN_INLINE uint32_t sbnn_close_windows(uint32_t bits, int32_t width) {
  const uint32_t t = sbnn_thin_by_two(bits);
  return width == 32 ? t : sbnn_close_rows(t, width);
}

#endif /* SBNN_HALVING_H_ */
