/* Dense layer on the smallest code: each connection is decoded once, used once.
 *
 * A vector has no 32 positions that could share a decoded connection, so the
 * decoder is the kernel. The input is first spread out, a byte of +1 or -1 an
 * input: a connection then costs one load and one addition beside its decoding.
 * Codes are read four at a time (rice.h). The step between connections comes
 * out (1 << k) - 1 too large; rather than correcting it each time, the address
 * drifts by that much with each code, and the loads take it back. */
#include "hot.h"
#include <string.h>

#include "carver.h"
#include "dense_blocks_thumb2.h"
#include "dense_variants.h"
#include "dense_window.h"
#include "rice.h"
#include "sbnn/planes.h"

size_t sbnn_dense_streamed_scratch_bytes(const sbnn_dense_params* p) {
  sbnn_carver carver = {NULL, 0};
  sbnn_carve(&carver, (int64_t)p->planes * p->positions, 1u);
  return sbnn_carved(&carver);
}

/* Bits as bytes +1 and -1, four at a time: a multiplication spreads a nibble
 * over the bytes of a word (unslice.c), and a byte b becomes 2 b - 1 as
 * (1 - b) * 0xFE + 1, which never carries into the next. */
static void spread_planes(const sbnn_dense_params* p, const uint32_t* x,
                          int8_t* out) {
  const int32_t words = sbnn_plane_words(p->positions);
  for (int32_t plane = 0; plane < p->planes; ++plane) {
    int32_t left = p->positions;
    for (int32_t w = 0; w < words; ++w) {
      uint32_t bits = *x++;
      for (int32_t i = 0; i < 32 && left > 0; i += 4) {
        const uint32_t ones = ((bits & 15u) * 0x00204081u) & 0x01010101u;
        const uint32_t bytes = (0x01010101u ^ ones) * 0xFEu + 0x01010101u;
        if (left >= 4) {
          memcpy(out, &bytes, 4u);
        } else {
          memcpy(out, &bytes, (size_t)left);
        }
        out += left < 4 ? left : 4;
        left -= 4;
        bits >>= 4;
      }
    }
  }
}

typedef struct {
  const sbnn_output* output;
  int32_t window_part, shift;
  int32_t unit, units;
  uint32_t bits; /* of the units since the last multiple of 32 */
  void* y;
} layer;

static void finish_unit(void* the_layer, int32_t sum) {
  layer* l = (layer*)the_layer;
  const sbnn_output* output = l->output;
  const int32_t unit = l->unit++;
  sum = sum * (1 << l->shift) + l->window_part;
  if (output->stage != SBNN_CUTS) {
    sbnn_write_sums(output, unit, 0, &sum, 1, l->y);
    return;
  }
  uint32_t bits = l->bits;
  if (sum >= output->by.cuts.thresholds[unit]) bits |= 1u << (unit & 31);
  l->bits = bits;
  if ((unit & 31) == 31 || unit + 1 == l->units) {
    const uint32_t there = 0xFFFFFFFFu >> (31 - (unit & 31));
    ((uint32_t*)l->y)[unit >> 5] =
        (bits ^ output->by.cuts.flips[unit >> 5]) & there;
    l->bits = 0;
  }
}

/* What lies before inputs + count; units that lie before *at are finished. */
static int32_t add_at(layer* l, uintptr_t* at, uintptr_t end, uintptr_t size,
                      int32_t sum) {
  while (*at >= end) {
    finish_unit(l, sum);
    sum = 0;
    *at -= size;
  }
  return sum + *(const int8_t*)*at;
}

/* Runs all units; `k`, the parameter of a Rice code, is best a constant where this
 * is inlined. */
SBNN_INLINE void run(layer* l, const sbnn_connections* code,
                     const int8_t* inputs, int32_t input_count, uint32_t k) {
  const uintptr_t size = (uintptr_t)input_count;
  const uintptr_t end = (uintptr_t)inputs + size;
  const uint32_t last_window = sbnn_rice_last_window(code);
  uintptr_t at = (uintptr_t)inputs - 1u;
  uint32_t bit = 0;
  int32_t sum = 0;
#ifdef SBNN_THUMB2
  sbnn_dense_cursor cursor = {
      at, 0, 0, code->words, last_window, end, size, finish_unit, l};
#endif
  for (;;) {
    if (bit < last_window) {
#ifdef SBNN_THUMB2
      if (k >= SBNN_DENSE_BLOCKS_LEAST && k <= SBNN_DENSE_BLOCKS_MOST) {
        cursor.at = at;
        cursor.sum = sum;
        cursor.bit = bit;
        sbnn_dense_blocks_thumb2(&cursor, k);
        at = cursor.at;
        sum = cursor.sum;
        bit = cursor.bit;
      } else
#endif
      {
        uint32_t window = sbnn_rice_window(code->words, bit);
        /* Each step goes `extra` too far. */
        const uintptr_t extra = ((uintptr_t)1 << k) - 1u;
        uintptr_t a = sbnn_rice_step(&window, k, at);
        uintptr_t b = sbnn_rice_step(&window, k, a);
#ifndef SBNN_THUMB2
        uint32_t behind_four = window;
        const uintptr_t c = sbnn_rice_step(&behind_four, k, b);
        const uintptr_t d = sbnn_rice_step(&behind_four, k, c);
        if (behind_four != 0u && d - 4u * extra < end) {
          bit += sbnn_trailing_zeros(behind_four);
          sum += *(const int8_t*)(a - extra);
          sum += *(const int8_t*)(b - 2u * extra);
          sum += *(const int8_t*)(c - 3u * extra);
          at = d - 4u * extra;
          sum += *(const int8_t*)at;
          continue;
        }
#endif
        a -= extra;
        b -= 2u * extra;
        if (window != 0u) {
          bit += sbnn_trailing_zeros(window);
          b -= a;
          sum = add_at(l, &a, end, size, sum);
          at = a + b;
          sum = add_at(l, &at, end, size, sum);
          continue;
        }
      }
    }
    const uint32_t step = sbnn_rice_step_slow(code, &bit);
    if (step == (uint32_t)SBNN_NO_CONNECTION) break;
    at += step;
    sum = add_at(l, &at, end, size, sum);
  }
  while (l->unit < l->units) {
    finish_unit(l, sum);
    sum = 0;
  }
}

void sbnn_dense_streamed(const sbnn_dense_params* p,
                         const sbnn_connections* kernel,
                         const sbnn_output* output, const uint32_t* x, void* y,
                         void* scratch) {
  spread_planes(p, x, (int8_t*)scratch);
  layer l = {
      output, sbnn_dense_window_part(p, x), p->domain.shift, 0, p->units, 0, y};
  const int8_t* inputs = (const int8_t*)scratch;
  const int32_t count = p->planes * p->positions;
#ifndef SBNN_THUMB2
  switch (kernel->parameter) {
    case 3: run(&l, kernel, inputs, count, 3u); return;
    case 4: run(&l, kernel, inputs, count, 4u); return;
    case 5: run(&l, kernel, inputs, count, 5u); return;
    default: break;
  }
#endif
  run(&l, kernel, inputs, count, kernel->parameter);
}
