/* Dense layer on the smallest code: each connection is decoded once, used once.
 *
 * A vector has no 32 positions that could share a decoded connection, so the
 * decoder is the kernel. The input is first spread out, a byte of +1 or -1 an
 * input: a connection then costs one load and one addition beside its decoding.
 * Codes are read four at a time (rice.h). The step between connections comes
 * out (1 << k) - 1 too large; rather than correcting it each time, the address
 * drifts by that much with each code, and the loads take it back. */
#include <string.h>

#include "carver.h"
#include "dense_variants.h"
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
        const int32_t count = left < 4 ? left : 4;
        memcpy(out, &bytes, count == 4 ? 4u : (size_t)count);
        out += count;
        left -= count;
        bits >>= 4;
      }
    }
  }
}

typedef struct {
  const sbnn_dense_params* params;
  const sbnn_output* output;
  const int8_t* x;
  int32_t window_part;
  int32_t unit;
  void* y;
} layer;

static void finish_unit(layer* l, int32_t sum) {
  sum = sum * (1 << l->params->domain.shift) + l->window_part;
  sbnn_write_sums(l->output, l->unit++, 0, &sum, 1, l->y);
}

SBNN_INLINE int32_t load_at(uintptr_t address) {
  return *(const int8_t*)address;
}

/* Runs all units; `k` is a constant where this is inlined. */
SBNN_INLINE void run(layer* l, const sbnn_connections* code, uint32_t k) {
  const uintptr_t inputs = (uintptr_t)(l->params->planes * l->params->positions);
  const uintptr_t start = (uintptr_t)l->x;
  const uintptr_t end = start + inputs;
  const uintptr_t extra = ((uintptr_t)1 << k) - 1u;
  const uint32_t last_window = 32u * ((uint32_t)code->word_count - 1u);
  const uint32_t* const words = code->words;
  uintptr_t at = start - 1u;
  uint32_t bit = 0;
  int32_t sum = 0;
  for (;;) {
    if (bit < last_window) {
      uint32_t window = sbnn_rice_window(words, bit);
      const uintptr_t a = at + sbnn_rice_step(&window, k);
      const uintptr_t b = a + sbnn_rice_step(&window, k);
      const uintptr_t c = b + sbnn_rice_step(&window, k);
      const uintptr_t d = c + sbnn_rice_step(&window, k);
      if (window != 0u && d < end + 4u * extra) {
        sum += load_at(a - extra);
        sum += load_at(b - 2u * extra);
        sum += load_at(c - 3u * extra);
        sum += load_at(d - 4u * extra);
        at = d - 4u * extra;
        bit += sbnn_trailing_zeros(window);
        continue;
      }
    }
    const uint32_t step = sbnn_rice_step_slow(code, &bit);
    if (step == (uint32_t)SBNN_NO_CONNECTION) break;
    uintptr_t index = at - start + step;
    while (index >= inputs) {
      finish_unit(l, sum);
      sum = 0;
      index -= inputs;
    }
    at = start + index;
    sum += load_at(at);
  }
  while (l->unit < l->params->units) {
    finish_unit(l, sum);
    sum = 0;
  }
}

void sbnn_dense_streamed(const sbnn_dense_params* p,
                         const sbnn_connections* kernel,
                         const sbnn_output* output, const uint32_t* x, void* y,
                         void* scratch) {
  spread_planes(p, x, (int8_t*)scratch);
  if (output->kind == SBNN_TO_BITS) {
    memset(y, 0, 4u * (size_t)sbnn_plane_words(output->channels));
  }
  layer l = {p, output, (const int8_t*)scratch, 0, 0, y};
  l.window_part = sbnn_dense_window_part(p, x);
  switch (kernel->parameter) {
    case 0: run(&l, kernel, 0); break;
    case 2: run(&l, kernel, 2); break;
    case 3: run(&l, kernel, 3); break;
    case 4: run(&l, kernel, 4); break;
    case 5: run(&l, kernel, 5); break;
    default: run(&l, kernel, kernel->parameter); break;
  }
}
