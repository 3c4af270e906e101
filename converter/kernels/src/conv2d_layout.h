/* How a convolution's input planes are copied so that each kernel tap reads
 * whole words.
 *
 * Output position p = oy * W + ox (W: the output's width) and tap (ky, kx) meet
 * at input row oy * stride + ky * dilation - pad. Split ky * dilation into
 * q * stride + rho: the row is (oy + q) * stride + rho - pad, so the rows that
 * tap row ky reads are the rows of one *stream*, rho, moved by q. The stream
 * (rho, kx) of a channel is written with the pitch of the output,
 *
 *     bit r * W + ox  =  input (r * stride + rho - pad_top,
 *                               ox * stride + kx * dilation - pad_left),
 *
 * padding included; the tap then reads bit p + q * W. Word w of the output
 * wants the 32 bits from 32 * w + q * W on. With q * W = 32 * words + phase, a
 * copy of the stream moved by `phase` bits makes these a word. Tap rows of
 * equal rho and phase share the copy; where W is a multiple of 32 and the
 * stride is 1, that is all of them: three copies for a 3x3 kernel. A core that
 * loads words from *anywhere*, not only from addresses that are multiples of 4,
 * needs equal phases within a byte only: there W may be a multiple of 8.
 *
 * Copies are made for a *band* of output words at a time, so that they fit into
 * a small scratch memory, and for the input channels of one group. Of activations
 * of several bits, plane i of all channels makes a *level* of copies, the levels
 * alike, so that one list serves all. */
#ifndef SBNN_CONV2D_LAYOUT_H_
#define SBNN_CONV2D_LAYOUT_H_

#include <stdbool.h>
#include <stdint.h>

#include "carver.h"
#include "inline.h"
#include "sbnn/conv2d.h"

/* How copies are made. */
typedef enum {
  SBNN_COPY_ROW_BY_ROW, /* any stride */
  SBNN_COPY_PARTS, /* stride 2: those of the plane's parts, moved (conv2d_parts.h) */
  SBNN_COPY_MOVED,      /* stride 1: streams are the input plane, moved */
  SBNN_COPY_SHORT_ROWS, /* and a word is whole rows (conv2d_short_rows.h) */
  SBNN_COPY_WORD_ROWS /* and a row is a word: no column comes from another one */
} sbnn_copy_way;

/* Whether this core does: vectors do not, and a compiler may be told not to. */
#if defined(SBNN_THUMB2) && defined(__ARM_FEATURE_UNALIGNED) && \
    !defined(SBNN_MVE)
enum { SBNN_LOADS_ANYWHERE = 1 };
#else
enum { SBNN_LOADS_ANYWHERE = 0 };
#endif

/* The tap rows that share copies. */
typedef struct {
  int32_t rho, phase;
  int32_t first; /* words that the first of them is moved by */
  int32_t words; /* of a copy, for a whole band */
  int32_t at;    /* of the copy for kx = 0 within a channel's copies */
} sbnn_row_copies;

/* A copy of a plane, or a part of one, whose pitch is the output's: `words` words at `at`
 * of the channel's copies from `right` bits behind word `word` of the buffer on. */
typedef struct {
  int32_t part; /* in the buffer */
  int32_t word;
  uint32_t right;
  int32_t at, words;
} sbnn_plane_move;

typedef struct {
  int32_t words;      /* of an output plane */
  int32_t band_words; /* at most, at a time */
  int32_t in_words;   /* of an input plane */
  int32_t taps;
  int32_t group_in, group_out; /* channels of a group */
  int32_t levels;              /* planes of an input channel */
  int32_t channel_words;       /* of all copies of a channel */
  sbnn_copy_way way;
  int32_t row_copies_count;
  sbnn_row_copies* row_copies;
  uint32_t* tap_at; /* byte offset of each tap's copy in its channel's copies */
  /* A stream, or the input plane (or a part of it) with guards, from `buffer_bit` on,
   * counted from the stream's (or the plane's) bit 0 and relative to the band. */
  int64_t buffer_bit;
  int64_t buffer_words;
  uint32_t* buffer;
  uint32_t*
      parts; /* of the plane that is copied, behind them room to make them */
  /* Of what is moved, for the band that is copied: */
  sbnn_plane_move* moves; /* of each copy */
  uint32_t* keep; /* inner columns, for each word of a channel's copies */
  uint32_t* copies;
  uint32_t zeros;      /* where in a level a plane of zeros starts */
  int32_t level_words; /* from a level to the next */
} sbnn_conv2d_layout;

/* Plans the copies for cores that load words from anywhere, or for others, and takes
 * the memory they need from `carver`. */
void sbnn_conv2d_lay_out(sbnn_conv2d_layout* layout,
                         const sbnn_conv2d_params* params, bool anywhere,
                         sbnn_carver* carver);

/* Makes the copies of `group` for the band of `words` words from `first` on. Of each
 * band, group 0 must be the first: it plans the moves of all. */
void sbnn_conv2d_copy_planes(const sbnn_conv2d_layout* layout,
                             const sbnn_conv2d_params* params,
                             const uint32_t* x, int32_t group, int32_t first,
                             int32_t words);

#endif /* SBNN_CONV2D_LAYOUT_H_ */
