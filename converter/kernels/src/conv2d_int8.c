/* Convolution of int8 input, the first layer of a network.
 *
 * A weight of 1 adds a pixel. Two sums share a 32-bit word, 16 bits each, so
 * that one addition makes two: `lanes` position j and j + 16 of a strip of 32
 * output columns. Pixels are kept as u = x + 128, which is never negative: no
 * lane ever borrows from or carries into its neighbour as long as no more than
 * 128 of them are added (128 * 255 < 2^15). A padded pixel is the zero point,
 * x - in_zero_point = 0, so padding needs no special case at all. Then
 *
 *     sum of (x - in_zero_point) = sum of u - n * (in_zero_point + 128)
 *
 * and the comparison with a threshold T costs nothing but where a lane starts:
 *
 *     2^shift * (sum of u - n * zero) + alpha_steps * (sum of the window) >= T
 *
 * is the same as sum of u + floor(start) >= 2^15, bit 15 of the lane, with
 *
 *     start = 2^15 + (alpha_steps * (sum of the window)
 *                     - 2^shift * n * zero - T) / 2^shift.
 *
 * A signed kernel subtracts a pixel by adding 255 - u, which the strips hold for the
 * opposites, too: it stands for the pixel's negative if 255 - zero stands for 0.
 * n * zero is then the sum of these zeros over the connections.
 *
 * The window's sums depend on the position alone and are made once for all
 * channels. Thirty-two such bits make the output word.
 *
 * The image is cut into strips of 32 output columns, a strip into bands of
 * rows, so that the band's pixels fit into scratch; the weights are decoded once
 * a band. For each channel, input row and column residue of the stride there are
 * the words of the strip's lanes and, behind them, as many more as the kernel is
 * wide: tap kx reads the words from kx * dilation / stride on. */
#include "hot.h"
#include <stdbool.h>

#include "connection_stream.h"
#include "conv2d_int8_strips.h"
#include "inline.h"
#include "row_bits.h"
#include "sbnn/conv2d.h"
#include "sbnn/planes.h"
#include "vectors_mve.h"

size_t sbnn_conv2d_int8_scratch_bytes(const sbnn_conv2d_params* p,
                                      const sbnn_connections* kernel) {
  sbnn_carver carver = {NULL, 0};
  sbnn_int8_strips s;
  sbnn_int8_set_up(&s, p, kernel, &carver);
  return sbnn_carved(&carver);
}

/* u of a pixel, or what stands for padding. */
SBNN_INLINE uint32_t pixel(const sbnn_conv2d_params* p, const int8_t* row,
                           int32_t column, uint32_t pad) {
  return column >= 0 && column < p->in_width
             ? (uint32_t)(row[column * p->in_channels] + 128)
             : pad;
}

/* The lanes of the band that starts in output row `oy` and column `ox`. */
SBNN_HOT static void load_strips(const sbnn_int8_strips* s, const int8_t* x,
                                 int32_t group, int32_t oy, int32_t ox) {
  const sbnn_conv2d_params* p = s->p;
  const uint32_t pad = (uint32_t)s->zero;
  uint32_t* to = s->strips;
  uint32_t* const opposites =
      to + (int64_t)s->group_in * s->rows * s->row_words;
  for (int32_t c = 0; c < s->group_in; ++c) {
    for (int32_t r = 0; r < s->rows; ++r) {
      const int32_t iy = oy * p->stride_height + r - p->pad_top;
      if (iy < 0 || iy >= p->in_height) {
        const uint32_t* const end = to + s->row_words;
        while (to != end) *to++ = pad * 0x00010001u;
        continue;
      }
      const int8_t* row = x + (int64_t)iy * p->in_width * p->in_channels +
                          group * s->group_in + c;
      for (int32_t residue = 0; residue < s->residues; ++residue) {
        int32_t column = ox * p->stride_width + residue - p->pad_left;
        const int32_t far = LANES * p->stride_width;
        for (int32_t j = 0; j < s->strip_words; ++j) {
          *to++ = pixel(p, row, column, pad) |
                  (pixel(p, row, column + far, pad) << 16);
          column += p->stride_width;
        }
      }
    }
  }
  if (s->group_inputs == s->group_in) return;
  for (const uint32_t* from = s->strips; from != opposites;) {
    *to++ = *from++ ^ 0x00FF00FFu;
  }
}

