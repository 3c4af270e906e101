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
 * and the comparison with a threshold is one more subtraction for two positions:
 * with bit 15 set in front, (2^15 + sum) - t keeps it exactly if sum >= t.
 * Thirty-two such bits make the output word.
 *
 * The image is cut into strips of 32 output columns, a strip into bands of
 * rows, so that the band's pixels fit into scratch; the weights are decoded once
 * a band. For each channel, input row and column residue of the stride there are
 * the words of the strip's lanes and, behind them, as many more as the kernel is
 * wide: tap kx reads the words from kx * dilation / stride on. */
#include "hot.h"
#include <stdbool.h>
#include <string.h>

#include "carver.h"
#include "connection_stream.h"
#include "inline.h"
#include "row_bits.h"
#include "sbnn/conv2d.h"
#include "sbnn/planes.h"

enum { LANES = 16, MOST_IN_LANE = 128 };

typedef struct {
  const sbnn_conv2d_params* p;
  int32_t taps, group_in, group_out;
  int32_t residues;    /* columns of different residues that taps read */
  int32_t strip_words; /* of a row, channel and residue */
  int32_t row_words;   /* of a row and channel */
  int32_t band_rows;   /* output rows of a band */
  int32_t rows;        /* input rows that these span */
  uint32_t* list;
  uint32_t* tap_at;
  uint32_t* strips;    /* [channel of the group][row][residue][strip_words] */
  int32_t* window;  /* alpha_steps * the sum of the whole window */
} state;

SBNN_COLD void set_up(state* s, const sbnn_conv2d_params* p,
                   const sbnn_connections* kernel, sbnn_carver* carver) {
  s->p = p;
  s->taps = p->kernel_height * p->kernel_width;
  s->group_in = p->in_channels / p->groups;
  s->group_out = p->out_channels / p->groups;
  s->residues =
      p->kernel_width < p->stride_width ? p->kernel_width : p->stride_width;
  if (p->dilation_width != 1) s->residues = p->stride_width;
  s->strip_words =
      LANES + (p->kernel_width - 1) * p->dilation_width / p->stride_width;
  s->row_words = s->residues * s->strip_words;
  const int32_t span = (p->kernel_height - 1) * p->dilation_height + 1;
  const int64_t room =
      p->band_bytes > 0 ? p->band_bytes : SBNN_DEFAULT_BAND_BYTES;
  const int64_t fitting = room / (4 * (int64_t)s->group_in * s->row_words);
  int64_t band = (fitting - span) / p->stride_height + 1;
  if (fitting < span) band = 1;
  if (band > p->out_height) band = p->out_height;
  s->band_rows = (int32_t)band;
  s->rows = (s->band_rows - 1) * p->stride_height + span;
  s->list = (uint32_t*)sbnn_carve(carver,
                                  kernel->most + SBNN_STREAM_SLACK, 4u);
  s->tap_at = (uint32_t*)sbnn_carve(carver, s->taps, 4u);
  s->window =
      (int32_t*)sbnn_carve(carver, p->domain.alpha_steps != 0 ? 32 : 0, 4u);
  s->strips = (uint32_t*)sbnn_carve(
      carver, (int64_t)s->group_in * s->rows * s->row_words, 4u);
}

