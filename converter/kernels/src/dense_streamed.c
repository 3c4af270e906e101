/* Dense layer on the smallest code: each connection is decoded once, used once.
 *
 * A vector has no 32 positions that could share a decoded connection, so the
 * decoder is the kernel. The input is first spread out, a byte of +1 or -1 an
 * input: a connection then costs one load and one addition beside its decoding.
 * Codes are read four at a time (rice.h). The step between connections comes
 * out (1 << k) - 1 too large; rather than correcting it each time, the address
 * drifts by that much with each code, and the loads take it back. */
#include "hot.h"
#include <stdbool.h>
#include <string.h>

#include "carver.h"
#include "connection_stream.h"
#include "dense_blocks_thumb2.h"
#include "dense_bytes.h"
#include "dense_units.h"
#include "dense_variants.h"
#include "dense_window.h"
#include "listed_sums.h"
#include "rice.h"
#include "sbnn/planes.h"

typedef struct {
  int8_t* inputs;
  uint32_t* list; /* connections of a unit; signed kernels only */
} memory;

static memory carve_memory(const sbnn_dense_params* p,
                           const sbnn_connections* kernel,
                           sbnn_carver* carver) {
  const int64_t inputs = (int64_t)p->planes * p->positions;
  const bool is_listed =
      kernel->is_signed != 0u && !sbnn_is_dense_bytes(kernel);
  memory m;
  m.inputs = (int8_t*)sbnn_carve(carver, inputs, 1u);
  m.list = (uint32_t*)sbnn_carve(
      carver, is_listed ? kernel->most + SBNN_STREAM_SLACK : 0, 4u);
  return m;
}

size_t sbnn_dense_streamed_scratch_bytes(const sbnn_dense_params* p,
                                         const sbnn_connections* kernel) {
  sbnn_carver carver = {NULL, 0};
  carve_memory(p, kernel, &carver);
  return sbnn_carved(&carver);
}

/* Activations as bytes, four at a time: a multiplication spreads a nibble of a plane
 * over the bytes of a word (unslice.c), and a number n of k bits becomes
 * 2 n - (2^k - 1). As 128 + 2 n - (2^k - 1) no byte borrows or carries; turning the top
 * bit takes the 128 off. */
SBNN_INLINE void spread(const uint32_t* x, int32_t words, int32_t levels,
                        int32_t positions, int8_t* out) {
  const uint32_t zero = 0x01010101u * (129u - (1u << levels));
  for (int32_t w = 0; w < words; ++w) {
    for (int32_t i = 0; i < 32 && positions > 0; i += 4) {
      uint32_t numbers = 0;
      for (int32_t level = 0; level < levels; ++level) {
        const uint32_t bits = (x[level * words + w] >> i) & 15u;
        numbers += ((bits * 0x00204081u) & 0x01010101u) << level;
      }
      const uint32_t bytes = (zero + 2u * numbers) ^ 0x80808080u;
      if (positions >= 4) {
        memcpy(out, &bytes, 4u);
      } else {
        memcpy(out, &bytes, (size_t)positions);
      }
      out += 4;
      positions -= 4;
    }
  }
}

SBNN_HOT static void spread_planes(const sbnn_dense_params* p,
                                   const uint32_t* x, int8_t* out) {
  const int32_t words = sbnn_plane_words(p->positions);
  const int32_t levels = p->input_bits > 1 ? p->input_bits : 1;
  for (int32_t plane = 0; plane < p->planes; ++plane) {
    if (levels == 1) {
      spread(x, words, 1, p->positions, out);
    } else {
      spread(x, words, levels, p->positions, out);
    }
    x += levels * words;
    out += p->positions;
  }
}

/* What lies before inputs + count; units that lie before *at are finished. */
SBNN_HOT static int32_t add_at(sbnn_dense_units* l, uintptr_t* at,
                               uintptr_t end, uintptr_t size, int32_t sum) {
  while (*at >= end) {
    sbnn_finish_unit(l, sum);
    sum = 0;
    *at -= size;
  }
  return sum + *(const int8_t*)*at;
}

/* Runs all units; `k`, the parameter of a Rice code, is best a constant where this
 * is inlined. */
SBNN_INLINE void run(sbnn_dense_units* l, const sbnn_connections* code,
                     const int8_t* inputs, int32_t input_count, uint32_t k) {
  const uintptr_t size = (uintptr_t)input_count;
  const uintptr_t end = (uintptr_t)inputs + size;
  const uint32_t last_window = sbnn_rice_last_window(code);
  uintptr_t at = (uintptr_t)inputs - 1u;
  uint32_t bit = 0;
  int32_t sum = 0;
#ifdef SBNN_THUMB2
  sbnn_dense_cursor cursor = {
      at, 0, 0, code->words, last_window, end, size, sbnn_finish_unit, l};
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
  sbnn_finish_units(l, sum);
}

/* A sign says where a connection adds, and the next one is counted from itself all
 * the same: connections go through a list. */
SBNN_HOT static void run_signed(sbnn_dense_units* l,
                                const sbnn_connections* code, const memory* m,
                                int32_t count) {
  sbnn_connection_stream stream;
  uint32_t sign = 0;
  sbnn_open_stream(&stream, code);
  while (l->unit < l->units) {
    const int32_t listed =
        sbnn_stream_places(&stream, (uint32_t)count, m->list);
    int32_t net;
    sbnn_finish_unit(l, sbnn_sum_signed(m->list, listed, m->inputs, code->signs,
                                        &sign, &net));
  }
}

SBNN_HOT void sbnn_dense_streamed(const sbnn_dense_params* p,
                                  const sbnn_connections* kernel,
                                  const sbnn_output* output, const uint32_t* x,
                                  void* y, void* scratch) {
  sbnn_carver carver = {(uint8_t*)scratch, 0};
  const memory m = carve_memory(p, kernel, &carver);
  spread_planes(p, x, m.inputs);
  sbnn_zero_planes(output, 1, y);
  sbnn_dense_units l = {
      output, sbnn_dense_window_part(p, x), p->domain.shift, 0, p->units, 0, y};
  const int8_t* inputs = m.inputs;
  const int32_t count = p->planes * p->positions;
  if (sbnn_is_dense_bytes(kernel)) {
    sbnn_run_dense_bytes(&l, kernel, inputs, count, 0);
    return;
  }
  if (kernel->is_signed != 0u) {
    run_signed(&l, kernel, &m, count);
    return;
  }
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