SBNN_COLD void place_taps(const sbnn_int8_strips* s) {
  const sbnn_conv2d_params* p = s->p;
  for (int32_t ky = 0; ky < p->kernel_height; ++ky) {
    for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
      const int32_t column = kx * p->dilation_width;
      s->tap_at[ky * p->kernel_width + kx] =
          (uint32_t)(ky * p->dilation_height * s->row_words +
                     column % p->stride_width * s->strip_words +
                     column / p->stride_width);
    }
  }
}

/* Turns connections into places in the strips; returns their zeros' sum. */
SBNN_HOT static int32_t place_on_strips(const sbnn_int8_strips* s,
                                        int32_t count) {
  int32_t negative = 0;
  const uint32_t taps = (uint32_t)s->taps;
  const uint32_t channel_words = (uint32_t)(s->rows * s->row_words);
  for (int32_t i = 0; i < count; ++i) {
    const uint32_t c = s->list[i] / taps;
    negative += c >= (uint32_t)s->group_in;
    s->list[i] = c * channel_words + s->tap_at[s->list[i] - c * taps];
  }
  return (count - negative) * s->zero + negative * (MOST_U - s->zero);
}

/* Two lanes that start alike. */
SBNN_INLINE uint32_t two_lanes(int32_t start) {
  return ((uint32_t)start << 16) + (uint32_t)start;
}

/* Where the lanes of a row start, for one channel (see the top of this file). Returns the
 * words from four lanes to the next four: where weights are 0 and 1, `windows` is NULL and
 * all lanes start alike. */
SBNN_INLINE int32_t start_lanes(const sbnn_int8_strips* s,
                                const int32_t* windows, int32_t base,
                                uint32_t* start) {
  const int32_t shift = s->p->domain.shift;
  if (windows == NULL) {
    for (int32_t j = 0; j < 4; ++j) start[j] = two_lanes(base >> shift);
    return 0;
  }
  for (int32_t j = 0; j < LANES; ++j) {
    const int32_t low = windows[j] + base, high = windows[j + LANES] + base;
    start[j] = ((uint32_t)(high >> shift) << 16) + (uint32_t)(low >> shift);
  }
  return 4;
}

/* The next four words of `at`; with one instruction where there is one for it. */
#ifdef SBNN_THUMB2
#define SBNN_FOUR_WORDS(at, a, b, c, d)                  \
  register uint32_t a __asm__("r4");                     \
  register uint32_t b __asm__("r5");                     \
  register uint32_t c __asm__("r6");                     \
  register uint32_t d __asm__("r8");                     \
  __asm__("ldmia %0!, {r4, r5, r6, r8}"                  \
          : "+r"(at), "=r"(a), "=r"(b), "=r"(c), "=r"(d) \
          : "m"(*(const uint32_t(*)[4])(const void*)(at)))
#else
#define SBNN_FOUR_WORDS(at, a, b, c, d)                        \
  uint32_t a = (at)[0], b = (at)[1], c = (at)[2], d = (at)[3]; \
  (at) += 4
#endif

SBNN_INLINE void add_four_words(const uint32_t** at, uint32_t lanes[4]) {
  const uint32_t* from = *at;
  SBNN_FOUR_WORDS(from, a, b, c, d);
  lanes[0] += a;
  lanes[1] += b;
  lanes[2] += c;
  lanes[3] += d;
  *at = from;
}

/* Adds the listed words to four lanes. */
SBNN_INLINE void add_listed(const uint32_t* list, const uint32_t* list_end,
                            const uint32_t* strips, uint32_t lanes[4]) {
  while (list != list_end) {
    const uint32_t* word = strips + *list++;
    add_four_words(&word, lanes);
  }
}

#ifdef SBNN_MVE
typedef struct {
  uint32x4_t a, b, c, d;
} all_lanes;

/* Adds the listed words to all lanes. Of four lanes the next four start `step` words behind. */
SBNN_INLINE all_lanes add_strips(const uint32_t* list, int32_t count,
                                 const uint32_t* strips, const uint32_t* start,
                                 int32_t step) {
  all_lanes to = {vld1q_u32(start), vld1q_u32(start + step),
                  vld1q_u32(start + 2 * step), vld1q_u32(start + 3 * step)};
  for (const uint32_t* const end = list + count; list != end;) {
    const uint32_t* const word = strips + *list++;
    to.a = vaddq_u32(to.a, vld1q_u32(word));
    to.b = vaddq_u32(to.b, vld1q_u32(word + 4));
    to.c = vaddq_u32(to.c, vld1q_u32(word + 8));
    to.d = vaddq_u32(to.d, vld1q_u32(word + 12));
  }
  return to;
}

