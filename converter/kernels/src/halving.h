/* Pooling as most networks have it: windows of 2x2 side by side, on rows that
 * fill words, or halves, quarters or eighths of them.
 *
 * Four words of a plane hold 32 windows, a word of what becomes of them. The left and the right
 * columns of two words are woven together, so that each bit of a word is one of a window's four
 * positions; and what is made of these is put in order by swapping bits. */
#ifndef SBNN_HALVING_H_
#define SBNN_HALVING_H_

#include <stdbool.h>
#include <stdint.h>

#include "sbnn/max_pool2d.h"
#include "sbnn/planes.h"

/* 2x2 windows side by side on rows of 4, 8, 16 or 32 columns. */
static inline bool sbnn_is_halving(const sbnn_max_pool2d_params* p) {
  const int32_t w = p->in_width;
  return p->pool_height == 2 && p->pool_width == 2 && p->stride_height == 2 &&
         p->stride_width == 2 && p->pad_top == 0 && p->pad_left == 0 &&
         (w == 4 || w == 8 || w == 16 || w == 32) && p->out_width == w / 2 &&
         p->out_height == p->in_height / 2;
}

/* Words of a plane in front of an odd last row, which has no partner and no output. */
static inline int32_t sbnn_halved_words(const sbnn_max_pool2d_params* p) {
  return sbnn_plane_words(2 * p->out_height * p->in_width);
}

/* The bits of the last word of what becomes of a plane. */
static inline uint32_t sbnn_last_halved(const sbnn_max_pool2d_params* p) {
  const int32_t rest = p->out_height * p->out_width % 32;
  return 0xFFFFFFFFu >> ((32 - rest) % 32);
}

/* The upper rows of the windows in a word, which are every second one. */
static inline uint32_t sbnn_upper_rows(int32_t width) {
  return width == 32 ? 0xFFFFFFFFu : 0xFFFFFFFFu / ((1u << width) + 1u);
}

enum { SBNN_FOUR = 4 };

/* The four positions of 32 windows, upper left, upper right, lower left, lower right: of the four
 * words at x, of which `left` are there, XORed with `flip`. `upper` is what sbnn_upper_rows says. */
void sbnn_take_windows(const uint32_t* x, int32_t left, int32_t width,
                       uint32_t upper, uint32_t flip, uint32_t at[4]);

/* A bit for each of 32 windows, in the order of sbnn_take_windows, row by row. */
uint32_t sbnn_in_rows(uint32_t bits, int32_t width);

#endif /* SBNN_HALVING_H_ */