size_t sbnn_conv2d_int8_scratch_bytes(const sbnn_conv2d_params* p,
                                      const sbnn_connections* kernel) {
  sbnn_carver carver = {NULL, 0};
  state s;
  set_up(&s, p, kernel, &carver);
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
static void load_strips(const state* s, const int8_t* x, int32_t group,
                        int32_t oy, int32_t ox) {
  const sbnn_conv2d_params* p = s->p;
  const uint32_t pad = (uint32_t)(p->in_zero_point + 128);
  uint32_t* to = s->strips;
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
}

SBNN_COLD void place_taps(const state* s) {
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

static void place_connections(const state* s, int32_t count) {
  const uint32_t taps = (uint32_t)s->taps;
  const uint32_t channel_words = (uint32_t)(s->rows * s->row_words);
  for (int32_t i = 0; i < count; ++i) {
    const uint32_t c = s->list[i] / taps;
    s->list[i] = c * channel_words + s->tap_at[s->list[i] - c * taps];
  }
}

/* 32 bits sum >= threshold, where sum is that of `count` <= 128 lanes' words. */
SBNN_NOINLINE uint32_t compare(const state* s, const uint32_t* strips,
                             int32_t count, uint32_t threshold) {
  const uint32_t start = 0x80008000u - threshold * 0x00010001u;
  const uint32_t* const list = s->list;
  const uint32_t* const list_end = list + count;
  const uint32_t* const end = strips + LANES;
  uint32_t bits = 0;
  do {
    uint32_t a = start, b = start, c = start, d = start;
    for (const uint32_t* at = list; at != list_end; ++at) {
      const uint32_t* word = strips + *at;
      a += word[0];
      b += word[1];
      c += word[2];
      d += word[3];
    }
    /* Sixteen steps bring these bits to j and j + 16. */
    bits = (bits >> 1) | (a & 0x80008000u);
    bits = (bits >> 1) | (b & 0x80008000u);
    bits = (bits >> 1) | (c & 0x80008000u);
    bits = (bits >> 1) | (d & 0x80008000u);
    strips += 4;
  } while (strips != end);
  return bits;
}

/* The 32 sums of u over the listed words, any number of them. */
static void add_up(const state* s, const uint32_t* strips, int32_t count,
                   int32_t* sums) {
  for (int32_t j = 0; j < LANES; ++j) {
    const uint32_t* strip = strips + j;
    int32_t low = 0, high = 0;
    for (int32_t first = 0; first < count; first += MOST_IN_LANE) {
      const int32_t end =
          count - first < MOST_IN_LANE ? count : first + MOST_IN_LANE;
      uint32_t both = 0;
      for (int32_t i = first; i < end; ++i) both += strip[s->list[i]];
      low += (int32_t)(both & 0xFFFFu);
      high += (int32_t)(both >> 16);
    }
    sums[j] = low;
    sums[j + LANES] = high;
  }
}

/* alpha_steps * (sum of x - zero point over the whole window). */
static void sum_window(const state* s, const uint32_t* strips) {
  const int32_t zero = s->p->in_zero_point + 128;
  memset(s->window, 0, 32u * sizeof(int32_t));
  const int32_t channel_words = s->rows * s->row_words;
  for (int32_t c = 0; c < s->group_in; ++c) {
    for (int32_t tap = 0; tap < s->taps; ++tap) {
      const uint32_t* words = strips + c * channel_words + s->tap_at[tap];
      for (int32_t j = 0; j < LANES; ++j) {
        s->window[j] += (int32_t)(words[j] & 0xFFFFu) - zero;
        s->window[j + LANES] += (int32_t)(words[j] >> 16) - zero;
      }
    }
  }
  for (int32_t i = 0; i < 32; ++i) s->window[i] *= s->p->domain.alpha_steps;
}

/* The whole band of one channel; `s->list` holds its connections. */
static void run_channel(const state* s, const sbnn_output* output, int32_t f,
                        int32_t count, int32_t oy, int32_t rows, int32_t ox,
                        void* y) {
  const sbnn_conv2d_params* p = s->p;
  const int32_t zero = p->in_zero_point + 128;
  const int32_t row_step = p->stride_height * s->row_words;
  const int32_t present = p->out_width - ox < 32 ? p->out_width - ox : 32;
  const uint32_t* strips = s->strips;
  int32_t first = oy * p->out_width + ox;
  if (output->kind == SBNN_TO_BITS && count <= MOST_IN_LANE &&
      p->domain.alpha_steps == 0) {
    /* sum of u >= ceil(T / 2^shift) + n * zero */
    int64_t threshold = -(-(int64_t)output->thresholds[f] >> p->domain.shift) +
                        (int64_t)count * zero;
    if (threshold < 0) threshold = 0;
    if (threshold > 0x8000) threshold = 0x8000;
    const uint32_t flip = 0u - sbnn_get_bit(output->flips, f);
    const int32_t words = sbnn_plane_words(p->out_height * p->out_width);
    uint32_t* const plane = (uint32_t*)y + f * words;
    const bool whole_words = present == 32 && p->out_width % 32 == 0;
    uint32_t bits = 0;
    for (int32_t r = 0; r < rows; ++r) {
      /* Without connections all rows are alike. */
      if (r == 0 || count != 0) {
        bits = compare(s, strips, count, (uint32_t)threshold) ^ flip;
      }
      if (whole_words) {
        plane[first / 32] = bits;
      } else {
        sbnn_put_row_bits(plane, words, first, present, bits);
      }
      strips += row_step;
      first += p->out_width;
    }
    return;
  }
  int32_t sums[32];
  for (int32_t r = 0; r < rows; ++r) {
    if (p->domain.alpha_steps != 0) sum_window(s, strips);
    add_up(s, strips, count, sums);
    for (int32_t i = 0; i < present; ++i) {
      sums[i] = (sums[i] - count * zero) * (1 << p->domain.shift);
      if (p->domain.alpha_steps != 0) sums[i] += s->window[i];
    }
    sbnn_write_sums(output, f, first, sums, present, y);
    strips += row_step;
    first += p->out_width;
  }
}

void sbnn_conv2d_int8(const sbnn_conv2d_params* p,
                      const sbnn_connections* kernel,
                      const sbnn_output* output, const int8_t* x, void* y,
                      void* scratch) {
  sbnn_carver carver = {(uint8_t*)scratch, 0};
  state s;
  set_up(&s, p, kernel, &carver);
  place_taps(&s);
  if (output->kind == SBNN_TO_BITS) {
    memset(y, 0, (size_t)p->out_channels * 4u *
                     (size_t)sbnn_plane_words(p->out_height * p->out_width));
  }
  for (int32_t oy = 0; oy < p->out_height; oy += s.band_rows) {
    const int32_t rows =
        p->out_height - oy < s.band_rows ? p->out_height - oy : s.band_rows;
    for (int32_t ox = 0; ox < p->out_width; ox += 32) {
      sbnn_connection_stream stream;
      sbnn_open_stream(&stream, kernel);
      for (int32_t f = 0; f < p->out_channels; ++f) {
        if (f % s.group_out == 0) load_strips(&s, x, f / s.group_out, oy, ox);
        const int32_t count = sbnn_stream_channel(
            &stream, (uint32_t)(s.group_in * s.taps), s.list);
        place_connections(&s, count);
        run_channel(&s, output, f, count, oy, rows, ox, y);
      }
    }
  }
}