/* Bits 15 and 31 of all lanes, side by side. */
SBNN_INLINE uint32_t collect_all(all_lanes of) {
  const uint32x4_t signs = vdupq_n_u32(0x80008000u);
  uint32x4_t bits = vshrq_n_u32(vandq_u32(of.a, signs), 4);
  bits = vshrq_n_u32(vorrq_u32(bits, vandq_u32(of.b, signs)), 4);
  bits = vshrq_n_u32(vorrq_u32(bits, vandq_u32(of.c, signs)), 4);
  bits = vorrq_u32(bits, vandq_u32(of.d, signs));
  /* Word j of four has its bits j + 12 and j + 28 in 15 and 31. */
  const int32x4_t right = vreinterpretq_s32_u32(vidupq_n_u32(0xFFFFFFFDu, 1));
  return vaddvq_u32(vshlq_u32(bits, right));
}

/* The same as below, all sixteen words at once. */
SBNN_HOT SBNN_NOINLINE uint32_t compare_strips(const uint32_t* list,
                                               int32_t count,
                                               const uint32_t* strips,
                                               const uint32_t* start,
                                               int32_t step) {
  return collect_all(add_strips(list, count, strips, start, step));
}

SBNN_INLINE uint32x4_t odd_of_three(uint32x4_t lanes, uint32_t second,
                                    uint32_t third) {
  return veorq_u32(
      lanes, veorq_u32(vaddq_n_u32(lanes, second), vaddq_n_u32(lanes, third)));
}

SBNN_HOT SBNN_NOINLINE void compare_three(const uint32_t* list, int32_t count,
                                          const uint32_t* strips,
                                          uint32_t start,
                                          const uint32_t higher[2],
                                          uint32_t bits[2]) {
  const uint32_t second = higher[0], third = higher[1];
  const uint32_t from[4] = {start, start, start, start};
  const all_lanes of = add_strips(list, count, strips, from, 0);
  const all_lanes odd = {
      odd_of_three(of.a, second, third), odd_of_three(of.b, second, third),
      odd_of_three(of.c, second, third), odd_of_three(of.d, second, third)};
  const all_lanes middle = {
      vaddq_n_u32(of.a, second), vaddq_n_u32(of.b, second),
      vaddq_n_u32(of.c, second), vaddq_n_u32(of.d, second)};
  bits[0] ^= collect_all(odd);
  bits[1] ^= collect_all(middle);
}
#else
/* Four more signs of both halves; sixteen steps bring them to j and j + 16. */
SBNN_INLINE uint32_t collect_signs(uint32_t bits, const uint32_t lanes[4]) {
  SBNN_UNROLLED_BY_4
  for (int32_t j = 0; j < 4; ++j) {
    bits = (bits >> 1) | (lanes[j] & 0x80008000u);
  }
  return bits;
}

/* The same as below for the few connections that most channels over three colours have, up to
 * three, all lanes from `start`. */
SBNN_INLINE uint32_t compare_few(const uint32_t* list, int32_t count,
                                 const uint32_t* strips, uint32_t start) {
  const uint32_t* a = strips + list[0];
  const uint32_t* b = count > 1 ? strips + list[1] : NULL;
  const uint32_t* c = count > 2 ? strips + list[2] : NULL;
  const uint32_t* const end = a + LANES;
  uint32_t bits = 0;
  do {
    uint32_t lanes[4] = {start, start, start, start};
    add_four_words(&a, lanes);
    if (count > 1) add_four_words(&b, lanes);
    if (count > 2) add_four_words(&c, lanes);
    bits = collect_signs(bits, lanes);
  } while (a != end);
  return bits;
}

/* The 32 bits 15 of the lanes after `count` connections. Of four lanes the next four start
 * `step` words behind. */
