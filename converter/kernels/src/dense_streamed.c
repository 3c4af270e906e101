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
  const sbnn_dense_params* params;
  const sbnn_output* output;
  const int8_t* x;
  int32_t window_part;
  int32_t unit;
  void* y;
} layer;

static void finish_unit(layer* l, int32_t sum) {
  const sbnn_output* output = l->output;
  const int32_t unit = l->unit++;
  sum = sum * (1 << l->params->domain.shift) + l->window_part;
  if (output->kind == SBNN_TO_BITS) {
    sbnn_put_bit((uint32_t*)l->y, unit,
                 (uint32_t)(sum >= output->thresholds[unit]) ^
                     sbnn_get_bit(output->flips, unit));
  } else {
    sbnn_write_sums(output, unit, 0, &sum, 1, l->y);
  }
}

/* Adds `count` connections, `step[i]` inputs further each, from input *index of
 * the current unit on. Where they lead into other units, those before are
 * finished. Returns the sum; *index becomes relative to the unit arrived at. */
SBNN_NOINLINE int32_t add_across(layer* l, int32_t sum, uintptr_t* index,
                                 const uintptr_t* step, int32_t count) {
  const uintptr_t inputs =
      (uintptr_t)(l->params->planes * l->params->positions);
  uintptr_t at = *index;
  for (int32_t i = 0; i < count; ++i) {
    at += step[i];
    while (at >= inputs) {
      finish_unit(l, sum);
      sum = 0;
      at -= inputs;
    }
    sum += l->x[at];
  }
  *index = at;
  return sum;
}

SBNN_INLINE int32_t load_at(uintptr_t address) {
  return *(const int8_t*)address;
}

/* Runs all units; `k` is a constant where this is inlined. */
SBNN_INLINE void run(layer* l, const sbnn_connections* code, uint32_t k) {
  const uintptr_t inputs = (uintptr_t)(l->params->planes * l->params->positions);
  const uintptr_t start = (uintptr_t)l->x;
  const uintptr_t extra = ((uintptr_t)1 << k) - 1u;
  uintptr_t end = start + inputs + 4u * extra;
  /* The fast way below knows Rice codes, and bitmaps as those with k = 0. */
  const uint32_t last_window =
      code->code == SBNN_CODE_GOLOMB
          ? 0u
          : 32u * ((uint32_t)code->word_count - 1u);
  const uint32_t* const words = code->words;
  SBNN_IN_REGISTER(end);
  uintptr_t at = start - 1u;
  uint32_t bit = 0;
  int32_t sum = 0;
  for (;;) {
    if (bit < last_window) {
      uint32_t window = sbnn_rice_window(words, bit);
      const uintptr_t a = sbnn_rice_step(&window, k, at);
      const uintptr_t b = sbnn_rice_step(&window, k, a);
      const uintptr_t c = sbnn_rice_step(&window, k, b);
      const uintptr_t d = sbnn_rice_step(&window, k, c);
      if (window != 0u) {
        bit += sbnn_trailing_zeros(window);
        if (d >= end) {
          const uintptr_t steps[4] = {a - at - extra, b - a - extra,
                                      c - b - extra, d - c - extra};
          uintptr_t index = at - start;
          sum = add_across(l, sum, &index, steps, 4);
          at = start + index;
          continue;
        }
        sum += load_at(a - extra);
        sum += load_at(b - 2u * extra);
        sum += load_at(c - 3u * extra);
        sum += load_at(d - 4u * extra);
        at = d - 4u * extra;
        continue;
      }
    }
    uint32_t slow_bit = bit; /* keeps `bit` in a register */
    const uint32_t step = sbnn_rice_step_slow(code, &slow_bit);
    bit = slow_bit;
    if (step == (uint32_t)SBNN_NO_CONNECTION) break;
    const uintptr_t steps[1] = {step};
    uintptr_t index = at - start;
    sum = add_across(l, sum, &index, steps, 1);
    at = start + index;
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
  /* A Golomb code has a modulus there, which may be larger than any shift. */
  const uint32_t k =
      kernel->code == SBNN_CODE_GOLOMB ? 0u : kernel->parameter;
  switch (k) {
    case 3: run(&l, kernel, 3); break;
    case 4: run(&l, kernel, 4); break;
    case 5: run(&l, kernel, 5); break;
    default: run(&l, kernel, k); break;
  }
}
