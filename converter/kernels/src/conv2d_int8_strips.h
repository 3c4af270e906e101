/* How a convolution of int8 is cut into strips and bands, and whether lanes of 16
 * bits are wide enough for it: conv2d_int8.c. Also asked by runtime/plan. */
#ifndef SBNN_CONV2D_INT8_STRIPS_H_
#define SBNN_CONV2D_INT8_STRIPS_H_

#include <stdbool.h>
#include <stdint.h>

#include "carver.h"
#include "connection_stream.h"
#include "inline.h"
#include "sbnn/conv2d.h"

enum { LANES = 16, STRIP = 2 * LANES, MOST_IN_LANE = 128, MOST_U = 255 };

typedef struct {
  const sbnn_conv2d_params* p;
  int32_t taps, group_in, group_out, fan_in;
  int32_t group_inputs; /* with the opposites of a signed kernel's inputs */
  int32_t zero;         /* u of the zero point */
  int32_t residues;     /* columns of different residues that taps read */
  int32_t strip_words;  /* of a row, channel and residue */
  int32_t row_words;    /* of a row and channel */
  int32_t band_rows;    /* output rows of a band */
  int32_t rows;         /* input rows that these span */
  uint32_t* list;
  uint32_t* tap_at;
  uint32_t* strips; /* [input of the group][row][residue][strip_words] */
  int32_t*
      windows; /* [row of the band][STRIP]: alpha_steps * sum of the window */
} sbnn_int8_strips;

SBNN_COLD void sbnn_int8_set_up(sbnn_int8_strips* s,
                                const sbnn_conv2d_params* p,
                                const sbnn_connections* kernel,
                                sbnn_carver* carver) {
  s->p = p;
  s->taps = p->kernel_height * p->kernel_width;
  s->group_in = p->in_channels / p->groups;
  s->group_out = p->out_channels / p->groups;
  s->group_inputs = kernel->is_signed != 0u ? 2 * s->group_in : s->group_in;
  s->fan_in = s->group_in * s->taps;
  s->zero = p->in_zero_point + 128;
  s->residues =
      p->kernel_width < p->stride_width ? p->kernel_width : p->stride_width;
  if (p->dilation_width != 1) s->residues = p->stride_width;
  s->strip_words =
      LANES + (p->kernel_width - 1) * p->dilation_width / p->stride_width;
  s->row_words = s->residues * s->strip_words;
  const int32_t span = (p->kernel_height - 1) * p->dilation_height + 1;
  const int64_t room =
      p->band_bytes > 0 ? p->band_bytes : SBNN_DEFAULT_BAND_BYTES;
  const bool has_windows = p->domain.alpha_steps != 0;
  const int64_t row = (int64_t)s->group_inputs * s->row_words;
  const int64_t fitting = room / (4 * (row + (has_windows ? STRIP : 0)));
  int64_t band = (fitting - span) / p->stride_height + 1;
  if (fitting < span) band = 1;
  if (band > p->out_height) band = p->out_height;
  s->band_rows = (int32_t)band;
  s->rows = (s->band_rows - 1) * p->stride_height + span;
  /* A window is summed as a channel with all connections. */
  const int32_t most = has_windows ? s->fan_in : kernel->most;
  s->list = (uint32_t*)sbnn_carve(carver, most + SBNN_STREAM_SLACK, 4u);
  s->tap_at = (uint32_t*)sbnn_carve(carver, s->taps, 4u);
  s->windows = (int32_t*)sbnn_carve(carver, has_windows ? band * STRIP : 0, 4u);
  s->strips = (uint32_t*)sbnn_carve(carver, row * s->rows, 4u);
}

/* Whether lanes of 16 bits tell sum >= threshold for every input there can be;
 * if so, `base` is what start_lanes wants. A lane holds numbers modulo 2^16, so
 * that only the last one, 2^15 + floor((sum - threshold) / 2^shift), must fit.
 * `zeros` is what u of all connections is where all pixels are the zero point. */
SBNN_COLD bool sbnn_int8_lanes_suffice(const sbnn_int8_strips* s, int32_t count,
                                       int32_t zeros, int32_t threshold,
                                       int32_t* base) {
  const int32_t step = 1 << s->p->domain.shift;
  const int32_t alpha = s->p->domain.alpha_steps;
  /* The sum of the weights that are connections, and of those that are not. */
  const int32_t ones = count * (step + alpha);
  const int32_t others = (s->fan_in - count) * alpha;
  const int32_t span =
      MOST_U * ((ones < 0 ? -ones : ones) + (others < 0 ? -others : others));
  if (span >= step << 15) return false;
  /* No sum is outside [least, least + span]. */
  const int32_t least =
      MOST_U * ((ones < 0 ? ones : 0) + (others < 0 ? others : 0)) -
      zeros * (step + alpha) - s->zero * others;
  if (threshold < least) threshold = least;
  if (threshold > least + span + 1) threshold = least + span + 1;
  *base = (step << 15) - step * zeros - threshold;
  return true;
}

#endif /* SBNN_CONV2D_INT8_STRIPS_H_ */