SBNN_HOT SBNN_NOINLINE uint32_t compare_strips(const uint32_t* list,
                                               int32_t count,
                                               const uint32_t* strips,
                                               const uint32_t* start,
                                               int32_t step) {
  const uint32_t* const list_end = list + count;
  const uint32_t* const end = strips + LANES;
  uint32_t bits = 0;
  do {
    uint32_t lanes[4] = {start[0], start[1], start[2], start[3]};
    add_listed(list, list_end, strips, lanes);
    bits = collect_signs(bits, lanes);
    strips += 4;
    start += step;
  } while (strips != end);
  return bits;
}

/* The two planes of how many of three cuts are reached, into which they are XORed: lanes start
 * from `start` for the lowest, and so much higher for the others. */
SBNN_HOT SBNN_NOINLINE void compare_three(const uint32_t* list, int32_t count,
                                          const uint32_t* strips,
                                          uint32_t start,
                                          const uint32_t higher[2],
                                          uint32_t bits[2]) {
  const uint32_t second = higher[0], third = higher[1];
  const uint32_t* const list_end = list + count;
  const uint32_t* const end = strips + LANES;
  uint32_t low = 0, high = 0;
  do {
    uint32_t lanes[4] = {start, start, start, start};
    add_listed(list, list_end, strips, lanes);
    SBNN_UNROLLED_BY_4
    for (int32_t j = 0; j < 4; ++j) {
      const uint32_t middle = lanes[j] + second;
      const uint32_t odd = lanes[j] ^ middle ^ (lanes[j] + third);
      low = (low >> 1) | (odd & 0x80008000u);
      high = (high >> 1) | (middle & 0x80008000u);
    }
    strips += 4;
  } while (strips != end);
  bits[0] ^= low;
  bits[1] ^= high;
}
#endif

/* Words of `rows` rows whose lanes all start from `start`; strips of a row stand `row_words`
 * behind those of the row before, its word `step` words. */
SBNN_HOT SBNN_NOINLINE void compare_rows(const uint32_t* list, int32_t count,
                                         const uint32_t* strips,
                                         int32_t row_words, uint32_t start,
                                         uint32_t flip, int32_t rows,
                                         int32_t step, uint32_t* y) {
  const uint32_t lanes[4] = {start, start, start, start};
  uint32_t bits = 0; /* without connections all rows are alike */
  if (count == 0) bits = compare_strips(list, 0, strips, lanes, 0);
  uint32_t* const end = y + rows * step;
  for (; y != end; y += step, strips += row_words) {
#ifdef SBNN_MVE
    if (count > 0) bits = compare_strips(list, count, strips, lanes, 0);
#else
    if (count == 1) {
      bits = compare_few(list, 1, strips, start);
    } else if (count == 2) {
      bits = compare_few(list, 2, strips, start);
    } else if (count == 3) {
      bits = compare_few(list, 3, strips, start);
    } else if (count > 3) {
      bits = compare_strips(list, count, strips, lanes, 0);
    }
#endif
    *y = bits ^ flip;
  }
}

/* The lanes after `count` connections, all of which start from `start`. */
SBNN_HOT SBNN_NOINLINE void add_lanes(const uint32_t* list, int32_t count,
                                      const uint32_t* strips, uint32_t start,
                                      uint32_t lanes[LANES]) {
  const uint32_t* const list_end = list + count;
  for (int32_t j = 0; j < LANES; j += 4) {
    uint32_t four[4] = {start, start, start, start};
    add_listed(list, list_end, strips, four);
    lanes[j] = four[0];
    lanes[j + 1] = four[1];
    lanes[j + 2] = four[2];
    lanes[j + 3] = four[3];
    strips += 4;
  }
}

/* Their 32 bits 15, had they started that much higher. */
SBNN_INLINE uint32_t compare_lanes(const uint32_t lanes[LANES],
                                   uint32_t higher) {
  uint32_t bits = 0;
  for (int32_t j = 0; j < LANES; ++j) {
    bits = (bits >> 1) | ((lanes[j] + higher) & 0x80008000u);
  }
  return bits;
}

/* The 32 sums of x - in_zero_point over the listed words, any number of them. */
SBNN_HOT static void add_up(const sbnn_int8_strips* s, const uint32_t* strips,
                            int32_t count, int32_t zeros, int32_t* sums) {
  const uint32_t* const end = s->list + count;
  for (int32_t j = 0; j < LANES; ++j) {
    int32_t low = -zeros, high = low;
    for (const uint32_t* at = s->list; at != end;) {
      const uint32_t* const stop =
          end - at > MOST_IN_LANE ? at + MOST_IN_LANE : end;
      uint32_t both = 0;
      do { both += strips[*at++]; } while (at != stop);
      low += (int32_t)(both & 0xFFFFu);
      high += (int32_t)(both >> 16);
    }
    sums[j] = low;
    sums[j + LANES] = high;
    ++strips;
  }
}

