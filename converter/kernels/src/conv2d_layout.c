#include "conv2d_layout.h"

#include "conv2d_parts.h"
#include "sbnn/planes.h"
#include "tap_rows.h"

/* The first tap row that shares its copies with `ky`, where words are loaded from every
 * `unit` bits. */
static int32_t sharer(const sbnn_conv2d_params* p, uint32_t unit, int32_t ky) {
  for (int32_t other = 0; other < ky; ++other) {
    if (sbnn_rho_of(p, other) == sbnn_rho_of(p, ky) &&
        (sbnn_moved_bits(p, ky) - sbnn_moved_bits(p, other)) % unit == 0u) {
      return other;
    }
  }
  return ky;
}

/* Fills in row copies (if there is memory) and the words of a channel. */
static int64_t plan_copies(const sbnn_conv2d_params* p, uint32_t unit,
                           int32_t band, sbnn_conv2d_layout* layout) {
  int64_t at = 0;
  int32_t count = 0;
  for (int32_t ky = 0; ky < p->kernel_height; ++ky) {
    if (sharer(p, unit, ky) != ky) continue;
    int32_t last = ky;
    for (int32_t other = ky + 1; other < p->kernel_height; ++other) {
      if (sharer(p, unit, other) == ky) last = other;
    }
    const uint32_t moved = sbnn_moved_bits(p, ky);
    const int32_t words =
        band + (int32_t)((sbnn_moved_bits(p, last) - moved + 31u) / 32u);
    if (layout != NULL && layout->row_copies != NULL) {
      sbnn_row_copies* copies = &layout->row_copies[count];
      copies->rho = sbnn_rho_of(p, ky);
      copies->phase = (int32_t)(moved % 32u);
      copies->first = (int32_t)(moved / 32u);
      copies->words = words;
      copies->at = (int32_t)at;
      for (int32_t other = ky; other < p->kernel_height; ++other) {
        if (sharer(p, unit, other) != ky) continue;
        for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
          layout->tap_at[other * p->kernel_width + kx] =
              4u * (uint32_t)(at + kx * words) +
              (sbnn_moved_bits(p, other) - moved) / 8u;
        }
      }
    }
    at += (int64_t)words * p->kernel_width;
    ++count;
  }
  if (layout != NULL) layout->row_copies_count = count;
  return at;
}

static int32_t divide_up(int32_t a, int32_t b) { return (a + b - 1) / b; }

static sbnn_copy_way way_of(const sbnn_conv2d_params* p) {
  const int32_t width = p->out_width;
  if (p->stride_height == 2 && p->stride_width == 2 &&
      p->dilation_height == 1 && p->dilation_width == 1 &&
      p->in_width == 2 * width && p->in_height == 2 * p->out_height &&
      sbnn_has_parts(width)) {
    return SBNN_COPY_PARTS;
  }
  if (p->stride_height != 1 || p->stride_width != 1 || p->in_width != width) {
    return SBNN_COPY_ROW_BY_ROW;
  }
  if (width == 32 && p->pad_left < 32 &&
      (p->kernel_width - 1) * p->dilation_width - p->pad_left < 32) {
    return SBNN_COPY_WORD_ROWS;
  }
  if ((width == 8 || width == 16) && p->in_height * width % 32 == 0 &&
      sbnn_is_3x3_in_the_middle(p)) {
    return SBNN_COPY_SHORT_ROWS;
  }
  return SBNN_COPY_MOVED;
}

void sbnn_conv2d_lay_out(sbnn_conv2d_layout* out, const sbnn_conv2d_params* p,
                         bool anywhere, sbnn_carver* carver) {
  const uint32_t unit = anywhere ? 8u : 32u;
  out->words = sbnn_plane_words(p->out_height * p->out_width);
  out->in_words = sbnn_plane_words(p->in_height * p->in_width);
  out->taps = p->kernel_height * p->kernel_width;
  out->group_in = p->in_channels / p->groups;
  out->group_out = p->out_channels / p->groups;
  out->levels = p->input_bits > 1 ? p->input_bits : 1;
  const int64_t copied = (int64_t)out->group_in * out->levels;
  out->way = way_of(p);

  /* The fewest bands whose copies fit, all of about the same size. */
  const int32_t room =
      p->band_bytes > 0 ? p->band_bytes : SBNN_DEFAULT_BAND_BYTES;
  int32_t bands = 1;
  out->band_words = out->words;
  while (out->band_words > 1 &&
         plan_copies(p, unit, out->band_words, NULL) * copied * 4 > room) {
    out->band_words = divide_up(out->words, ++bands);
  }

  out->row_copies = (sbnn_row_copies*)sbnn_carve(carver, p->kernel_height,
                                                 sizeof(sbnn_row_copies));
  out->tap_at = (uint32_t*)sbnn_carve(carver, out->taps, sizeof(uint32_t));
  const int64_t channel_words = plan_copies(p, unit, out->band_words, out);
  out->channel_words = (int32_t)channel_words;

  /* Relative to bit 32 * (first word of the band), the copies read from the
   * first stream bit to `end`, and a word more because they join two. */
  const int32_t last = p->kernel_height - 1;
  int64_t start = 0;
  int64_t end = 32 * (int64_t)out->band_words + sbnn_moved_bits(p, last) + 32;
  if (out->way == SBNN_COPY_MOVED) {
    start = -(int64_t)p->pad_top * p->in_width - p->pad_left;
    end += start + (int64_t)(p->kernel_width - 1) * p->dilation_width;
  } else if (out->way == SBNN_COPY_PARTS) {
    start = (int64_t)sbnn_half_down(-p->pad_top) * p->out_width +
            sbnn_half_down(-p->pad_left);
    end += (int64_t)sbnn_half_down(1 - p->pad_top) * p->out_width +
           sbnn_half_down(p->kernel_width - 1 - p->pad_left);
  }
  start = start >= 0 ? 0 : -((31 - start) / 32 * 32);
  out->buffer_bit = start;
  /* Where words are whole rows, copies are made from the input itself. */
  const bool has_moves =
      out->way == SBNN_COPY_MOVED || out->way == SBNN_COPY_PARTS;
  const bool has_buffer = has_moves || out->way == SBNN_COPY_ROW_BY_ROW;
  out->buffer_words = has_buffer ? (end - start) / 32 + 2 : 0;
  out->buffer = (uint32_t*)sbnn_carve(carver, out->buffer_words, 4u);
  out->parts =
      (uint32_t*)sbnn_carve(carver,
                            out->way == SBNN_COPY_PARTS
                                ? 4 * (int64_t)sbnn_part_words(out->in_words) +
                                      sbnn_part_room(out->in_words)
                                : 0,
                            4u);
  out->moves = (sbnn_plane_move*)sbnn_carve(
      carver, has_moves ? (int64_t)out->row_copies_count * p->kernel_width : 0,
      sizeof(sbnn_plane_move));
  out->keep = (uint32_t*)sbnn_carve(carver, has_moves ? channel_words : 0, 4u);
  const int64_t level_words = channel_words * out->group_in + out->band_words;
  out->zeros = (uint32_t)(channel_words * out->group_in);
  out->level_words = (int32_t)level_words;
  out->copies = (uint32_t*)sbnn_carve(carver, level_words * out->levels, 4u);
  for (int32_t level = 0; out->copies != NULL && level < out->levels; ++level) {
    uint32_t* zeros = out->copies + level * out->level_words + out->zeros;
    for (int32_t i = 0; i < out->band_words; ++i) zeros[i] = 0u;
  }
}
