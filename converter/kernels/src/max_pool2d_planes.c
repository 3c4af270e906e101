/* The maximum of bit-sliced numbers. Where the next one is larger, by a comparison
 * from the lowest plane up, its bits are taken. Positions outside the image are 0,
 * or all ones before the inversion that makes a maximum of a minimum.
 *
 * Of 2x2 windows, from the top plane down: a number stays in the race as long as
 * it has a 1 wherever one that is still in it has. */
#include "halving.h"
#include "hot.h"
#include "inline.h"
#include "pool_planes.h"

SBNN_HOT static void take_larger(uint32_t* number, int32_t slices,
                                 const uint32_t* next, int32_t planes) {
  uint32_t larger = 0;
  (void)slices;
  for (int32_t i = 0; i < planes; ++i) {
    larger ^= (number[i] ^ next[i]) & (larger ^ next[i]);
  }
  if (larger == 0u) return;
  for (int32_t i = 0; i < planes; ++i) {
    number[i] ^= (number[i] ^ next[i]) & larger;
  }
}

/* Those of `racing` that have a 1, or all if none has. */
SBNN_INLINE uint32_t stay(uint32_t racing, uint32_t ones, uint32_t best) {
  return ones | (racing & ~best);
}

SBNN_HOT static void halve_maxima(const sbnn_halves* h, const uint32_t* x,
                                  int32_t left, uint32_t* y) {
  uint32_t a = 0xFFFFFFFFu, b = a, c = a, d = a;
  x += (h->planes - 1) * h->in_words;
  y += (h->planes - 1) * h->out_words;
  for (int32_t i = h->planes; i > 0; --i) {
    uint32_t at[4];
    sbnn_take_windows(x, left, h->width, h->upper, h->flip, at);
    const uint32_t p = at[0] & a, q = at[1] & b, r = at[2] & c, s = at[3] & d;
    const uint32_t best = p | q | r | s;
    *y = sbnn_in_rows(best, h->width) ^ h->flip;
    a = stay(a, p, best), b = stay(b, q, best);
    c = stay(c, r, best), d = stay(d, s, best);
    x -= h->in_words;
    y -= h->out_words;
  }
}

void sbnn_max_pool2d_planes(const sbnn_max_pool2d_params* p, int32_t planes,
                            const uint32_t* minimum, const uint32_t* x,
                            uint32_t* y) {
  static const sbnn_pooling kLargest = {0, take_larger, halve_maxima};
  sbnn_pool_planes(&kLargest, p, planes, minimum, x, y);
}