/* Fills `windows` for the band. */
SBNN_COLD void sum_windows(const sbnn_int8_strips* s, int32_t rows) {
  for (int32_t i = 0; i < s->fan_in; ++i) s->list[i] = (uint32_t)i;
  const int32_t zeros = place_on_strips(s, s->fan_in);
  int32_t* window = s->windows;
  const uint32_t* strips = s->strips;
  for (int32_t r = 0; r < rows; ++r) {
    add_up(s, strips, s->fan_in, zeros, window);
    for (int32_t i = 0; i < STRIP; ++i) window[i] *= s->p->domain.alpha_steps;
    window += STRIP;
    strips += s->p->stride_height * s->row_words;
  }
}

/* A row of one channel as activations of several bits, from lanes that start from a base
 * for each cut. Where all lanes start alike, they are added up once for all cuts. */
SBNN_HOT SBNN_NOINLINE void compare_row(const sbnn_int8_strips* s,
                                        int32_t count, const uint32_t* strips,
                                        const int32_t* windows,
                                        const int32_t* bases, int32_t cuts,
                                        int32_t planes, uint32_t* bits) {
  const int32_t shift = s->p->domain.shift;
  const uint32_t first = two_lanes(bases[0] >> shift);
  uint32_t lanes[LANES];
  if (windows == NULL && cuts == 3) {
    const uint32_t higher[2] = {two_lanes(bases[1] >> shift) - first,
                                two_lanes(bases[2] >> shift) - first};
    compare_three(s->list, count, strips, first, higher, bits);
    return;
  }
  if (windows == NULL) add_lanes(s->list, count, strips, first, lanes);
  for (int32_t i = 0; i < cuts; ++i) {
    uint32_t reached;
    if (windows == NULL) {
      reached = compare_lanes(lanes, two_lanes(bases[i] >> shift) - first);
    } else {
      const int32_t step = start_lanes(s, windows, bases[i], lanes);
      reached = compare_strips(s->list, count, strips, lanes, step);
    }
    /* One more turns bit k where those below it were all ones. */
    for (int32_t k = 0; k < planes && ((i + 1) & ((1 << k) - 1)) == 0; ++k) {
      bits[k] ^= reached;
    }
  }
}

/* The band of one channel as activations. */
SBNN_INLINE void compare_channel(const sbnn_int8_strips* s,
                                 const sbnn_output* output, int32_t f,
                                 int32_t count, const int32_t* bases,
                                 int32_t cuts, int32_t planes, int32_t rows,
                                 int32_t first, int32_t present, uint32_t* y) {
  const sbnn_conv2d_params* p = s->p;
  const uint32_t flip = 0u - sbnn_get_bit(output->by.cuts.flips, f);
  const int32_t words = sbnn_plane_words(p->out_height * p->out_width);
  uint32_t* const channel = y + f * planes * words;
  const bool whole_words = present == STRIP && p->out_width % STRIP == 0;
  const uint32_t* strips = s->strips;
  const int32_t* windows = p->domain.alpha_steps != 0 ? s->windows : NULL;
  if (cuts == 1 && windows == NULL && whole_words) {
    compare_rows(s->list, count, strips, p->stride_height * s->row_words,
                 two_lanes(bases[0] >> p->domain.shift), flip, rows,
                 p->out_width / STRIP, channel + first / STRIP);
    return;
  }
  uint32_t start[LANES];
  int32_t step = 0;
  uint32_t bits[SBNN_MAX_ACTIVATION_BITS] = {0};
  for (int32_t r = 0; r < rows; ++r) {
    /* Without windows all rows start alike, and without connections they are. */
    if (cuts == 1 && (r == 0 || windows != NULL)) {
      step = start_lanes(s, windows, bases[0], start);
    }
    if (r == 0 || windows != NULL || count != 0) {
      for (int32_t k = 0; k < planes; ++k) bits[k] = flip;
      if (cuts == 1) {
        bits[0] ^= compare_strips(s->list, count, strips, start, step);
      } else {
        compare_row(s, count, strips, windows, bases, cuts, planes, bits);
      }
    }
    uint32_t* plane = channel;
    for (int32_t k = 0; k < planes; ++k, plane += words) {
      if (whole_words) {
        plane[first / STRIP] = bits[k];
      } else {
        sbnn_put_row_bits(plane, words, first, present, bits[k]);
      }
    }
    strips += p->stride_height * s->row_words;
    first += p->out_width;
    if (windows != NULL) windows += STRIP;
  }
}

/* The band of one channel as sums, for outputs that are numbers, and for
 * kernels that lanes are too narrow for. */
SBNN_HOT static void sum_channel(const sbnn_int8_strips* s,
                                 const sbnn_output* output, int32_t f,
                                 int32_t count, int32_t zeros, int32_t rows,
                                 int32_t first, int32_t present, void* y) {
  const sbnn_conv2d_params* p = s->p;
  const uint32_t* strips = s->strips;
  const int32_t* windows = s->windows;
  int32_t sums[STRIP];
  for (int32_t r = 0; r < rows; ++r) {
    add_up(s, strips, count, zeros, sums);
    for (int32_t i = 0; i < present; ++i) {
      sums[i] *= 1 << p->domain.shift;
      if (p->domain.alpha_steps != 0) sums[i] += *windows++;
    }
    if (p->domain.alpha_steps != 0) windows += STRIP - present;
    sbnn_write_sums(output, f, first, sums, present, y);
    strips += p->stride_height * s->row_words;
    first += p->out_width;
  }
}

/* The whole band of one channel; `s->list` holds its connections. */
SBNN_HOT static void run_channel(const sbnn_int8_strips* s,
                                 const sbnn_output* output, int32_t f,
                                 int32_t count, int32_t zeros, int32_t oy,
                                 int32_t rows, int32_t ox, void* y) {
  const int32_t width = s->p->out_width;
  const int32_t present = width - ox < STRIP ? width - ox : STRIP;
  const int32_t first = oy * width + ox;
  int32_t bases[SBNN_MAX_CUTS];
  int32_t cuts = 0;
  if (output->stage == SBNN_CUTS) {
    const sbnn_cuts* by = &output->by.cuts;
    while (cuts < by->count &&
           sbnn_int8_lanes_suffice(
               s, count, zeros,
               sbnn_integer(by->thresholds, f * by->count + cuts),
               &bases[cuts])) {
      ++cuts;
    }
  }
  if (cuts == 1) { /* for one cut lanes are as wide as for another */
    compare_channel(s, output, f, count, bases, 1, 1, rows, first, present,
                    (uint32_t*)y);
  } else if (cuts > 1) {
    compare_channel(s, output, f, count, bases, cuts, output->face.planes, rows,
                    first, present, (uint32_t*)y);
  } else {
    sum_channel(s, output, f, count, zeros, rows, first, present, y);
  }
}

void sbnn_conv2d_int8(const sbnn_conv2d_params* p,
                      const sbnn_connections* kernel, const sbnn_output* output,
                      const int8_t* x, void* y, void* scratch) {
  sbnn_carver carver = {(uint8_t*)scratch, 0};
  sbnn_int8_strips s;
  sbnn_int8_set_up(&s, p, kernel, &carver);
  place_taps(&s);
  sbnn_zero_planes(output, p->out_height * p->out_width, y);
  for (int32_t oy = 0; oy < p->out_height; oy += s.band_rows) {
    const int32_t rows =
        p->out_height - oy < s.band_rows ? p->out_height - oy : s.band_rows;
    for (int32_t ox = 0; ox < p->out_width; ox += STRIP) {
      sbnn_connection_stream stream;
      sbnn_open_stream(&stream, kernel);
      for (int32_t f = 0; f < p->out_channels; ++f) {
        if (f % s.group_out == 0) {
          load_strips(&s, x, f / s.group_out, oy, ox);
          if (p->domain.alpha_steps != 0) sum_windows(&s, rows);
        }
        const int32_t count =
            sbnn_stream_channel(&stream, (uint32_t)s.fan_in, s.list);
        const int32_t zeros = place_on_strips(&s, count);
        run_channel(&s, output, f, count, zeros, oy, rows, ox, y);
      }
    }
  }
}
